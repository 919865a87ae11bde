// Makes a download of the system out of a pack. Add it to the app and to the extension.

import BackgroundAssets
import Foundation

/// How downloads of packs are named, so that app and extension speak of the same one.
nonisolated enum PackDownload {
  static func identifier(of pack: ReleasePack) -> String { "\(pack.id).\(pack.version)" }
}

nonisolated extension ReleasePack {
  var downloadIdentifier: String { PackDownload.identifier(of: self) }

  /// Never essential: an app must start without its adapter.
  func download() -> BADownload? {
    guard let address = URL(string: url), let size = Int(exactly: downloadSize) else { return nil }
    return BAURLDownload(
      identifier: downloadIdentifier,
      request: URLRequest(url: address),
      essential: false,
      fileSize: size,
      applicationGroupIdentifier: AdapterSettings.appGroup,
      priority: .default)
  }
}

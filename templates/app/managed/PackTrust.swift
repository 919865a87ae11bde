// Checks the signed statement that travels with each managed pack in `userInfo`. Add it to the app and to the extension.
// The system compares no digest, so this says who published the pack's entry, not which bytes arrived.

import BackgroundAssets
import Foundation

@available(iOS 26, macOS 26, tvOS 26, visionOS 26, *)
nonisolated enum PackTrust {
  /// Does nothing while no key is accepted; throws why a pack is refused.
  static func check(_ pack: AssetPack) throws {
    guard let verifier = AdapterSettings.verifier else { return }
    let file = SeenReleasesFile(feed: "packs")
    var seen = file?.read()
    let statement = try verifier.verifyPack(envelope(of: pack), seen: &seen)
    guard statement.id == pack.id, statement.version == Int64(pack.version),
      statement.sizeBytes == Int64(pack.downloadSize)
    else { throw ReleaseRefusal.contentMismatch }
    try file?.write(seen)
  }

  private static func envelope(of pack: AssetPack) -> String? {
    guard let data = pack.userInfo else { return nil }
    return StrictJSON.read(data)?["statement"]?.stringValue
  }
}

// The downloader extension for packs on your own CDN that the app unpacks itself. Extension target only. The system
// fetches `BAManifestURL` when the app is installed or updated and now and then later, and starts this.

import BackgroundAssets
import ExtensionFoundation
import Foundation

@main
nonisolated struct DownloaderExtension: BADownloaderExtension {
  /// Verifies the manifest and asks for what this device can use and lacks. On-demand packs are left to the app.
  func downloads(
    for request: BAContentRequest, manifestURL: URL, extensionInfo: BAAppExtensionInfo
  ) -> Set<BADownload> {
    guard let store = try? AdapterStore(), let data = try? Data(contentsOf: manifestURL),
      let release = try? store.accept(manifest: data)
    else { return [] }
    store.removeObsolete()
    let names = Set(release.packs.map { $0.adapter })
    let wanted = names.compactMap { try? PackChoice.pack(for: $0, in: release) }.filter {
      !$0.isOnDemand && store.installed($0) == nil && (try? PackTrust.check($0)) != nil
    }
    return Set(wanted.compactMap { $0.download() })
  }

  /// The file is gone when this returns, so it is checked and unpacked here.
  func backgroundDownload(_ finishedDownload: BADownload, finishedWithFileURL fileURL: URL) {
    guard let store = try? AdapterStore(), let release = store.lastAccepted(),
      let pack = release.packs.first(where: { $0.downloadIdentifier == finishedDownload.identifier })
    else { return }
    try? store.install(fileURL, as: pack)
  }

  /// Nothing to undo: the app, or the next manifest, asks again.
  func backgroundDownload(_ failedDownload: BADownload, failedWithError error: Error) {}
}

// The downloader extension for packs on your own CDN that the system manages. Extension target only. The system reads
// Apple's download manifest and downloads; this says what not to.

import BackgroundAssets
import ExtensionFoundation
import Foundation

@main
nonisolated struct DownloaderExtension: ManagedDownloaderExtension {
  /// Adapters of other base models, and all adapters from OS 27 on, would only take space. A pack whose statement does
  /// not hold is not downloaded either.
  func shouldDownload(_ assetPack: AssetPack) -> Bool {
    guard AdapterGate.isUseful(packID: assetPack.id) else { return false }
    return (try? PackTrust.check(assetPack)) != nil
  }
}

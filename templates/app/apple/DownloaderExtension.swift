// The downloader extension for packs that Apple hosts. Extension target only. The system downloads; this says what not to.

import BackgroundAssets
import ExtensionFoundation
import StoreKit

@main
nonisolated struct DownloaderExtension: StoreDownloaderExtension {
  /// Adapters of other base models, and all adapters from OS 27 on, would only take space.
  func shouldDownload(_ assetPack: AssetPack) -> Bool {
    AdapterGate.isUseful(packID: assetPack.id)
  }
}

// Has the system fetch an adapter's pack that Apple hosts, and loads it by name. App target only.

import BackgroundAssets
import Foundation
import FoundationModels

public enum AdapterDeliveryError: Error, Equatable, Sendable {
  /// None of the ids that fit this device is in the pack list of the app.
  case notServed
}

@available(iOS 26, macOS 26, visionOS 26, *)
enum AdapterDelivery {
  /// `Adapter(name:)` finds an adapter only once its pack is on the device: without that it says that none is compatible.
  static func load(name: String, identifiers: [String]) async throws -> DeliveredAdapter {
    guard let pack = await firstPack(identifiers) else { throw AdapterDeliveryError.notServed }
    try await AssetPackManager.shared.ensureLocalAvailability(of: pack)
    let adapter = try SystemLanguageModel.Adapter(name: name)
    return DeliveredAdapter(adapter: adapter, packID: pack.id, hasDraftModel: true)
  }

  /// `AssetPackManager.shared` ends the app, without an error to catch, when `BAAppGroupID` or the extension is missing:
  /// `fmrelease doctor --app` looks for both.
  private static func firstPack(_ identifiers: [String]) async -> AssetPack? {
    for id in identifiers {
      do {
        return try await AssetPackManager.shared.assetPack(withID: id)
      } catch {
        continue
      }
    }
    return nil
  }
}

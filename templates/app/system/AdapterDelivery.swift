{{#selfHosted}}
// Has the system fetch an adapter's pack from your own CDN, and loads it by name. App target only.
{{/selfHosted}}
{{#apple}}
// Has the system fetch an adapter's pack that Apple hosts, and loads it by name. App target only.
{{/apple}}

import BackgroundAssets
import Foundation
import FoundationModels

nonisolated public enum AdapterDeliveryError: Error, Equatable, Sendable {
  /// None of the ids that fit this device is among the app's packs.
  case notServed
}

@available(iOS 26, macOS 26, visionOS 26, *)
nonisolated enum AdapterDelivery {
  /// `Adapter(name:)` finds an adapter only once its pack is on the device: without that it says that none is compatible.
  static func load(name: String) async throws -> DeliveredAdapter {
    let identifiers = AdapterGate.compatibleIdentifiers(name: name)
    guard let pack = await firstPack(identifiers) else { throw AdapterDeliveryError.notServed }
{{#selfHosted}}
    try PackTrust.check(pack)
{{/selfHosted}}
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

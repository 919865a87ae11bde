// Gives the app a language model: with the adapter where this device can load it, else the base model. App target only.
//
//   let loaded = await AdapterLoader.shared.model(for: "{{adapter}}")
//   let session = LanguageModelSession(model: loaded.model)
//
// The order matters: ids that fit the device, clearing what the system no longer needs, having the pack on the device,
// loading, and the base model whenever any of it fails. `AdapterDelivery` does what differs between hostings.

import Foundation
import FoundationModels

/// A model that works, and why it is the base model where it is.
@available(iOS 26, macOS 26, visionOS 26, *)
nonisolated public struct LoadedModel: Sendable {
  public let model: SystemLanguageModel
  /// The pack whose adapter is used; nil for the base model.
  public let packID: String?
  /// Why the base model is used; nil with an adapter.
  public let reason: String?
}

@available(iOS 26, macOS 26, visionOS 26, *)
public actor AdapterLoader {
  public static let shared = AdapterLoader()

  private var loaded: [String: LoadedModel] = [:]
  private var loading: [String: Task<LoadedModel, Never>] = [:]
  private var isCleared = false

  /// The model for an adapter's name. Loads each adapter once per start of the app: a second call gives the first one's
  /// model. A base model that was only a way out is not kept, so that the next call tries again.
  public func model(for name: String) async -> LoadedModel {
    if let known = loaded[name] { return known }
    if let running = loading[name] { return await running.value }
    clearObsolete()
    let task = Task { await AdapterLoader.load(name) }
    loading[name] = task
    let result = await task.value
    loading[name] = nil
    if result.packID != nil { loaded[name] = result }
    return result
  }

  /// Frees space once, before anything is downloaded.
  private func clearObsolete() {
    guard !isCleared else { return }
    AdapterGate.removeObsolete()
    isCleared = true
  }

  private static func load(_ name: String) async -> LoadedModel {
    // Empty from OS 27 on, so that nothing below is reached there.
    guard !AdapterGate.compatibleIdentifiers(name: name).isEmpty else {
      return baseModel("no adapter loads on this device")
    }
    do {
      let delivered = try await AdapterDelivery.load(name: name)
      await compileDraft(of: delivered)
      return LoadedModel(model: SystemLanguageModel(adapter: delivered.adapter), packID: delivered.packID, reason: nil)
    } catch {
      return baseModel(String(describing: error))
    }
  }

  /// Compiling matters to adapters with a draft model alone, and an adapter works without it, only slower.
  private static func compileDraft(of delivered: DeliveredAdapter) async {
    guard delivered.hasDraftModel, DraftCompileBudget.take() else { return }
    try? await delivered.adapter.compile()
  }

  private static func baseModel(_ reason: String) -> LoadedModel {
    LoadedModel(model: SystemLanguageModel.default, packID: nil, reason: reason)
  }
}

/// An adapter that is on the device and was accepted by the system.
@available(iOS 26, macOS 26, visionOS 26, *)
nonisolated public struct DeliveredAdapter {
  public let adapter: SystemLanguageModel.Adapter
  public let packID: String
  /// True when the pack may carry a draft model; a managed pack cannot be looked into before it is loaded.
  public let hasDraftModel: Bool
}

/// Outside macOS the system compiles draft models three times a day per app, and each start from Xcode counts as new.
/// The budget leaves one of them for a pack that arrives later in the day. A Mac has no such limit: tests there never
/// show it, so the budget holds there too.
nonisolated enum DraftCompileBudget {
  private static let perDay = 2
  private static let key = "fmrelease.draftCompilations"

  /// True when one may be compiled now; it then counts.
  static func take(now: Date = Date()) -> Bool {
    let defaults = UserDefaults(suiteName: AdapterSettings.appGroup) ?? .standard
    let dayAgo = now.timeIntervalSince1970 - 86_400
    var times = (defaults.array(forKey: key) as? [Double] ?? []).filter { $0 > dayAgo }
    guard times.count < perDay else { return false }
    times.append(now.timeIntervalSince1970)
    defaults.set(times, forKey: key)
    return true
  }
}

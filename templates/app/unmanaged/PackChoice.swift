// Chooses, from a verified manifest, the pack that this device gets. Add it to the app and to the extension.

import Foundation

nonisolated enum PackChoice {
  /// Why the base model is used instead.
  enum Failure: Error, Equatable {
    /// No adapter loads on this device: OS 27 and later, or Apple Intelligence is missing.
    case noAdapterLoads
    /// What the manifest says of this device.
    case noPack(AdapterResolution.State)
  }

  /// The pack of an adapter, else that of the adapter that stands in for it where the manifest says so.
  static func pack(for name: String, in release: AdapterResolver) throws -> ReleasePack {
    var tried: Set<String> = []
    var next = name
    while true {
      let resolution = try resolve(next, in: release)
      if let pack = resolution.pack { return pack }
      tried.insert(next)
      guard case .adapter(let other)? = resolution.fallback, !tried.contains(other) else {
        throw Failure.noPack(resolution.state)
      }
      next = other
    }
  }

  /// What the device's own base model says goes before the OS number: the first id that gets a pack, best ids first. Packs
  /// that are no adapters are chosen by the OS number.
  private static func resolve(_ name: String, in release: AdapterResolver) throws -> AdapterResolution {
    guard release.packs.contains(where: { $0.adapter == name && $0.baseModelSignature != nil }) else {
      return try release.resolve(adapter: name, device: AdapterGate.device())
    }
    var best: AdapterResolution?
    for id in AdapterGate.compatibleIdentifiers(name: name) {
      let resolution = try release.resolve(adapter: name, device: AdapterGate.device(signature: id))
      if resolution.pack != nil { return resolution }
      if best == nil { best = resolution }
    }
    guard let resolution = best else { throw Failure.noAdapterLoads }
    return resolution
  }
}

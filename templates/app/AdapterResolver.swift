// Chooses the pack for this device from a manifest, exactly as `fmrelease resolve` does. Pure: it reads no file, no
// network and no Foundation Models framework, so that it compiles for iOS 16 and macOS 13 and can be tested anywhere.
//
// Give it the bytes that `ReleaseVerifier.verifyManifest` returned, never the bytes that were downloaded.

import Foundation

/// One pack of a release.
nonisolated public struct ReleasePack: Equatable, Sendable {
  public let id: String
  public let version: Int64
  public let url: String
  public let downloadSize: Int64
  public let sha256: String
  public let adapter: String
  public let build: String
  public let baseModelSignature: String?
  /// True when the app asks for it, false when it comes with the app.
  public let isOnDemand: Bool
  /// The signed envelope about this pack; nil on an unsigned channel.
  public let statement: String?
}

/// What a device uses where it gets no pack.
nonisolated public enum ReleaseFallback: Equatable, Sendable {
  case baseModel
  case adapter(String)
}

/// What one device gets of one adapter.
nonisolated public struct AdapterResolution: Equatable, Sendable {
  public enum State: String, Sendable {
    case covered, declined, sunset, gap
    case notOffered = "not-offered"
    case unknownOS = "unknown-os"
    case unknownSignature = "unknown-signature"
  }

  public let state: State
  public let pack: ReleasePack?
  public let fallback: ReleaseFallback?
}

nonisolated public enum ResolutionError: Error, Equatable, Sendable {
  case unknownAdapter
  /// Not `iOS`, `macOS`, `tvOS` or `visionOS`; iOS covers iPadOS.
  case unreadablePlatform
  /// Several system models remain, and they come to different things: pass a variant or a signature.
  case ambiguous
  case unreadableVersion
  case unreadableSignature
}

/// A device as far as it is known.
nonisolated public struct ReleaseDevice: Sendable {
  /// `iOS` (iPadOS too), `macOS`, `tvOS` or `visionOS`.
  public let platform: String
  /// `26.4.1`.
  public let os: String
  /// 7 to 40 hex digits, or the whole identifier that `compatibleAdapterIdentifiers(name:)` returns.
  public let signature: String?
  public let variant: String?

  public init(platform: String, os: String, signature: String? = nil, variant: String? = nil) {
    self.platform = platform
    self.os = os
    self.signature = signature
    self.variant = variant
  }
}

/// A manifest that was read strictly.
nonisolated public struct AdapterResolver: Sendable {
  public let revision: Int64
  public let packs: [ReleasePack]
  private let cells: [ReleaseCell]

  /// Reads a manifest; nil when any part of it is not what it should be.
  public init?(manifest data: Data) {
    guard let value = StrictJSON.read(data), value["formatVersion"]?.integerValue == 1,
      let revision = value["revision"]?.integerValue, revision >= 1, value["channel"]?.stringValue != nil,
      value["createdAt"]?.stringValue != nil, let packItems = value["assetPacks"]?.arrayValue, let cellItems = value["cells"]?.arrayValue
    else { return nil }
    var packs: [ReleasePack] = []
    for item in packItems {
      guard let pack = AdapterResolver.readPack(item, statements: value["statements"]) else { return nil }
      packs.append(pack)
    }
    var cells: [ReleaseCell] = []
    for item in cellItems {
      guard let cell = ReleaseCell(item) else { return nil }
      cells.append(cell)
    }
    self.revision = revision
    self.packs = packs
    self.cells = cells
  }

  /// What a device gets of an adapter. The signature, where it is known, decides over the OS number.
  public func resolve(adapter: String, device: ReleaseDevice) throws -> AdapterResolution {
    guard ["iOS", "macOS", "tvOS", "visionOS"].contains(device.platform) else {
      throw ResolutionError.unreadablePlatform
    }
    guard let os = OSVersion(device.os) else { throw ResolutionError.unreadableVersion }
    let own = cells.filter { $0.adapter == adapter }
    guard !own.isEmpty else { throw ResolutionError.unknownAdapter }
    let onOS = own.filter { $0.platform == device.platform && $0.contains(os) }
    if onOS.first?.state == .notOffered { return nothing(.notOffered) }
    let claimed = onOS.filter { $0.systemModel != nil }
    if claimed.isEmpty { return nothing(.unknownOS) }
    let kept = claimed.filter { $0.fits(variant: device.variant) }
    let decided = try keepSignature(kept, own: own, adapter: adapter, device: device)
    guard let first = decided.first else { return nothing(.unknownSignature) }
    guard decided.allSatisfy({ $0.hasOutcome(of: first) }) else { throw ResolutionError.ambiguous }
    return AdapterResolution(
      state: first.state, pack: packs.first { $0.id == first.pack }, fallback: first.fallback)
  }

  /// The cells that carry the device's signature: those of its OS, else those of any OS version of its platform.
  private func keepSignature(
    _ kept: [ReleaseCell], own: [ReleaseCell], adapter: String, device: ReleaseDevice
  ) throws -> [ReleaseCell] {
    guard let text = device.signature else { return kept }
    guard let digits = AdapterResolver.readSignature(text, adapter: adapter) else {
      throw ResolutionError.unreadableSignature
    }
    let carrying = own.filter { $0.carries(digits) }
    if carrying.isEmpty { return [] }
    let here = kept.filter { $0.carries(digits) }
    if !here.isEmpty { return here }
    let near = carrying.filter { $0.platform == device.platform }
    return (near.isEmpty ? carrying : near).filter { $0.fits(variant: device.variant) }
  }

  private func nothing(_ state: AdapterResolution.State) -> AdapterResolution {
    AdapterResolution(state: state, pack: nil, fallback: nil)
  }

  private static func readSignature(_ text: String, adapter: String) -> String? {
    let prefix = "fmadapter-\(adapter)-"
    let digits = (text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text).lowercased()
    guard (7...40).contains(digits.utf8.count) else { return nil }
    return digits.allSatisfy { "0123456789abcdef".contains($0) } ? digits : nil
  }

  private static func readPack(_ item: StrictJSON, statements: StrictJSON?) -> ReleasePack? {
    guard let id = item["id"]?.stringValue, let version = item["version"]?.integerValue, version >= 0,
      let url = item["url"]?.stringValue, let size = item["downloadSize"]?.integerValue, size >= 0,
      let sha256 = item["sha256"]?.stringValue, sha256.utf8.count == 64, let adapter = item["adapter"]?.stringValue,
      let build = item["build"]?.stringValue, let signature = item["baseModelSignature"],
      signature.isNull || signature.stringValue?.utf8.count == 40, item["platforms"]?.arrayValue != nil,
      item["archive"]?["format"]?.stringValue != nil, let policy = item["downloadPolicy"]
    else { return nil }
    return ReleasePack(
      id: id, version: version, url: url, downloadSize: size, sha256: sha256, adapter: adapter, build: build,
      baseModelSignature: signature.stringValue, isOnDemand: policy["onDemand"] != nil, statement: statements?[id]?.stringValue)
  }
}

/// What one kind of device gets.
nonisolated struct ReleaseCell: Sendable {
  let adapter: String
  let platform: String
  let from: OSVersion
  let below: OSVersion?
  let systemModel: String?
  let variant: String?
  let baseModelSignature: String?
  let state: AdapterResolution.State
  let pack: String?
  let fallback: ReleaseFallback?

  init?(_ item: StrictJSON) {
    guard let adapter = item["adapter"]?.stringValue, let platform = item["platform"]?.stringValue,
      let from = OSVersion(item["os"]?["from"]?.stringValue ?? ""), let below = item["os"]?["below"],
      let state = AdapterResolution.State(rawValue: item["state"]?.stringValue ?? ""),
      state != .unknownOS, state != .unknownSignature,
      let systemModel = item["systemModel"], let variant = item["variant"],
      let signature = item["baseModelSignature"], let pack = item["pack"], let fallback = item["fallback"]
    else { return nil }
    self.adapter = adapter
    self.platform = platform
    self.from = from
    self.systemModel = systemModel.stringValue
    self.variant = variant.stringValue
    self.baseModelSignature = signature.stringValue
    self.state = state
    self.pack = pack.stringValue
    if below.isNull {
      self.below = nil
    } else {
      guard let end = OSVersion(below.stringValue ?? "") else { return nil }
      self.below = end
    }
    if fallback.isNull {
      self.fallback = nil
    } else if fallback.stringValue == "base-model" {
      self.fallback = .baseModel
    } else {
      guard let name = fallback["adapter"]?.stringValue else { return nil }
      self.fallback = .adapter(name)
    }
  }

  func contains(_ os: OSVersion) -> Bool {
    guard from <= os else { return false }
    guard let below = below else { return true }
    return os < below
  }

  func fits(variant wanted: String?) -> Bool { wanted == nil || variant == nil || variant == wanted }

  /// True when this cell's digits and the device's can be the same base model.
  func carries(_ digits: String) -> Bool {
    guard let carried = baseModelSignature else { return false }
    return carried.hasPrefix(digits) || digits.hasPrefix(carried)
  }

  func hasOutcome(of other: ReleaseCell) -> Bool {
    state == other.state && pack == other.pack && fallback == other.fallback
  }
}

/// Three integers: 26.10 is newer than 26.9.
nonisolated struct OSVersion: Comparable, Sendable {
  let parts: [Int]

  init?(_ text: String) {
    let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...3).contains(pieces.count) else { return nil }
    var parts: [Int] = []
    for piece in pieces {
      guard (1...4).contains(piece.utf8.count), let number = Int(piece), String(number) == String(piece), number >= 0
      else { return nil }
      parts.append(number)
    }
    self.parts = parts + Array(repeating: 0, count: 3 - parts.count)
  }

  static func < (left: OSVersion, right: OSVersion) -> Bool {
    left.parts.lexicographicallyPrecedes(right.parts)
  }
}

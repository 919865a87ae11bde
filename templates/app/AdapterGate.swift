// Says what this device is, and which adapter packs it can load. Add it to the app and to the extension.
//
// Adapters load on OS 26 only: `SystemLanguageModel.Adapter` is marked deprecated from 26.4 and obsoleted from 27.0. It
// compiles for deployment targets up to 26.x, with warnings from 26.4 on. With a deployment target of 27 it cannot
// compile at all: remove the adapter files then. tvOS has no FoundationModels: a tvOS target takes neither this file nor
// the loader.

import Foundation
import FoundationModels

nonisolated public enum AdapterGate {
  /// The pack ids that fit the base model of this device, best first. Empty where no adapter can load.
  public static func compatibleIdentifiers(name: String) -> [String] {
    if #available(iOS 27, macOS 27, visionOS 27, *) { return [] }
    if #available(iOS 26, macOS 26, visionOS 26, *) {
      return SystemLanguageModel.Adapter.compatibleAdapterIdentifiers(name: name)
    }
    return []
  }

  /// Frees the space of adapters of older base models. Failing at that keeps no adapter from loading.
  public static func removeObsolete() {
    if #available(iOS 27, macOS 27, visionOS 27, *) { return }
    if #available(iOS 26, macOS 26, visionOS 26, *) {
      try? SystemLanguageModel.Adapter.removeObsoleteAdapters()
    }
  }

  /// This device as manifests speak of it: iPadOS is iOS there.
  public static func device(signature: String? = nil) -> ReleaseDevice {
    let version = ProcessInfo.processInfo.operatingSystemVersion
    let os = "\(version.majorVersion).\(version.minorVersion).\(version.patchVersion)"
    return ReleaseDevice(platform: platform, os: os, signature: signature)
  }

  private static var platform: String {
    #if os(macOS) || targetEnvironment(macCatalyst)
    return "macOS"
    #elseif os(visionOS)
    return "visionOS"
    #else
    return "iOS"
    #endif
  }

  /// True for a pack that this device can use: any pack that is no adapter, and adapters of its own base model.
  public static func isUseful(packID: String) -> Bool {
    guard let name = adapterName(ofPack: packID) else { return true }
    return compatibleIdentifiers(name: name).contains(packID)
  }

  /// `summarizer` of `fmadapter-summarizer-9799725`; nil when the id is not that of an adapter.
  public static func adapterName(ofPack packID: String) -> String? {
    let parts = packID.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.first == "fmadapter", let digits = parts.last, digits.utf8.count == 7 else {
      return nil
    }
    guard digits.allSatisfy({ "0123456789abcdef".contains($0) }) else { return nil }
    return parts.dropFirst().dropLast().joined(separator: "-")
  }
}

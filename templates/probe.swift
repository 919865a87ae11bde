// Asks this device which base model its adapters must be trained for. Run it once in your app on each OS version, and
// give what it prints to `fmrelease systems import-probe`.
//
// NOT COMPILED where fmrelease is built and tested: written from Apple's documentation, to be proved on a device.
// It needs iOS, macOS or visionOS 26 with Apple Intelligence on, and the adapter entitlement.
import Foundation
import FoundationModels

/// Prints the probe of this device. `name` is any adapter name of yours: it does not have to be downloaded.
func printAdapterProbe(name: String) {
  let version = ProcessInfo.processInfo.operatingSystemVersion
  #if os(macOS)
  let platform = "macOS"
  #elseif os(visionOS)
  let platform = "visionOS"
  #else
  let platform = "iOS"
  #endif
  // "Version 26.6.1 (Build 25G80)": the build is what stands behind "Build".
  let text = ProcessInfo.processInfo.operatingSystemVersionString
  let build = text.components(separatedBy: "Build ").last?.trimmingCharacters(in: CharacterSet(charactersIn: ")")) ?? ""
  let day = ISO8601DateFormatter.string(from: Date(), timeZone: .gmt, formatOptions: [.withFullDate, .withDashSeparatorInDate])
  print("platform: \(platform)")
  print("os: \(version.majorVersion).\(version.minorVersion).\(version.patchVersion)")
  print("osBuild: \(build)")
  print("date: \(day)")
  for identifier in SystemLanguageModel.Adapter.compatibleAdapterIdentifiers(name: name) {
    print(identifier)
  }
}

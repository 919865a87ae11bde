// What the app and its downloader extension agree on. Add it to both targets, with StrictJSON.swift,
// ReleaseVerifier.swift, AdapterResolver.swift and AdapterGate.swift. Written by `fmrelease init`; yours to edit.
//
// Every declaration of these files says `nonisolated`: new Xcode projects put on the main actor whatever says nothing, and
// the extension and the loader run elsewhere. That needs Swift 6.1, which is Xcode 16.3, or newer.

import Foundation

nonisolated public enum AdapterSettings {
  /// The app group of app and extension; the same as `BAAppGroupID` and as in both entitlements files.
  public static let appGroup = "{{appGroup}}"
  /// The app that signed releases are for: `signing.app` of the fmrelease config.
  public static let bundleID = "{{bundleId}}"
  /// `publicUrl` of the fmrelease target.
  public static let publicURL = "{{publicUrl}}"
  public static let channel = "{{channel}}"
  /// What `fmrelease key show` prints. Empty accepts unsigned releases: then HTTPS alone says who published them.
  public static let acceptedKeys: [String] = []

  /// Where the channel's own manifest is.
  public static var manifestURL: URL? { URL(string: "\(publicURL)v1/channels/\(channel)/manifest.json") }

  /// How releases are verified; nil while no key is accepted.
  public static var verifier: ReleaseVerifier? {
    guard !acceptedKeys.isEmpty else { return nil }
    return ReleaseVerifier(trust: AdapterTrust(keys: acceptedKeys, app: bundleID, channel: channel))
  }
}

/// What was accepted last, kept in the app group so that the app and its extension see the same.
nonisolated public struct SeenReleasesFile: Sendable {
  private let file: URL

  /// `feed` is `manifest` or `packs`; nil when the app group is missing from the entitlements.
  public init?(feed: String) {
    guard
      let folder = FileManager.default.containerURL(forSecurityApplicationGroupIdentifier: AdapterSettings.appGroup)
    else { return nil }
    file = folder.appendingPathComponent("fmrelease-seen-\(feed).json")
  }

  /// A missing or damaged file counts as nothing seen.
  public func read() -> SeenReleases? {
    guard let data = try? Data(contentsOf: file) else { return nil }
    return try? JSONDecoder().decode(SeenReleases.self, from: data)
  }

  public func write(_ seen: SeenReleases?) throws {
    guard let seen = seen else { return }
    try JSONEncoder().encode(seen).write(to: file, options: .atomic)
  }
}

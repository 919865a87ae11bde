// Keeps verified manifests and unpacked packs in the app group. Add it to the app and to the extension.
//
// Nothing is removed because a check failed: what was installed stays until a verified manifest no longer lists it.

import Foundation

nonisolated struct AdapterStore: Sendable {
  enum Failure: Error, Equatable {
    /// The app group is missing from the entitlements.
    case noAppGroup
    case unreadableManifest
    /// The file that arrived is not the one that the manifest names.
    case wrongBytes
    /// The pack holds nothing.
    case empty
  }

  private let folder: URL
  private var manifestFile: URL { folder.appendingPathComponent("manifest.json") }

  init() throws {
    guard
      let group = FileManager.default.containerURL(forSecurityApplicationGroupIdentifier: AdapterSettings.appGroup)
    else { throw Failure.noAppGroup }
    folder = group.appendingPathComponent("Adapters", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Verifies a manifest that arrived, keeps what may be read of it, and returns that.
  func accept(manifest data: Data) throws -> AdapterResolver {
    var content = data
    if let verifier = AdapterSettings.verifier {
      let file = SeenReleasesFile(feed: "manifest")
      var seen = file?.read()
      content = try verifier.verifyManifest(data, seen: &seen)
      try file?.write(seen)
    }
    guard let release = AdapterResolver(manifest: content) else { throw Failure.unreadableManifest }
    if let known = lastAccepted(), known.revision > release.revision { return known }
    try content.write(to: manifestFile, options: .atomic)
    return release
  }

  /// What was accepted last: what the app goes by without a network.
  func lastAccepted() -> AdapterResolver? {
    guard let data = try? Data(contentsOf: manifestFile) else { return nil }
    return AdapterResolver(manifest: data)
  }

  /// The unpacked folder of exactly this pack, an `.fmadapter` for an adapter; nil when it is not on the device.
  func installed(_ pack: ReleasePack) -> URL? {
    let folders = try? FileManager.default.contentsOfDirectory(
      at: place(of: pack), includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
    return folders?.first
  }

  /// Compares size and digest with the manifest, unpacks aside, and moves the result into its place in one step.
  func install(_ file: URL, as pack: ReleasePack) throws {
    defer { try? FileManager.default.removeItem(at: file) }
    guard try isFile(at: file, sizeBytes: pack.downloadSize, sha256: pack.sha256) else { throw Failure.wrongBytes }
    let aside = folder.appendingPathComponent("aside-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: aside, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: aside) }
    try PackUnpacker.unpack(file, into: aside)
    guard try !FileManager.default.contentsOfDirectory(atPath: aside.path).isEmpty else { throw Failure.empty }
    guard installed(pack) == nil else { return }
    try FileManager.default.createDirectory(
      at: place(of: pack).deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.moveItem(at: aside, to: place(of: pack))
  }

  /// Removes what the accepted manifest no longer lists. Call it before downloading.
  func removeObsolete() {
    guard let release = lastAccepted() else { return }
    let kept = Set(release.packs.map { $0.sha256 })
    let packs = try? FileManager.default.contentsOfDirectory(at: packFolder, includingPropertiesForKeys: nil)
    for pack in packs ?? [] where !kept.contains(pack.lastPathComponent) {
      try? FileManager.default.removeItem(at: pack)
    }
  }

  private var packFolder: URL { folder.appendingPathComponent("packs", isDirectory: true) }

  private func place(of pack: ReleasePack) -> URL { packFolder.appendingPathComponent(pack.sha256, isDirectory: true) }
}

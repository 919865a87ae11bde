// Has an adapter's pack on the device, from your own CDN, and loads it from its files. App target only.

import BackgroundAssets
import Foundation
import FoundationModels

nonisolated public enum AdapterDeliveryError: Error, Equatable, Sendable {
  /// There is no manifest yet, or what it says of the pack is no download.
  case notServed
  /// The download could not be started: another process has control of the downloads.
  case busy
  case notInstalled
}

@available(iOS 26, macOS 26, visionOS 26, *)
nonisolated enum AdapterDelivery {
  /// The manifest is verified, then the resolver chooses; a pack that is on the device needs no further check, so that an
  /// expired or rotated key never takes a working adapter away.
  static func load(name: String) async throws -> DeliveredAdapter {
    let store = try AdapterStore()
    guard let release = await newestRelease(store) else { throw AdapterDeliveryError.notServed }
    let pack = try PackChoice.pack(for: name, in: release)
    store.removeObsolete()
    if store.installed(pack) == nil {
      try PackTrust.check(pack)
      try await PackDownloads.shared.fetch(pack)
    }
    guard let place = store.installed(pack) else { throw AdapterDeliveryError.notInstalled }
    // Each call has been reported to leave about 100 MB behind: AdapterLoader calls it once per adapter and start.
    let adapter = try SystemLanguageModel.Adapter(fileURL: place)
    let draft = place.appendingPathComponent("draft_weights.bin")
    let hasDraft = FileManager.default.fileExists(atPath: draft.path)
    return DeliveredAdapter(adapter: adapter, packID: pack.id, hasDraftModel: hasDraft)
  }

  /// The manifest of now, or without a network the one that was accepted last. A refused one counts as no network.
  private static func newestRelease(_ store: AdapterStore) async -> AdapterResolver? {
    guard let address = AdapterSettings.manifestURL else { return store.lastAccepted() }
    let request = URLRequest(url: address, cachePolicy: .reloadRevalidatingCacheData, timeoutInterval: 15)
    do {
      let (data, response) = try await URLSession.shared.data(for: request)
      guard (response as? HTTPURLResponse)?.statusCode == 200 else { return store.lastAccepted() }
      return try store.accept(manifest: data)
    } catch {
      return store.lastAccepted()
    }
  }
}

/// Starts downloads from the app, and waits for them.
nonisolated final class PackDownloads: NSObject, BADownloadManagerDelegate, @unchecked Sendable {
  static let shared = PackDownloads()

  private let lock = NSLock()
  private var waiting: [String: (pack: ReleasePack, continuations: [CheckedContinuation<Void, Error>])] = [:]

  func fetch(_ pack: ReleasePack) async throws {
    BADownloadManager.shared.delegate = self
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, Error>) in
      guard enqueue(pack, continuation) else { return }
      BADownloadManager.shared.withExclusiveControl { hasControl, error in
        guard hasControl else {
          self.finish(pack.downloadIdentifier, .failure(error ?? AdapterDeliveryError.busy))
          return
        }
        do {
          try self.start(pack)
        } catch {
          self.finish(pack.downloadIdentifier, .failure(error))
        }
      }
    }
  }

  func download(_ download: BADownload, finishedWithFileURL fileURL: URL) {
    lock.lock()
    let pack = waiting[download.identifier]?.pack
    lock.unlock()
    guard let pack = pack else { return }
    finish(download.identifier, Result { try AdapterStore().install(fileURL, as: pack) })
  }

  func download(_ download: BADownload, failedWithError error: Error) {
    finish(download.identifier, .failure(error))
  }

  /// True for the first who waits for this pack.
  private func enqueue(_ pack: ReleasePack, _ continuation: CheckedContinuation<Void, Error>) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    let others = waiting[pack.downloadIdentifier]?.continuations ?? []
    waiting[pack.downloadIdentifier] = (pack, others + [continuation])
    return others.isEmpty
  }

  /// Takes over a download that the extension has begun; one that failed begins anew.
  private func start(_ pack: ReleasePack) throws {
    let running = try BADownloadManager.shared.fetchCurrentDownloads()
    let known = running.first { $0.identifier == pack.downloadIdentifier && $0.state != .failed }
    guard let download = known ?? pack.download() else { throw AdapterDeliveryError.notServed }
    try BADownloadManager.shared.startForegroundDownload(download)
  }

  private func finish(_ identifier: String, _ result: Result<Void, Error>) {
    lock.lock()
    let continuations = waiting.removeValue(forKey: identifier)?.continuations ?? []
    lock.unlock()
    for continuation in continuations { continuation.resume(with: result) }
  }
}

// Checks the signed statement about a pack before it is downloaded. Add it to the app and to the extension.

import Foundation

nonisolated enum PackTrust {
  /// Does nothing while no key is accepted; throws why a pack is refused. That its revision is no older one, the manifest's
  /// own signature has shown.
  static func check(_ pack: ReleasePack) throws {
    guard let verifier = AdapterSettings.verifier else { return }
    var seen: SeenReleases?
    let statement = try verifier.verifyPack(pack.statement, seen: &seen)
    guard statement.id == pack.id, statement.version == pack.version, statement.packSha256 == pack.sha256,
      statement.sizeBytes == pack.downloadSize, statement.baseModelSignature == pack.baseModelSignature
    else { throw ReleaseRefusal.contentMismatch }
  }
}

// Verifies what fmrelease has signed: a manifest, and the statement that travels with each pack. Ed25519 over DSSE, with
// CryptoKit and nothing else. Compiles for iOS 16 and macOS 13; needs no Foundation Models framework.
//
// Keep `AdapterTrust.keys` in step with `signing.keys` of the fmrelease config, and keep an old key in it until no
// release that you still want to reach users is signed by that key alone.

import CryptoKit
import Foundation

/// Why something is refused. The same words as in fmrelease's conformance vectors.
nonisolated public enum ReleaseRefusal: String, Error, Sendable {
  case unsigned
  case oversize
  case malformed
  case wrongPayloadType = "wrong-payload-type"
  case duplicateKey = "duplicate-key"
  case unknownKey = "unknown-key"
  case badSignature = "bad-signature"
  case badStatement = "bad-statement"
  case wrongApp = "wrong-app"
  case wrongChannel = "wrong-channel"
  case contentMismatch = "content-mismatch"
  case rollback
  case equivocation
  case stale
}

/// What the app is built with.
nonisolated public struct AdapterTrust: Sendable {
  /// Accepted public keys, 32 bytes each as base64: what `fmrelease key show` prints.
  public let keys: [String]
  /// The bundle id that statements must name; nil accepts any.
  public let app: String?
  public let channel: String
  /// The lowest revision that an app which has seen nothing yet accepts.
  public let minRevision: Int64
  /// How long a release may stand unrenewed, in seconds; nil puts no limit.
  public let maxAge: TimeInterval?

  public init(keys: [String], app: String?, channel: String, minRevision: Int64 = 1, maxAge: TimeInterval? = nil) {
    self.keys = keys
    self.app = app
    self.channel = channel
    self.minRevision = minRevision
    self.maxAge = maxAge
  }
}

/// What was accepted last of one feed. Keep one for manifests and one for statements in `userInfo`, in the app group, so
/// that the extension sees it too. A damaged or missing file counts as nothing seen.
nonisolated public struct SeenReleases: Codable, Equatable, Sendable {
  public var revision: Int64
  /// SHA-256 of the accepted payload, by pack id or `manifest.json`.
  public var payloads: [String: String]

  public init(revision: Int64, payloads: [String: String]) {
    self.revision = revision
    self.payloads = payloads
  }
}

/// A verified statement about one pack.
nonisolated public struct PackStatement: Equatable, Sendable {
  public let revision: Int64
  public let id: String
  public let version: Int64
  public let packSha256: String
  public let sizeBytes: Int64
  public let baseModelSignature: String?

  /// True when the file that was downloaded is the one that was signed.
  public func matches(fileAt url: URL) throws -> Bool {
    try isFile(at: url, sizeBytes: sizeBytes, sha256: packSha256)
  }
}

/// Verifies in this order: size, form, payload type, signatures, and only then what the signed bytes say.
nonisolated public struct ReleaseVerifier: Sendable {
  public let trust: AdapterTrust

  public init(trust: AdapterTrust) {
    self.trust = trust
  }

  /// Returns the bytes of a manifest that may be read: those that were signed, without the signature. `seen` moves on
  /// only when everything holds; then store it.
  public func verifyManifest(_ data: Data, seen: inout SeenReleases?, now: Date = Date()) throws -> Data {
    guard data.count <= ReleaseVerifier.maxDocumentBytes else { throw ReleaseRefusal.oversize }
    let (content, envelope) = ReleaseVerifier.split(data)
    var next = seen
    let fields = try open(envelope, type: ReleaseVerifier.manifestType, subject: { _ in "manifest.json" }, seen: &next, now: now) {
      isSha256($0["sha256"]?.text) && $0["sizeBytes"]?.integer != nil
    }
    guard fields["sizeBytes"]?.integer == Int64(content.count), fields["sha256"]?.text == hexDigits(SHA256.hash(data: content))
    else { throw ReleaseRefusal.contentMismatch }
    seen = next
    return content
  }

  /// Verifies the envelope that comes with a pack: `statements[<pack id>]` of a manifest, or `statement` in `userInfo`.
  public func verifyPack(_ envelope: String?, seen: inout SeenReleases?, now: Date = Date()) throws -> PackStatement {
    var next = seen
    let fields = try open(envelope, type: ReleaseVerifier.packType, subject: { $0["id"]?.text ?? "" }, seen: &next, now: now) {
      isPackId($0["id"]?.text) && isSha256($0["packSha256"]?.text) && $0["version"]?.integer != nil
        && $0["sizeBytes"]?.integer != nil && ($0["baseModelSignature"] == nil || isHex($0["baseModelSignature"]?.text, 40))
    }
    guard let id = fields["id"]?.text, let digest = fields["packSha256"]?.text else { throw ReleaseRefusal.badStatement }
    seen = next
    return PackStatement(
      revision: fields["revision"]?.integer ?? 0,
      id: id,
      version: fields["version"]?.integer ?? 0,
      packSha256: digest,
      sizeBytes: fields["sizeBytes"]?.integer ?? 0,
      baseModelSignature: fields["baseModelSignature"]?.text)
  }

  private func open(
    _ text: String?,
    type: String,
    subject: (StatementFields) -> String,
    seen: inout SeenReleases?,
    now: Date,
    isSound: (StatementFields) -> Bool
  ) throws -> StatementFields {
    guard let text = text else { throw ReleaseRefusal.unsigned }
    let envelope = try Envelope(text)
    guard envelope.payloadType == type else { throw ReleaseRefusal.wrongPayloadType }
    try verifySignatures(envelope)
    guard let fields = readStatement(envelope.payload), isSound(fields) else { throw ReleaseRefusal.badStatement }
    guard let revision = fields["revision"]?.integer, revision >= 1, let channel = fields["channel"]?.text,
      isChannel(channel), let issuedAt = readTime(fields["issuedAt"]?.text),
      fields["app"] == nil || isApp(fields["app"]?.text)
    else { throw ReleaseRefusal.badStatement }
    if let app = trust.app, fields["app"]?.text != app { throw ReleaseRefusal.wrongApp }
    guard channel == trust.channel else { throw ReleaseRefusal.wrongChannel }
    guard revision >= trust.minRevision else { throw ReleaseRefusal.rollback }
    let next = try advance(seen, revision: revision, subject: subject(fields), payload: envelope.payload)
    if let maxAge = trust.maxAge, now.timeIntervalSince(issuedAt) > maxAge { throw ReleaseRefusal.stale }
    seen = next
    return fields
  }

  /// Every signature in the name of an accepted key must hold, and there must be one.
  private func verifySignatures(_ envelope: Envelope) throws {
    guard Set(envelope.signatures.map { $0.keyId }).count == envelope.signatures.count else {
      throw ReleaseRefusal.duplicateKey
    }
    var accepted: [String: Curve25519.Signing.PublicKey] = [:]
    for text in trust.keys {
      guard let raw = decodeBase64(text), let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else { continue }
      accepted[String(hexDigits(SHA256.hash(data: raw)).prefix(16))] = key
    }
    var count = 0
    for signature in envelope.signatures {
      guard let key = accepted[signature.keyId] else { continue }
      guard key.isValidSignature(signature.bytes, for: envelope.message) else { throw ReleaseRefusal.badSignature }
      count += 1
    }
    guard count > 0 else { throw ReleaseRefusal.unknownKey }
  }

  /// The revision never falls, and one revision says one thing about a subject.
  private func advance(_ seen: SeenReleases?, revision: Int64, subject: String, payload: Data) throws -> SeenReleases {
    let digest = hexDigits(SHA256.hash(data: payload))
    guard var next = seen, revision <= next.revision else {
      return SeenReleases(revision: revision, payloads: [subject: digest])
    }
    guard revision == next.revision else { throw ReleaseRefusal.rollback }
    if let known = next.payloads[subject], known != digest { throw ReleaseRefusal.equivocation }
    next.payloads[subject] = digest
    return next
  }

  /// Cuts the last member `signature` off; what is left is what was signed. Without one, all of it is content.
  static func split(_ data: Data) -> (content: Data, envelope: String?) {
    let whole = Data(data)
    guard whole.suffix(end.count) == end, let member = whole.range(of: signatureMember, options: .backwards) else {
      return (whole, nil)
    }
    guard member.upperBound <= whole.count - end.count else { return (whole, nil) }
    let quoted = whole.subdata(in: member.upperBound..<(whole.count - end.count))
    // An envelope is plain ASCII without control characters, so quotes and backslashes are all that is escaped.
    guard let envelope = try? JSONDecoder().decode(String.self, from: quoted),
      Data("\"\(envelope.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\""))\"".utf8) == quoted
    else { return (whole, nil) }
    return (whole.subdata(in: 0..<member.lowerBound) + end, envelope)
  }

  static let packType = "application/vnd.fmrelease.pack.v1+json"
  static let manifestType = "application/vnd.fmrelease.manifest.v1+json"
  private static let maxDocumentBytes = 4 * 1024 * 1024
  private static let signatureMember = Data(",\n  \"signature\": ".utf8)
  private static let end = Data("\n}\n".utf8)
}

/// A DSSE envelope, read strictly.
nonisolated struct Envelope {
  struct Signature {
    let keyId: String
    let bytes: Data
  }

  let payloadType: String
  let payload: Data
  let signatures: [Signature]

  init(_ text: String) throws {
    guard text.utf8.count <= 8192 else { throw ReleaseRefusal.oversize }
    guard let value = StrictJSON.read(Data(text.utf8)), let type = value["payloadType"]?.stringValue,
      let encoded = value["payload"]?.stringValue, let bytes = decodeBase64(encoded),
      let listed = value["signatures"]?.arrayValue, (1...8).contains(listed.count)
    else { throw ReleaseRefusal.malformed }
    var read: [Signature] = []
    for item in listed {
      guard let keyId = item["keyid"]?.stringValue, let sig = item["sig"]?.stringValue, let raw = decodeBase64(sig) else {
        throw ReleaseRefusal.malformed
      }
      read.append(Signature(keyId: keyId, bytes: raw))
    }
    payloadType = type
    payload = bytes
    signatures = read
    guard message.count <= 4096 else { throw ReleaseRefusal.oversize }
  }

  /// DSSE's pre-authentication encoding: what is signed, byte for byte.
  var message: Data {
    Data("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
  }
}

/// A value of a statement: text or an integer, nothing else.
nonisolated enum StatementValue: Equatable {
  case string(String)
  case number(Int64)

  var text: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  var integer: Int64? {
    guard case .number(let value) = self else { return nil }
    return value
  }
}

typealias StatementFields = [String: StatementValue]

/// Reads `{"name":"text","name":12}`: flat, no spaces, no escapes, no repeated name; nil for anything else.
nonisolated func readStatement(_ payload: Data) -> StatementFields? {
  let bytes = Array(payload)
  guard bytes.count >= 2, bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") else { return nil }
  guard bytes.allSatisfy({ $0 >= 0x20 && $0 <= 0x7E && $0 != UInt8(ascii: "\\") }) else { return nil }
  guard case .object(let members)? = StrictJSON.read(payload) else { return nil }
  var fields: StatementFields = [:]
  var length = 2 + max(0, members.count - 1)
  for (name, value) in members {
    guard isName(name) else { return nil }
    switch value {
    case .string(let text):
      fields[name] = .string(text)
      length += name.utf8.count + text.utf8.count + 5
    case .integer(let number):
      guard number >= 0 else { return nil }
      fields[name] = .number(number)
      length += name.utf8.count + String(number).utf8.count + 3
    default:
      return nil
    }
  }
  // Braces, commas, quotes, colons, names and values are all there is; a longer text holds spaces.
  return length == bytes.count ? fields : nil
}

/// Base64 in its one canonical spelling; nil for any other.
nonisolated func decodeBase64(_ text: String) -> Data? {
  guard let bytes = Data(base64Encoded: text), bytes.base64EncodedString() == text else { return nil }
  return bytes
}

/// True when a file has exactly this size and this SHA-256. Reads it in pieces, and stops when it is too long.
nonisolated func isFile(at url: URL, sizeBytes: Int64, sha256: String) throws -> Bool {
  let file = try FileHandle(forReadingFrom: url)
  defer { try? file.close() }
  var hash = SHA256()
  var total: Int64 = 0
  while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
    hash.update(data: piece)
    total += Int64(piece.count)
    if total > sizeBytes { return false }
  }
  return total == sizeBytes && hexDigits(hash.finalize()) == sha256
}

nonisolated func hexDigits<Bytes: Sequence>(_ bytes: Bytes) -> String where Bytes.Element == UInt8 {
  bytes.map { String(format: "%02x", $0) }.joined()
}

nonisolated private func isName(_ text: String) -> Bool {
  guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 64 else { return false }
  return text.utf8.allSatisfy { isLetter($0) || isDigit($0) }
}

nonisolated private func isHex(_ text: String?, _ count: Int) -> Bool {
  guard let text = text, text.utf8.count == count else { return false }
  return text.utf8.allSatisfy { isDigit($0) || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f")) }
}

nonisolated private func isSha256(_ text: String?) -> Bool { isHex(text, 64) }

nonisolated private func isPackId(_ text: String?) -> Bool {
  guard let text = text, (1...128).contains(text.utf8.count) else { return false }
  return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
}

nonisolated private func isChannel(_ text: String) -> Bool {
  guard let first = text.utf8.first, first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z"), text.utf8.count <= 32 else {
    return false
  }
  return text.utf8.allSatisfy {
    ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) || isDigit($0) || $0 == UInt8(ascii: "-")
  }
}

nonisolated private func isApp(_ text: String?) -> Bool {
  guard let text = text, let first = text.utf8.first, isLetter(first) || isDigit(first), text.utf8.count <= 155 else {
    return false
  }
  return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
}

nonisolated private func isLetter(_ byte: UInt8) -> Bool {
  (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")) || (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z"))
}

nonisolated private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

/// `2026-11-22T10:00:00Z` and no other form.
nonisolated private func readTime(_ text: String?) -> Date? {
  guard let text = text, text.utf8.count == 20 else { return nil }
  let format = ISO8601DateFormatter()
  format.formatOptions = [.withInternetDateTime]
  guard let date = format.date(from: text), format.string(from: date) == text else { return nil }
  return date
}

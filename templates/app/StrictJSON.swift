// Reads JSON that comes from outside, more strictly than Foundation: a repeated key, bytes behind the end, a byte order
// mark or a number that is no plain integer is refused, because two readers of the same bytes may disagree on them.
// Foundation only; iOS 16, macOS 13.

import Foundation

/// A JSON value. Objects keep every member, known or not.
nonisolated public enum StrictJSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case string(String)
  case array([StrictJSON])
  case object([String: StrictJSON])

  /// Reads one document; nil for anything that is not exactly that.
  public static func read(_ data: Data) -> StrictJSON? {
    guard let text = String(validatingUTF8Data: data) else { return nil }
    var reader = StrictJSONReader(bytes: Array(text.utf8))
    return reader.readDocument()
  }

  /// The member of an object; nil where there is none, or where this is no object.
  public subscript(_ key: String) -> StrictJSON? {
    guard case .object(let members) = self else { return nil }
    return members[key]
  }

  public var stringValue: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  public var integerValue: Int64? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  public var arrayValue: [StrictJSON]? {
    guard case .array(let items) = self else { return nil }
    return items
  }

  /// True for `null` and for nothing else.
  public var isNull: Bool { self == .null }
}

nonisolated extension String {
  /// The text of some UTF-8; nil when the bytes are anything else, or begin with a byte order mark.
  fileprivate init?(validatingUTF8Data data: Data) {
    guard !data.starts(with: [0xEF, 0xBB, 0xBF]) else { return nil }
    guard let text = String(data: data, encoding: .utf8) else { return nil }
    self = text
  }
}

/// One pass over the bytes of a text.
nonisolated private struct StrictJSONReader {
  let bytes: [UInt8]
  var at = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private static let maxDepth = 64
  private static let refusedKeys: Set<String> = ["__proto__", "constructor", "prototype"]

  mutating func readDocument() -> StrictJSON? {
    guard let value = readValue(depth: 0) else { return nil }
    skipSpace()
    return at == bytes.count ? value : nil
  }

  private mutating func readValue(depth: Int) -> StrictJSON? {
    skipSpace()
    guard at < bytes.count else { return nil }
    switch bytes[at] {
    case UInt8(ascii: "{"):
      return depth < StrictJSONReader.maxDepth ? readObject(depth: depth) : nil
    case UInt8(ascii: "["):
      return depth < StrictJSONReader.maxDepth ? readArray(depth: depth) : nil
    case UInt8(ascii: "\""):
      guard let text = readString() else { return nil }
      return .string(text)
    case UInt8(ascii: "t"):
      return take("true") ? .bool(true) : nil
    case UInt8(ascii: "f"):
      return take("false") ? .bool(false) : nil
    case UInt8(ascii: "n"):
      return take("null") ? .null : nil
    default:
      return readInteger()
    }
  }

  private mutating func readObject(depth: Int) -> StrictJSON? {
    var members: [String: StrictJSON] = [:]
    at += 1
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard let key = readString() else { return nil }
      guard !StrictJSONReader.refusedKeys.contains(key), members[key] == nil else { return nil }
      skipSpace()
      guard take(":") else { return nil }
      guard let value = readValue(depth: depth + 1) else { return nil }
      members[key] = value
      skipSpace()
    } while take(",")
    return take("}") ? .object(members) : nil
  }

  private mutating func readArray(depth: Int) -> StrictJSON? {
    var items: [StrictJSON] = []
    at += 1
    skipSpace()
    if take("]") { return .array(items) }
    repeat {
      guard let value = readValue(depth: depth + 1) else { return nil }
      items.append(value)
      skipSpace()
    } while take(",")
    return take("]") ? .array(items) : nil
  }

  /// A string between quotes; Foundation decodes its escapes, once its end and its characters are known to be sound.
  private mutating func readString() -> String? {
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return nil }
    let start = at
    at += 1
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      if bytes[at] < 0x20 { return nil }
      at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard at < bytes.count else { return nil }
    at += 1
    let quoted = Data(bytes[start..<at])
    return try? JSONDecoder().decode(String.self, from: quoted)
  }

  /// Digits without a leading zero, at most 2^53 - 1: every number that fmrelease writes.
  private mutating func readInteger() -> StrictJSON? {
    let start = at
    _ = take("-")
    while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
    if at < bytes.count, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[at]) { return nil }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    guard let value = Int64(text), String(value) == text else { return nil }
    guard value >= -9_007_199_254_740_991, value <= 9_007_199_254_740_991 else { return nil }
    return .integer(value)
  }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ text: String) -> Bool {
    let expected = Array(text.utf8)
    guard at + expected.count <= bytes.count else { return false }
    guard Array(bytes[at..<(at + expected.count)]) == expected else { return false }
    at += expected.count
    return true
  }
}

// Unpacks an asset pack, which is an Apple Archive, with AppleArchive. Add it to the app and to the extension. For a
// target with `archive: 'zip'` put your own unzipping here.

import AppleArchive
import Foundation
import System

nonisolated enum PackUnpacker {
  enum Failure: Error {
    case unreadable
    case destination
  }

  /// Extracts into an empty folder. No entry of our packs asks for a right that an app lacks, so no flag is set.
  static func unpack(_ archive: URL, into folder: URL) throws {
    guard
      let input = ArchiveByteStream.fileStream(
        path: FilePath(archive.path), mode: .readOnly, options: [], permissions: FilePermissions(rawValue: 0o600))
    else { throw Failure.unreadable }
    defer { try? input.close() }
    guard let plain = ArchiveByteStream.decompressionStream(readingFrom: input) else { throw Failure.unreadable }
    defer { try? plain.close() }
    guard let entries = ArchiveStream.decodeStream(readingFrom: plain) else { throw Failure.unreadable }
    defer { try? entries.close() }
    guard let output = ArchiveStream.extractStream(extractingTo: FilePath(folder.path)) else {
      throw Failure.destination
    }
    defer { try? output.close() }
    _ = try ArchiveStream.process(readingFrom: entries, writingTo: output)
  }
}

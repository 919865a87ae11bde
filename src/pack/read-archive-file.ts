import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isSystemError, ReleaseError } from '../errors.ts';
import { isJsonObject, type JsonObject, readJsonBytes } from '../json/read.ts';
import { type ByteSource, fileBytes, readExactly } from './archive/byte-source.ts';
import { type ArchiveKind, type Codec, identifyArchive } from './archive/identify.ts';
import type { ReadEntry } from './archive/read-archive.ts';
import { unsound } from './archive/refusals.ts';
import { readPack } from './read-pack.ts';

/** An open file that is an archive of some kind. */
export interface ArchiveFile {
  readonly source: ByteSource;
  readonly kind: ArchiveKind;
}

/**
 * Opens a file, tells what archive it is, and hands it on; it is closed behind `use`.
 *
 * @throws ReleaseError `FILE_NOT_FOUND`, `ARCHIVE_ENCRYPTED`, `ARCHIVE_UNKNOWN`, or as `use` does
 */
export async function withArchiveFile<T>(path: string, use: (file: ArchiveFile) => Promise<T>): Promise<T> {
  const handle = await open(path, UNBLOCKED).catch((cause: unknown) => {
    throw explainOpen(path, cause);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw explainOpen(path, undefined);
    const source = fileBytes(handle, stat.size);
    const head = await readExactly(source, { at: 0, length: Math.min(4, stat.size) });
    return await use({ source, kind: identifyArchive(head) });
  } finally {
    await handle.close();
  }
}

/** What an Apple Archive holds, with its root manifest where it has one. */
export interface ArchiveContents {
  readonly codec: Codec;
  readonly sizeBytes: number;
  readonly entries: readonly ReadEntry[];
  /** The root `manifest.json`, or null. */
  readonly manifest: JsonObject | null;
}

/**
 * Reads the entries and the root `manifest.json` of an Apple Archive file, decoding only the blocks that they lie in.
 * Nothing is unpacked, and no other data is read.
 *
 * @throws ReleaseError `FILE_NOT_FOUND`; `ARCHIVE_UNSOUND` when the archive breaks its format or holds what no pack
 *   may; `ARCHIVE_UNREADABLE`, `ARCHIVE_ENCRYPTED`, `ARCHIVE_UNKNOWN`; `JSON_INVALID` for its manifest
 */
export const readArchiveManifest = (path: string): Promise<ArchiveContents> =>
  withArchiveFile(path, async (file) => {
    if (file.kind.format === 'zip') throw unsound('is a zip, expected an Apple Archive');
    const read = await readPack(file, { keep: (name) => name === MANIFEST_PATH, digests: false });
    const [fault] = read.faults;
    if (fault !== undefined)
      throw unsound(
        fault.kind === 'unsafe'
          ? `holds what no pack may: "${fault.path}" ${fault.why}`
          : `holds "${fault.path}", which ${fault.why}`,
      );
    if (read.stoppedBy !== undefined) throw read.stoppedBy;
    const entries = read.entries.map(({ sha256: _, ...entry }): ReadEntry => entry);
    const root = entries.find(({ path: name, kind: of }) => name === MANIFEST_PATH && of === 'file');
    const bytes = read.kept.get(MANIFEST_PATH);
    if (root !== undefined && bytes === undefined)
      throw unsound(`holds a manifest of ${root.sizeBytes} bytes: more than is read`);
    const manifest = bytes === undefined ? null : parseManifestBytes(bytes);
    return { codec: file.kind.codec, sizeBytes: file.source.sizeBytes, entries, manifest };
  });

/**
 * Reads a pack's `manifest.json`, strictly.
 *
 * @throws ReleaseError `JSON_INVALID`
 */
export function parseManifestBytes(bytes: Uint8Array): JsonObject {
  const value = readJsonBytes(bytes, MANIFEST_PATH);
  if (isJsonObject(value)) return value;
  throw new ReleaseError('JSON_INVALID', `${MANIFEST_PATH} is no JSON object.`, {
    fix: 'Build the pack again.',
  });
}

function explainOpen(path: string, cause: unknown): unknown {
  if (cause === undefined || isSystemError(cause, 'EISDIR', 'ENXIO')) {
    return new ReleaseError('ARCHIVE_UNKNOWN', `"${path}" is a folder or a device, not an archive.`, {
      fix: 'Name an .aar or a .zip file; `fmrelease adapter inspect` reads a folder.',
      cause,
    });
  }
  if (isSystemError(cause, 'ENOENT', 'ENOTDIR'))
    return new ReleaseError('FILE_NOT_FOUND', `There is no file "${path}".`, {
      fix: 'Pass the path of an .aar or a .zip file.',
      cause,
    });
  if (!isSystemError(cause, 'EACCES', 'EPERM', 'ELOOP')) return cause;
  return new ReleaseError('STORE_PERMISSION', `"${path}" cannot be opened (${cause.code}).`, {
    fix: 'Give this user read access to it.',
    cause,
  });
}

/** Where an asset pack's own manifest lies. */
export const MANIFEST_PATH = 'manifest.json';
/** A pipe must not wait for a writer: nothing would end that. */
const UNBLOCKED = constants.O_RDONLY | constants.O_NONBLOCK;

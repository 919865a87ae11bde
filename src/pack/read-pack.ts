import { createHash } from 'node:crypto';
import { ReleaseError } from '../errors.ts';
import type { Sha256 } from '../model/digest.ts';
import type { Codec } from './archive/identify.ts';
import { openArchive, type ReadEntry } from './archive/read-archive.ts';
import { openZip, type ZipReader } from './archive/read-zip.ts';
import { unsound } from './archive/refusals.ts';
import type { ArchiveFile } from './read-archive-file.ts';

/** What to read beside names and sizes. */
export interface PackReading {
  /** Whose bytes are kept; a file of more than {@link MOST_KEPT_FILE_BYTES} never is. */
  readonly keep: (path: string) => boolean;
  /** True when every file is read and digested; else only those that are kept are read. */
  readonly digests: boolean;
  /** Most bytes that are kept of one archive: past it the archive is refused. */
  readonly mostKeptBytes?: number;
  readonly onBytes?: (entry: ReadEntry, doneBytes: number) => void;
}

/** An entry that may be unpacked, with the digest of what it holds, or null where it was not read. */
export interface PackEntry extends ReadEntry {
  readonly sha256: Sha256 | null;
}

/** Why an entry must not be unpacked (`unsafe`), or that its data is not what its digest says (`damaged`). */
export interface PackFault {
  readonly path: string;
  readonly why: string;
  readonly kind: 'unsafe' | 'damaged';
}

/** What an archive holds, up to its end or to what stopped the reading. */
export interface PackRead {
  readonly codec: Codec | 'deflate';
  readonly entries: readonly PackEntry[];
  readonly kept: ReadonlyMap<string, Uint8Array>;
  readonly faults: readonly PackFault[];
  /** The field keys of its headers, each list once: what tells who wrote it. */
  readonly headers: ReadonlySet<string>;
  /** `ARCHIVE_UNSOUND` or `ARCHIVE_UNREADABLE`, or undefined when all was read. */
  readonly stoppedBy: ReleaseError | undefined;
}

/**
 * Reads the entries of an archive in their order, Apple Archive or zip. It judges nothing: entries that must not be
 * unpacked and data with another digest than stated are faults, and whatever ends the reading early is told beside what
 * came before. Only an error that says nothing of the archive is thrown.
 */
export async function readPack({ source, kind }: ArchiveFile, reading: PackReading): Promise<PackRead> {
  const found: Found = { entries: [], kept: new Map(), keptBytes: 0, faults: [], headers: new Set() };
  let codec: PackRead['codec'] = kind.format === 'aar' ? kind.codec : 'none';
  let stoppedBy: ReleaseError | undefined;
  try {
    const reader = kind.format === 'aar' ? await openArchive(source, kind.codec) : await openZip(source);
    codec = reader.codec;
    for await (const entry of reader.entries()) await take(entry, { reader, found, reading });
  } catch (error) {
    if (!(error instanceof ReleaseError) || !STOPS.includes(error.code)) throw error;
    stoppedBy = error;
  }
  const { entries, kept, faults, headers } = found;
  return { codec, entries, kept, faults, headers, stoppedBy };
}

interface Found {
  readonly entries: PackEntry[];
  readonly kept: Map<string, Uint8Array>;
  keptBytes: number;
  readonly faults: PackFault[];
  readonly headers: Set<string>;
}

interface Taking {
  readonly reader: Pick<ZipReader, 'content'>;
  readonly found: Found;
  readonly reading: PackReading;
}

async function take(entry: ReadEntry, taking: Taking): Promise<void> {
  const { found, reading } = taking;
  const { path, kind, sizeBytes, fault, keys } = entry;
  if (keys.length > 0) found.headers.add(keys.join(' '));
  if (fault !== undefined) {
    found.faults.push({ path, why: fault, kind: 'unsafe' });
    return;
  }
  const isKept = kind === 'file' && sizeBytes <= MOST_KEPT_FILE_BYTES && reading.keep(path);
  if (isKept) requireRoom(found, sizeBytes, reading.mostKeptBytes ?? MOST_KEPT_BYTES);
  const wanted = kind === 'file' && (reading.digests || isKept);
  const sha256 = wanted ? await readFile(entry, isKept, taking) : null;
  found.entries.push({ ...entry, sha256 });
}

function requireRoom(found: Found, sizeBytes: number, mostBytes: number): void {
  found.keptBytes += sizeBytes;
  if (found.keptBytes > mostBytes)
    throw unsound(`holds more than ${mostBytes} bytes of manifests and adapters' metadata`);
}

/** Reads a file whole; returns its SHA-256, and tells when it is not the stated one. */
async function readFile(
  entry: ReadEntry,
  keep: boolean,
  { reader, found, reading }: Taking,
): Promise<Sha256> {
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  let doneBytes = 0;
  for await (const chunk of reader.content(entry)) {
    hash.update(chunk);
    if (keep) kept.push(Buffer.from(chunk)); // a chunk is valid until the next
    doneBytes += chunk.length;
    reading.onBytes?.(entry, doneBytes);
  }
  if (keep) found.kept.set(entry.path, Buffer.concat(kept));
  const sha256 = hash.digest('hex');
  const { path, statedSha256 } = entry;
  if (statedSha256 !== undefined && statedSha256 !== sha256)
    found.faults.push({ path, why: 'has other data than its digest says', kind: 'damaged' });
  return sha256;
}

/** What is a judgement on the archive. */
const STOPS: readonly string[] = ['ARCHIVE_UNSOUND', 'ARCHIVE_UNREADABLE'];

/** `metadata.json` of an adapter, wherever the adapter lies. */
export const METADATA = /(?:^|\/)[^/]+\.fmadapter\/metadata\.json$/;

/** Most bytes of a manifest or of an adapter's metadata that are read: they have a few kilobytes. */
export const MOST_KEPT_FILE_BYTES = 1 << 20;

/** Most bytes of them all. */
const MOST_KEPT_BYTES = 8 << 20;

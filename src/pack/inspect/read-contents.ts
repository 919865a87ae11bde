import { createHash } from 'node:crypto';
import { ReleaseError } from '../../errors.ts';
import { errorFinding, type Finding } from '../../model/finding.ts';
import type { Progress } from '../../progress.ts';
import type { Codec } from '../archive/identify.ts';
import { openArchive, type ReadEntry } from '../archive/read-archive.ts';
import { openZip, type ZipReader } from '../archive/read-zip.ts';
import { type ArchiveFile, MANIFEST_PATH, MOST_MANIFEST_BYTES } from '../read-archive-file.ts';

/** One entry as it is told: folders have no bytes, digests are null where nothing was read for them. */
export interface InspectedEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly sizeBytes: number;
  readonly sha256: string | null;
}

/** What was read of an archive. `small` has the bytes of the manifest and of adapters' metadata. */
export interface PackContents {
  readonly format: 'aar' | 'zip';
  readonly codec: Codec | 'deflate';
  readonly entries: readonly InspectedEntry[];
  /** The field keys of its headers, each list once: what tells who wrote it. */
  readonly headers: ReadonlySet<string>;
  readonly small: ReadonlyMap<string, Uint8Array>;
  readonly findings: readonly Finding[];
}

/** How to read: what to call the archive, whether every byte is read, who hears of it. */
export interface ContentsOptions {
  readonly subject: string;
  readonly list: boolean;
  readonly progress: Progress;
}

/**
 * Reads what an archive holds. What breaks its format ends the reading and is a finding, as is every entry that must
 * not be unpacked; both kinds leave the entries before them.
 */
export async function readPackContents(
  { source, kind }: ArchiveFile,
  options: ContentsOptions,
): Promise<PackContents> {
  const found: Found = { entries: [], headers: new Set(), small: new Map(), findings: [] };
  let codec: PackContents['codec'] = kind.format === 'aar' ? kind.codec : 'none';
  try {
    const reader = kind.format === 'aar' ? await openArchive(source, kind.codec) : await openZip(source);
    codec = reader.codec;
    for await (const entry of reader.entries()) await take(entry, { reader, found, options });
  } catch (error) {
    found.findings.push(toFinding(error, options.subject));
  }
  return { format: kind.format, codec, ...found };
}

interface Found {
  readonly entries: InspectedEntry[];
  readonly headers: Set<string>;
  readonly small: Map<string, Uint8Array>;
  readonly findings: Finding[];
}

interface Taking {
  readonly reader: Pick<ZipReader, 'content'>;
  readonly found: Found;
  readonly options: ContentsOptions;
}

async function take(entry: ReadEntry, { reader, found, options }: Taking): Promise<void> {
  if (entry.keys.length > 0) found.headers.add(entry.keys.join(' '));
  if (entry.fault !== undefined) {
    found.findings.push(
      errorFinding('unsafe-file', {
        subject: options.subject,
        message: `"${entry.path}" ${entry.fault}.`,
        fix: 'Build the pack again from plain files; unpack nothing from this one.',
      }),
    );
    return;
  }
  if (entry.kind === 'directory') {
    if (entry.path !== '') found.entries.push(toInspected(entry, null));
    return;
  }
  const keep = isSmall(entry);
  const sha256 = options.list && !keep ? null : await readEntry(entry, keep, { reader, found, options });
  found.entries.push(toInspected(entry, options.list ? null : sha256));
}

/** Reads a file whole; returns its SHA-256, and tells when it is not the stated one. */
async function readEntry(
  entry: ReadEntry,
  keep: boolean,
  { reader, found, options }: Taking,
): Promise<string> {
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  const text = `Reading ${options.subject}: ${entry.path}`;
  let doneBytes = 0;
  for await (const chunk of reader.content(entry)) {
    hash.update(chunk);
    if (keep) kept.push(Buffer.from(chunk));
    doneBytes += chunk.length;
    options.progress({ kind: 'bytes', text, doneBytes, totalBytes: entry.sizeBytes });
  }
  if (keep) found.small.set(entry.path, Buffer.concat(kept));
  const sha256 = hash.digest('hex');
  if (entry.statedSha256 !== undefined && entry.statedSha256 !== sha256)
    found.findings.push(damaged(options.subject, `"${entry.path}" has other data than its digest says.`));
  return sha256;
}

const isSmall = ({ path, sizeBytes }: ReadEntry): boolean =>
  sizeBytes <= MOST_MANIFEST_BYTES && (path === MANIFEST_PATH || METADATA.test(path));

const toInspected = ({ path, kind, sizeBytes }: ReadEntry, sha256: string | null): InspectedEntry => ({
  path,
  kind: kind === 'directory' ? 'directory' : 'file',
  sizeBytes: kind === 'directory' ? 0 : sizeBytes,
  sha256,
});

/** What stops the reading as a finding; anything that is no judgement on the archive is thrown on. */
function toFinding(error: unknown, subject: string): Finding {
  if (!(error instanceof ReleaseError)) throw error;
  if (error.code === 'ARCHIVE_UNREADABLE')
    return errorFinding('archive-unreadable', { subject, message: error.message, fix: error.fix ?? '' });
  if (error.code === 'ARCHIVE_UNSOUND') return damaged(subject, error.message);
  throw error;
}

const damaged = (subject: string, message: string): Finding =>
  errorFinding('archive-damaged', {
    subject,
    message,
    fix: 'Copy the archive again and compare its digest, or build the pack again.',
  });

/** `metadata.json` of an adapter, wherever the adapter lies. */
export const METADATA = /(?:^|\/)([^/]+)\.fmadapter\/metadata\.json$/;

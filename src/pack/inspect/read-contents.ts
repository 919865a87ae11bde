import type { ReleaseError } from '../../errors.ts';
import { errorFinding, type Finding } from '../../model/finding.ts';
import type { Progress } from '../../progress.ts';
import { type ArchiveFile, MANIFEST_PATH } from '../read-archive-file.ts';
import { METADATA, type PackEntry, type PackFault, type PackRead, readPack } from '../read-pack.ts';

/** One entry as it is told: folders have no bytes, digests are null where nothing was read for them. */
export interface InspectedEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly sizeBytes: number;
  readonly sha256: string | null;
}

/** What was read of an archive. `small` has the bytes of the manifest and of adapters' metadata. */
export interface PackContents extends Pick<PackRead, 'codec' | 'headers'> {
  readonly format: 'aar' | 'zip';
  readonly entries: readonly InspectedEntry[];
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
  file: ArchiveFile,
  { subject, list, progress }: ContentsOptions,
): Promise<PackContents> {
  const read = await readPack(file, {
    keep: (path) => path === MANIFEST_PATH || METADATA.test(path),
    digests: !list,
    onBytes: ({ path, sizeBytes }, doneBytes) =>
      progress({ kind: 'bytes', text: `Reading ${subject}: ${path}`, doneBytes, totalBytes: sizeBytes }),
  });
  return {
    format: file.kind.format,
    codec: read.codec,
    headers: read.headers,
    entries: read.entries.filter(({ path }) => path !== '').map((entry) => toInspected(entry, list)),
    small: read.kept,
    findings: [
      ...read.faults.map((fault) => faultFinding(fault, subject)),
      ...(read.stoppedBy === undefined ? [] : [stopFinding(read.stoppedBy, subject)]),
    ],
  };
}

const toInspected = ({ path, kind, sizeBytes, sha256 }: PackEntry, list: boolean): InspectedEntry => ({
  path,
  kind: kind === 'directory' ? 'directory' : 'file',
  sizeBytes: kind === 'directory' ? 0 : sizeBytes,
  sha256: list ? null : sha256,
});

function faultFinding({ path, why, kind }: PackFault, subject: string): Finding {
  const message = `"${path}" ${why}.`;
  if (kind === 'damaged') return damaged(subject, message);
  const fix = 'Build the pack again from plain files; unpack nothing from this one.';
  return errorFinding('unsafe-file', { subject, message, fix });
}

const stopFinding = ({ code, message, fix = '' }: ReleaseError, subject: string): Finding =>
  code === 'ARCHIVE_UNREADABLE'
    ? errorFinding('archive-unreadable', { subject, message, fix })
    : damaged(subject, message);

const damaged = (subject: string, message: string): Finding =>
  errorFinding('archive-damaged', {
    subject,
    message,
    fix: 'Copy the archive again and compare its digest, or build the pack again.',
  });

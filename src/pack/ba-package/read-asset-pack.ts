import { createHash } from 'node:crypto';
import { ReleaseError } from '../../errors.ts';
import type { FileDigest } from '../../model/digest.ts';
import { type ArchiveReader, openArchive, type ReadEntry } from '../archive/read-archive.ts';
import { withArchiveFile } from '../read-archive-file.ts';

/** What is inside an asset pack, as far as this version can look. */
export type AssetPackContents =
  | {
      readonly state: 'read';
      readonly files: readonly FileDigest[];
      /** The bytes of those files that were asked for, by path. */
      readonly texts: ReadonlyMap<string, Uint8Array>;
    }
  | { readonly state: 'unreadable'; readonly why: string };

/**
 * Reads the entries of an asset pack: every file with its digest, and the bytes of the small ones that `wanted` names.
 * An archive that is no Apple Archive, is coded in a way that cannot be decoded here, or breaks its format, is
 * `unreadable`, and `why` says so.
 */
export async function readAssetPack(
  file: string,
  wanted: (path: string) => boolean,
): Promise<AssetPackContents> {
  try {
    return await withArchiveFile(file, async ({ source, kind }) =>
      kind.format === 'zip'
        ? { state: 'unreadable', why: 'it is a zip, no Apple Archive' }
        : readFiles(await openArchive(source, kind.codec), wanted),
    );
  } catch (error) {
    if (!(error instanceof ReleaseError) || !error.code.startsWith('ARCHIVE_')) throw error;
    return { state: 'unreadable', why: error.message };
  }
}

async function readFiles(
  archive: ArchiveReader,
  wanted: (path: string) => boolean,
): Promise<AssetPackContents> {
  const files: FileDigest[] = [];
  const texts = new Map<string, Uint8Array>();
  for await (const entry of archive.entries()) {
    const { kind, path, sizeBytes, fault } = entry;
    if (fault !== undefined) return { state: 'unreadable', why: `"${path}" ${fault}` };
    if (kind !== 'file') continue;
    const keep = sizeBytes <= MOST_TEXT && wanted(path);
    const { sha256, bytes } = await digest(archive, entry, keep);
    files.push({ path, sizeBytes, sha256 });
    if (keep) texts.set(path, bytes);
  }
  return { state: 'read', files, texts };
}

async function digest(
  archive: ArchiveReader,
  entry: ReadEntry,
  keep: boolean,
): Promise<{ readonly sha256: FileDigest['sha256']; readonly bytes: Uint8Array }> {
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  for await (const chunk of archive.content(entry)) {
    hash.update(chunk);
    if (keep) kept.push(Buffer.from(chunk)); // a chunk is valid until the next
  }
  return { sha256: hash.digest('hex'), bytes: Buffer.concat(kept) };
}

/** Apple's manifests and metadata are a few kilobytes; nothing larger is kept. */
const MOST_TEXT = 256 * 1024;

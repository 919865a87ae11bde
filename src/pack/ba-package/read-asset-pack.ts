import { ReleaseError } from '../../errors.ts';
import type { FileDigest } from '../../model/digest.ts';
import { withArchiveFile } from '../read-archive-file.ts';
import { type PackRead, readPack } from '../read-pack.ts';

/** What is inside an asset pack, as far as this version can look. */
export type AssetPackContents =
  | {
      readonly state: 'read';
      readonly files: readonly FileDigest[];
      /** The bytes of those files that were asked for, by path. */
      readonly texts: ReadonlyMap<string, Uint8Array>;
    }
  /** Nothing is known against it: it is coded in a way that is known and cannot be decoded here. */
  | { readonly state: 'unreadable'; readonly why: string }
  /** It is no Apple Archive, or breaks its format, or holds what no pack may. */
  | { readonly state: 'unsound'; readonly why: string };

/** Reads the entries of an asset pack: every file with its digest, and the bytes of the small ones that `wanted` names. */
export async function readAssetPack(
  file: string,
  wanted: (path: string) => boolean,
): Promise<AssetPackContents> {
  try {
    return await withArchiveFile(file, async (archive) =>
      archive.kind.format === 'zip'
        ? { state: 'unsound', why: 'it is a zip, no Apple Archive' }
        : judge(await readPack(archive, { keep: wanted, digests: true })),
    );
  } catch (error) {
    if (!(error instanceof ReleaseError) || !error.code.startsWith('ARCHIVE_')) throw error;
    return { state: 'unsound', why: error.message };
  }
}

function judge({ entries, kept, faults: [fault], stoppedBy }: PackRead): AssetPackContents {
  if (fault !== undefined) return { state: 'unsound', why: `"${fault.path}" ${fault.why}` };
  if (stoppedBy !== undefined)
    return {
      state: stoppedBy.code === 'ARCHIVE_UNREADABLE' ? 'unreadable' : 'unsound',
      why: stoppedBy.message,
    };
  const files = entries.flatMap(({ path, sizeBytes, sha256 }) =>
    sha256 === null ? [] : [{ path, sizeBytes, sha256 }],
  );
  return { state: 'read', files, texts: kept };
}

import { basename, join } from 'node:path';
import { hashHandle } from '../disk/hash-file.ts';
import { openListed, requireUnchanged, type TreeFile } from '../disk/tree.ts';
import type { FileDigest } from '../model/digest.ts';
import type { Progress } from '../progress.ts';
import { type DigestCache, isSettled } from './digest-cache.ts';

/** How to digest: what is known already, and who hears of progress. */
export interface DigestOptions {
  readonly digests: DigestCache;
  readonly progress: Progress;
}

/**
 * Returns the SHA-256 of each listed file of a folder, in the given order; known ones are not read.
 *
 * @throws ReleaseError `BUILD_CHANGED` when a file changes while it is read
 */
export async function digestFiles(
  root: string,
  files: readonly TreeFile[],
  { digests, progress }: DigestOptions,
): Promise<readonly FileDigest[]> {
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const text = `Reading ${basename(root)}`;
  let doneBytes = 0;
  const results: FileDigest[] = [];
  for (const file of files) {
    const path = join(root, file.path);
    const known = digests.find(path, file);
    if (known !== undefined) {
      doneBytes += file.sizeBytes;
      results.push({ path: file.path, sizeBytes: file.sizeBytes, sha256: known });
      continue;
    }
    const settled = isSettled(file);
    const handle = await openListed(root, file);
    try {
      const { sha256, sizeBytes } = await hashHandle(handle, (bytes) => {
        doneBytes += bytes;
        progress({ kind: 'bytes', text, doneBytes, totalBytes });
      });
      await requireUnchanged(handle, file);
      if (settled) digests.remember(path, file, sha256);
      results.push({ path: file.path, sizeBytes, sha256 });
    } finally {
      await handle.close();
    }
  }
  return results;
}

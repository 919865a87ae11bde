import { openListed, requireUnchanged } from '../disk/tree.ts';
import type { BuildSource } from './build-source.ts';

/**
 * Reads samples that stand for a whole build: eight pieces of 256 KiB, spread evenly over its files laid end to end, or
 * all of a build that is smaller than that. The same build gives the same samples.
 *
 * @throws ReleaseError `BUILD_CHANGED`
 */
export async function sampleBuild({
  root,
  tree,
}: Pick<BuildSource, 'root' | 'tree'>): Promise<readonly Uint8Array[]> {
  const totalBytes = tree.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const wanted =
    totalBytes <= SAMPLES * SAMPLE_BYTES
      ? [0]
      : STARTS.map((part) => Math.floor(part * (totalBytes - SAMPLE_BYTES)));
  const length = Math.min(totalBytes, wanted.length === 1 ? totalBytes : SAMPLE_BYTES);
  const samples = wanted.map(() => Buffer.alloc(length));
  let fileAt = 0;
  for (const file of tree.files) {
    const handle = await openListed(root, file);
    try {
      for (const [index, at] of wanted.entries()) {
        const from = Math.max(at, fileAt);
        const end = Math.min(at + length, fileAt + file.sizeBytes);
        const into = samples[index];
        if (from < end && into !== undefined) await handle.read(into, from - at, end - from, from - fileAt);
      }
      await requireUnchanged(handle, file);
    } finally {
      await handle.close();
    }
    fileAt += file.sizeBytes;
  }
  return samples.filter(({ length: bytes }) => bytes > 0);
}

const SAMPLES = 8;
const SAMPLE_BYTES = 256 << 10;
const STARTS = Array.from({ length: SAMPLES }, (_, index) => index / (SAMPLES - 1));

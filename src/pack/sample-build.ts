import type { FileHandle } from 'node:fs/promises';
import { openListed, requireUnchanged, type TreeFile } from '../disk/tree.ts';
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
      await Promise.all(
        samples.map((into, index) => fillSample(handle, { into, at: (wanted[index] ?? 0) - fileAt, file })),
      );
      await requireUnchanged(handle, file);
    } finally {
      await handle.close();
    }
    fileAt += file.sizeBytes;
  }
  return samples.filter(({ length: bytes }) => bytes > 0);
}

interface Filling {
  readonly into: Buffer;
  /** Where the sample begins, seen from the start of the file. */
  readonly at: number;
  readonly file: TreeFile;
}

/** Reads what a file has of a sample. */
async function fillSample(handle: FileHandle, { into, at, file }: Filling): Promise<void> {
  const from = Math.max(at, 0);
  const end = Math.min(at + into.length, file.sizeBytes);
  if (from < end) await handle.read(into, from - at, end - from, from);
}

const SAMPLES = 8;
const SAMPLE_BYTES = 256 << 10;
const STARTS = Array.from({ length: SAMPLES }, (_, index) => index / (SAMPLES - 1));

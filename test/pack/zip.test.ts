import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ArchiveEntry } from '../../src/pack/archive/entry-header.ts';
import type { EntrySource } from '../../src/pack/archive/write-archive.ts';
import { writeZip } from '../../src/pack/zip.ts';
import { readZip } from './read-zip.ts';

const CHUNKS = 40;

const fileEntry = (path: string, chunkBytes: number): ArchiveEntry & { readonly kind: 'file' } => ({
  kind: 'file',
  path,
  sizeBytes: CHUNKS * chunkBytes,
  sha256: createHash('sha256').digest('hex'),
});

/** Streams an entry from one buffer that is filled anew for each chunk, as a file reader does. */
const fromOneBuffer: EntrySource = async ({ sizeBytes }, sink) => {
  const buffer = Buffer.alloc(sizeBytes / CHUNKS);
  for (let turn = 0; turn < CHUNKS; turn++) {
    await sink(buffer.fill(turn));
    await sleep(0);
  }
  buffer.fill(0xff);
};

const expected = (chunkBytes: number): Buffer =>
  Buffer.concat(Array.from({ length: CHUNKS }, (_, turn) => Buffer.alloc(chunkBytes, turn)));

test.each([100, 20_000, 300_000])(
  'chunks of %i bytes from a reused buffer arrive unharmed behind a slow disk',
  async (chunkBytes) => {
    const written: Buffer[] = [];
    await writeZip([fileEntry('a', chunkBytes), fileEntry('b', chunkBytes)], fromOneBuffer, async (chunk) => {
      await sleep(1);
      written.push(Buffer.from(chunk));
    });
    const entries = readZip(Buffer.concat(written));
    expect(entries.map(({ path }) => path)).toEqual(['a', 'b']);
    for (const { content } of entries) expect(content.equals(expected(chunkBytes))).toBe(true);
  },
);

test.each([0, 1, 2, 5])('a disk that is full after %i writes ends the zip with its error', async (writes) => {
  let left = writes;
  const sink = async (): Promise<void> => {
    if (left-- <= 0) throw new Error('disk full');
  };
  const zipped = writeZip([fileEntry('a', 300_000), fileEntry('b', 100)], fromOneBuffer, sink);
  await expect(Promise.race([zipped, sleep(5000, 'still waiting')])).rejects.toThrow('disk full');
});

test('a source that fails ends the zip with its error, and nothing is written after that', async () => {
  const source: EntrySource = async (_, sink) => {
    for (let turn = 0; turn < 3; turn++) await sink(Buffer.alloc(300_000));
    throw new Error('changed');
  };
  let writes = 0;
  const slowSink = async (): Promise<void> => {
    writes++;
    await sleep(3);
  };
  const zipped = writeZip([fileEntry('a', 100), fileEntry('b', 100)], source, slowSink);
  await expect(Promise.race([zipped, sleep(5000, 'still waiting')])).rejects.toThrow('changed');
  const before = writes;
  await sleep(50);
  expect(writes).toBe(before);
});

test('a source that is faster than the disk is held back', async () => {
  let ahead = 0;
  let mostAhead = 0;
  const source: EntrySource = async (_, sink) => {
    for (let turn = 0; turn < 400; turn++) {
      ahead += 100_000;
      mostAhead = Math.max(mostAhead, ahead);
      await sink(Buffer.alloc(100_000));
    }
  };
  await writeZip([fileEntry('a', 1_000_000)], source, async (chunk) => {
    await sleep(1);
    ahead -= chunk.length;
  });
  expect(mostAhead).toBeLessThan(8_000_000);
});

test('a zip of nothing is a zip', async () => {
  const written: Buffer[] = [];
  await writeZip([], fromOneBuffer, async (chunk) => void written.push(Buffer.from(chunk)));
  expect(readZip(Buffer.concat(written))).toEqual([]);
});

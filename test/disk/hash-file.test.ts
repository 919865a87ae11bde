import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { hashHandle, readChunks } from '../../src/disk/hash-file.ts';
import { scratchFolder } from '../support/scratch.ts';

const MEBIBYTE = 1 << 20;

/** Bytes that differ everywhere, so that a chunk read twice or out of order is seen. */
const content = (bytes: number): Buffer => {
  const words = new Uint32Array(Math.ceil(bytes / 4)).map((_, index) => Math.imul(index, 0x9e3779b1));
  return Buffer.from(words.buffer, 0, bytes);
};

test.each([0, 1, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 2 * MEBIBYTE, 5 * MEBIBYTE + 17])(
  'a file of %i bytes is hashed whole, and each byte is told once',
  async (bytes) => {
    const path = join(scratchFolder(), 'file');
    writeFileSync(path, content(bytes));
    const handle = await open(path);
    let told = 0;
    const digest = await hashHandle(handle, (count) => (told += count)).finally(() => handle.close());
    expect(digest).toEqual({
      sizeBytes: bytes,
      sha256: createHash('sha256').update(content(bytes)).digest('hex'),
    });
    expect(told).toBe(bytes);
  },
);

test('a slow reader of chunks still gets each one unharmed, in order', async () => {
  const path = join(scratchFolder(), 'file');
  const whole = content(6 * MEBIBYTE + 5);
  writeFileSync(path, whole);
  const handle = await open(path);
  const chunks: Buffer[] = [];
  const read = await readChunks(handle, async (chunk) => {
    await sleep(5);
    chunks.push(Buffer.from(chunk));
  }).finally(() => handle.close());
  expect(read).toBe(whole.length);
  expect(Buffer.concat(chunks).equals(whole)).toBe(true);
});

test('a reader that fails stops the reading, and the file can be closed at once', async () => {
  const path = join(scratchFolder(), 'file');
  writeFileSync(path, content(4 * MEBIBYTE));
  const handle = await open(path);
  let calls = 0;
  const reading = readChunks(handle, async () => {
    calls++;
    throw new Error('full');
  });
  await expect(reading).rejects.toThrow('full');
  await handle.close();
  expect(calls).toBe(1);
});

import { randomBytes } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  isWorthCompressing,
  mostBlockStreamBytes,
  openZlibBlocks,
} from '../../../src/pack/archive/zlib-blocks.ts';

const BLOCK = 4 << 20;

/** Writes `plain` in chunks of a size that no block is a multiple of. */
async function compress(plain: Uint8Array, chunkBytes = 1_000_003): Promise<Buffer> {
  const out: Buffer[] = [];
  const blocks = openZlibBlocks(async (chunk) => void out.push(Buffer.from(chunk)));
  for (let at = 0; at < plain.length; at += chunkBytes)
    await blocks.write(plain.subarray(at, at + chunkBytes));
  await blocks.end();
  return Buffer.concat(out);
}

interface Block {
  readonly plainBytes: number;
  readonly payload: Buffer;
}

/** Takes a block stream apart by its framing alone. */
function blocksOf(stream: Buffer): readonly Block[] {
  expect(stream.toString('latin1', 0, 4)).toBe('pbzz');
  expect(stream.readBigUInt64BE(4)).toBe(BigInt(BLOCK));
  const blocks: Block[] = [];
  for (let at = 12; at < stream.length; ) {
    const codedBytes = Number(stream.readBigUInt64BE(at + 8));
    blocks.push({
      plainBytes: Number(stream.readBigUInt64BE(at)),
      payload: stream.subarray(at + 16, at + 16 + codedBytes),
    });
    at += 16 + codedBytes;
  }
  return blocks;
}

/** Bytes that shrink by some 8 percent under Huffman codes, as weights do. */
const weights = (length: number): Buffer => {
  const bytes = randomBytes(length);
  for (let at = 1; at < length; at += 2) bytes[at] = 0x20 | ((bytes[at] ?? 0) & 0x1f);
  return bytes;
};

test('blocks of 4 MiB in their order, 78 5E and a checksum on each that is compressed', async () => {
  const plain = Buffer.concat([
    weights(BLOCK),
    randomBytes(BLOCK),
    Buffer.alloc(BLOCK),
    weights(BLOCK),
    weights(77),
  ]);
  const blocks = blocksOf(await compress(plain));
  expect(blocks.map(({ plainBytes }) => plainBytes)).toEqual([BLOCK, BLOCK, BLOCK, BLOCK, 77]);
  expect(blocks.map(({ plainBytes, payload }) => payload.length === plainBytes)).toEqual([
    false,
    true,
    false,
    false,
    true,
  ]);
  const decoded = blocks.map(({ plainBytes, payload }) => {
    if (payload.length === plainBytes) return payload;
    expect(payload.toString('hex', 0, 2)).toBe('785e');
    return inflateSync(payload); // Node's own reader checks the checksum
  });
  expect(Buffer.concat(decoded).equals(plain)).toBe(true);
});

test('the chunks that come in do not change a byte that goes out', async () => {
  const plain = Buffer.concat([weights(BLOCK + 5), Buffer.alloc(1000, 'text')]);
  const once = await compress(plain);
  expect((await compress(plain)).equals(once)).toBe(true);
  expect((await compress(plain, 4096)).equals(once)).toBe(true);
  expect((await compress(plain, plain.length)).equals(once)).toBe(true);
});

test('nothing makes a stream without blocks', async () => {
  expect(await compress(Buffer.alloc(0))).toHaveLength(12);
});

test('a block is stored unless that saves more than a sixteenth', async () => {
  // Huffman codes of 240 equally frequent bytes save nearly nothing, of 128 an eighth.
  const among = (kinds: number): Buffer => Buffer.from(randomBytes(100_000).map((byte) => byte % kinds));
  const [many] = blocksOf(await compress(among(240)));
  const [few] = blocksOf(await compress(among(128)));
  expect([many?.payload.length, (few?.payload.length ?? 0) < 94_000]).toEqual([100_000, true]);
  expect(await isWorthCompressing([among(240)])).toBe(false);
  expect(await isWorthCompressing([among(128)])).toBe(true);
});

test('no stream is larger than forecast', async () => {
  for (const length of [1, BLOCK, BLOCK + 1]) {
    const plain = randomBytes(length);
    expect((await compress(plain)).length).toBe(mostBlockStreamBytes(length));
  }
});

test('a sink that fails stops the stream with its error', async () => {
  const blocks = openZlibBlocks(() => Promise.reject(new Error('disk full')));
  await expect(blocks.write(Buffer.alloc(BLOCK))).rejects.toThrow('disk full');
});

import { promisify } from 'node:util';
import { constants, deflate } from 'node:zlib';
import { BLOCK_HEAD_BYTES, STREAM_HEAD_BYTES } from './block-index.ts';

/** Takes the bytes of a stream; a chunk is used during the call only. */
export type ByteSink = (chunk: Uint8Array) => Promise<void>;

/** A block stream under construction. */
export interface BlockWriter {
  /** Copies the chunk; waits while compressing is behind. */
  write(chunk: Uint8Array): Promise<void>;
  /** Writes what is left; resolves when all has been handed to the sink. */
  end(): Promise<void>;
}

/**
 * Opens a `pbzz` stream of 4 MiB blocks. Blocks are compressed beside each other in libuv's thread pool and written in
 * their order; one that does not save a sixteenth is stored, as Apple's writer does (apple-archive §2). Memory is a
 * few blocks, whatever is written.
 */
export function openZlibBlocks(sink: ByteSink): BlockWriter {
  const pending: Promise<Block>[] = [];
  const free: Buffer[] = [];
  let [filled, begun] = [0, false];
  let room: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  const writeOldest = async (): Promise<void> => {
    const block = await pending.shift();
    if (block === undefined) return;
    await sink(blockHead(block.plainBytes, block.payload.length));
    await sink(block.payload);
    if (block.payload.buffer !== block.room.buffer) giveBack(block.payload);
    free.push(block.room);
  };
  const begin = async (): Promise<void> => {
    if (begun) return;
    begun = true;
    await sink(streamHead());
  };
  const flush = async (): Promise<void> => {
    await begin();
    const block = compressBlock(room, filled);
    block.catch(() => undefined); // thrown when its turn comes
    pending.push(block);
    if (pending.length === IN_FLIGHT) await writeOldest();
    room = free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
    filled = 0;
  };
  return {
    write: async (chunk) => {
      for (let at = 0; at < chunk.length; ) {
        const piece = chunk.subarray(at, at + BLOCK_BYTES - filled);
        room.set(piece, filled);
        filled += piece.length;
        at += piece.length;
        if (filled === BLOCK_BYTES) await flush();
      }
    },
    end: async () => {
      if (filled > 0) await flush();
      else await begin();
      while (pending.length > 0) await writeOldest();
    },
  };
}

/** True when compressing these samples saves more than a sixteenth of them (the stored rule, over all). */
export async function isWorthCompressing(samples: readonly Uint8Array[]): Promise<boolean> {
  const coded = await Promise.all(samples.map((sample) => compress(sample)));
  const plainBytes = samples.reduce((sum, { length }) => sum + length, 0);
  const codedBytes = coded.reduce((sum, { length }) => sum + length, 0);
  return isWorth(codedBytes, plainBytes);
}

/** The most that a block stream of so many bytes takes: every block stored. */
export const mostBlockStreamBytes = (plainBytes: number): number =>
  STREAM_HEAD_BYTES + Math.ceil(plainBytes / BLOCK_BYTES) * BLOCK_HEAD_BYTES + plainBytes;

interface Block {
  readonly room: Buffer;
  readonly plainBytes: number;
  readonly payload: Uint8Array;
}

async function compressBlock(room: Buffer, plainBytes: number): Promise<Block> {
  const plain = room.subarray(0, plainBytes);
  const coded = await compress(plain);
  return { room, plainBytes, payload: isWorth(coded.length, plainBytes) ? coded : plain };
}

/**
 * Huffman codes alone: weights repeat nothing, so that looking for matches is work for no gain. It also leaves no
 * choice to the match finder, which differs between builds of zlib.
 */
async function compress(plain: Uint8Array): Promise<Buffer> {
  const coded = await deflateOnThread(plain, {
    ...OPTIONS,
    chunkSize: plain.length + (plain.length >> 8) + 1024,
  });
  coded[1] = APPLE_FLAGS;
  return coded;
}

const isWorth = (codedBytes: number, plainBytes: number): boolean =>
  codedBytes + Math.floor(plainBytes / 16) < plainBytes;

/**
 * Frees the memory of coded bytes at once, by handing it to nobody: zlib makes new memory for every block, and the
 * garbage collector lets 64 MB of it lie before it looks.
 */
function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) structuredClone(null, { transfer: [buffer] });
}

function streamHead(): Buffer {
  const head = Buffer.alloc(STREAM_HEAD_BYTES);
  head.write('pbzz', 0, 'latin1'); //                 0..4   magic and codec
  head.writeBigUInt64BE(BigInt(BLOCK_BYTES), 4); //   4..12  block size
  return head;
}

function blockHead(plainBytes: number, codedBytes: number): Buffer {
  const head = Buffer.alloc(BLOCK_HEAD_BYTES);
  head.writeBigUInt64BE(BigInt(plainBytes), 0); //  0..8   bytes when decoded
  head.writeBigUInt64BE(BigInt(codedBytes), 8); //  8..16  bytes that follow
  return head;
}

const deflateOnThread = promisify<Uint8Array, object, Buffer>(deflate);

const OPTIONS = { strategy: constants.Z_HUFFMAN_ONLY, level: 6, memLevel: 8, windowBits: 15 };

/** `78 5E`: what Apple's writer puts before every block; a valid header at any level. */
const APPLE_FLAGS = 0x5e;

/** Apple's own block size for archives. */
const BLOCK_BYTES = 4 << 20;

/** Blocks that are filled, compressed or written at a time. */
const IN_FLIGHT = 3;

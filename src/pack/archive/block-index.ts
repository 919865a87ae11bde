import { type ByteSource, readExactly } from './byte-source.ts';
import type { Codec } from './identify.ts';
import type { ArchiveLimits } from './limits.ts';
import { unsound } from './refusals.ts';

/** Where the blocks of a block stream lie. All but the last decode to `blockBytes`, the last to what is left. */
export interface BlockIndex {
  readonly codec: Codec;
  readonly blockBytes: number;
  readonly decodedBytes: number;
  /** Where the payload of each block begins, and its coded size. */
  readonly places: readonly { readonly at: number; readonly codedBytes: number }[];
}

/**
 * Reads the header of a block stream and of every block, and no payload (apple-archive §2).
 *
 * @throws ReleaseError `ARCHIVE_UNSOUND` when sizes contradict each other or exceed the limits
 */
export async function readBlockIndex(
  source: ByteSource,
  codec: Codec,
  limits: ArchiveLimits,
): Promise<BlockIndex> {
  const blockBytes = sizeAt(await readExactly(source, { at: 4, length: 8 }), 0); // 4..12  block size, big-endian
  if (blockBytes === 0 || blockBytes > limits.blockBytes)
    throw unsound(`says that its blocks hold ${blockBytes} bytes, expected 1 to ${limits.blockBytes}`);
  const places: { at: number; codedBytes: number }[] = [];
  const head = new Uint8Array(BLOCK_HEAD_BYTES);
  let [at, decodedBytes] = [STREAM_HEAD_BYTES, 0];
  while (at < source.sizeBytes) {
    if (decodedBytes !== places.length * blockBytes) throw unsound('has a short block before its last one');
    if (places.length === limits.blocks) throw unsound(`has more than ${limits.blocks} blocks`);
    await readExactly(source, { at, length: BLOCK_HEAD_BYTES }, head);
    const plainBytes = sizeAt(head, 0); //  0..8   bytes when decoded
    const codedBytes = sizeAt(head, 8); //  8..16  bytes that follow
    if (plainBytes === 0 || plainBytes > blockBytes || codedBytes === 0 || codedBytes > plainBytes)
      throw unsound(
        `has block ${places.length} with ${plainBytes} bytes in ${codedBytes}: expected 1 to ${blockBytes}, in no more`,
      );
    at += BLOCK_HEAD_BYTES;
    if (codedBytes > source.sizeBytes - at) throw unsound(`ends inside block ${places.length}`);
    places.push({ at, codedBytes });
    at += codedBytes;
    decodedBytes += plainBytes;
  }
  if (decodedBytes > limits.freeBytes && decodedBytes > limits.ratio * source.sizeBytes)
    throw unsound(
      `decodes to ${decodedBytes} bytes, more than ${limits.ratio} times its own ${source.sizeBytes}`,
    );
  return { codec, blockBytes, decodedBytes, places };
}

/** A 64-bit size; what no file can have comes out as infinity. */
function sizeAt(bytes: Uint8Array, at: number): number {
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at);
  return size > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(size);
}

/** `pbz`, the codec's letter, the block size. */
export const STREAM_HEAD_BYTES = 12;
/** Decoded size and coded size. */
export const BLOCK_HEAD_BYTES = 16;

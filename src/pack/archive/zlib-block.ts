import { promisify } from 'node:util';
import { type InputType, type inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { unsound } from './refusals.ts';

/**
 * Decodes a zlib block of exactly `plainBytes`. Apple writes the two header bytes and raw deflate data without the
 * checksum at the end (apple-archive §2.1); where it is there, as in other writers' blocks, it must be right.
 *
 * @throws ReleaseError `ARCHIVE_UNSOUND`
 */
export async function decodeZlibBlock(coded: Uint8Array, plainBytes: number): Promise<Uint8Array> {
  const [first = 0, second = 0] = coded;
  if ((first & 15) !== DEFLATE || (first * 256 + second) % 31 !== 0) throw broken('without a zlib header');
  const options = { info: true, maxOutputLength: plainBytes + 1, chunkSize: plainBytes + 64 }; // one chunk, never full
  const raw = await run(inflateRaw, coded.subarray(HEADER_BYTES), options);
  if (raw.out.length !== plainBytes) throw broken(`of ${raw.out.length} bytes, expected ${plainBytes}`);
  const rest = coded.length - HEADER_BYTES - raw.usedBytes;
  if (rest === 0) return raw.out;
  if (rest !== CHECKSUM_BYTES) throw broken(`with ${rest} bytes behind its end`);
  const sum = new DataView(coded.buffer, coded.byteOffset + coded.length - CHECKSUM_BYTES).getUint32(0);
  if (sum !== adler32(raw.out)) throw broken('whose checksum differs');
  return raw.out;
}

interface Inflated {
  readonly out: Uint8Array;
  readonly usedBytes: number;
}

async function run(act: typeof inflate, coded: Uint8Array, options: ZlibOptions): Promise<Inflated> {
  try {
    const result: unknown = await (promisify(act) as Inflate)(coded, options);
    const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } };
    return { out: buffer, usedBytes: engine.bytesWritten };
  } catch (cause) {
    throw unsound('holds a zlib block that does not decode', cause);
  }
}

type Inflate = (coded: InputType, options: ZlibOptions) => Promise<unknown>;

/** RFC 1950 §9. Sums of 3800 bytes stay below 2^31 - 1, so that the remainder is taken rarely. */
function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + 3800, bytes.length);
    for (; at < end; at++) {
      low += bytes[at] as number;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return high * 65536 + low;
}

const broken = (what: string): Error => unsound(`holds a zlib block ${what}`);

const [DEFLATE, HEADER_BYTES, CHECKSUM_BYTES] = [8, 2, 4];

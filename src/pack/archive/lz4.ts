import { copyWithin } from './lzfse.ts';
import { unsound } from './refusals.ts';

/**
 * Decodes Apple's LZ4 frames (`bv41` coded, `bv4-` raw, up to `bv4$`; apple-archive §2) that fill `out` exactly.
 * Copies may reach into frames before.
 *
 * @throws ReleaseError `ARCHIVE_UNSOUND`
 */
export function decodeLz4(source: Uint8Array, out: Uint8Array): void {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let [at, done] = [0, 0];
  for (;;) {
    if (at + 4 > source.length) throw broken('that ends without its mark');
    const magic = view.getUint32(at, true);
    if (magic === END) break;
    const headBytes = magic === CODED ? 12 : 8;
    if (magic !== CODED && magic !== RAW) throw broken(`with a frame of the kind 0x${magic.toString(16)}`);
    if (at + headBytes > source.length) throw broken('with a header that is cut');
    const rawBytes = view.getUint32(at + 4, true);
    const from = at + headBytes;
    at = from + (magic === CODED ? view.getUint32(at + 8, true) : rawBytes);
    if (at > source.length) throw broken('that is cut');
    if (rawBytes > out.length - done) throw broken('that holds more than it should');
    const payload = source.subarray(from, at);
    if (magic === RAW) out.set(payload, done);
    else decodeFrame(payload, out.subarray(0, done + rawBytes), done);
    done += rawBytes;
  }
  if (done !== out.length) throw broken(`of ${done} bytes, expected ${out.length}`);
  if (at + 4 !== source.length) throw broken('with bytes behind its end');
}

/** One frame: literals, then a copy, by turns; it ends behind literals. */
function decodeFrame(source: Uint8Array, out: Uint8Array, done: number): void {
  let [at, to] = [0, done];
  const byte = (): number => {
    const value = source[at++];
    if (value === undefined) throw broken('that is cut');
    return value;
  };
  const longer = (start: number): number => {
    let total = start;
    for (let more = 255; more === 255; total += more) more = byte();
    return total;
  };
  while (at < source.length) {
    const token = byte();
    const literals = token >> 4 === 15 ? longer(15) : token >> 4;
    if (at + literals > source.length || to + literals > out.length) throw broken('with too many literals');
    out.set(source.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === source.length) break;
    const distance = byte() | (byte() << 8);
    const length = ((token & 15) === 15 ? longer(15) : token & 15) + SHORTEST;
    if (distance === 0 || distance > to) throw broken('that copies from before its start');
    if (to + length > out.length) throw broken('that holds more than it says');
    copyWithin(out, to, { distance, length });
    to += length;
  }
  if (to !== out.length) throw broken('that holds less than it says');
}

const broken = (what: string): Error => unsound(`holds an LZ4 block ${what}`);

const [CODED, RAW, END] = [0x31347662, 0x2d347662, 0x24347662];
const SHORTEST = 4;

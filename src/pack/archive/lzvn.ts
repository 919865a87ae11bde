import { copyWithin } from './lzfse.ts';
import { unsound } from './refusals.ts';

/**
 * Decodes the LZVN payload of a `bvxn` block into `out`, from `done` to its end. Each operation is a run of literals
 * (0 to 271 bytes, which follow it), then a copy of earlier bytes; its first byte tells how both are written.
 *
 * @throws ReleaseError `ARCHIVE_UNSOUND` for a payload that breaks its format, or has another size
 */
export function decodeLzvn(source: Uint8Array, out: Uint8Array, done: number): void {
  let [at, to, distance] = [0, done, 0];
  const byte = (index: number): number => {
    const value = source[index];
    if (value === undefined) throw broken('that is cut');
    return value;
  };
  for (;;) {
    const first = byte(at);
    const kind = KINDS[first] as number;
    let [literals, match] = [0, 0];
    if (kind === END) break;
    if (kind === SKIP) {
      at += 1;
      continue;
    }
    if (kind === BAD) throw broken(`with the operation 0x${first.toString(16)}`);
    if (kind === RUN) {
      literals = first & 15;
      at += 1;
      if (literals === 0) literals = byte(at++) + 16; //   11100000 LLLLLLLL
    } else if (kind === COPY) {
      match = first & 15;
      at += 1;
      if (match === 0) match = byte(at++) + 16; //         11110000 MMMMMMMM
    } else if (kind === MIDDLE) {
      const low = byte(at + 1); //                          101LLMMM DDDDDDMM DDDDDDDD
      literals = (first >> 3) & 3;
      match = (((first & 7) << 2) | (low & 3)) + 3;
      distance = (low >> 2) | (byte(at + 2) << 6);
      at += 3;
    } else {
      literals = first >> 6; //                             LLMMM…
      match = ((first >> 3) & 7) + 3;
      if (kind === NEAR) distance = ((first & 7) << 8) | byte(at + 1); //      LLMMMDDD DDDDDDDD
      if (kind === FAR) distance = byte(at + 1) | (byte(at + 2) << 8); //      LLMMM111 DDDDDDDD DDDDDDDD
      at += kind === NEAR ? 2 : kind === FAR ? 3 : 1; //                       LLMMM110: the distance before
    }
    if (at + literals > source.length) throw broken('that is cut');
    if (to + literals + match > out.length) throw broken('that holds more than it says');
    for (let index = 0; index < literals; index++) out[to + index] = source[at + index] as number;
    at += literals;
    to += literals;
    if (match === 0) continue;
    if (distance === 0 || distance > to) throw broken('that copies from before its start');
    copyWithin(out, to, { distance, length: match });
    to += match;
  }
  if (at + END_BYTES !== source.length) throw broken('with another end than its mark');
  if (to !== out.length) throw broken('that holds less than it says');
}

const broken = (what: string): Error => unsound(`holds an LZVN block ${what}`);

const [NEAR, FAR, AGAIN, MIDDLE, RUN, COPY, SKIP, END, BAD] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** The kind of each first byte. */
const KINDS = Uint8Array.from({ length: 256 }, (_, first) => {
  if (first === 0x06) return END;
  if (first === 0x0e || first === 0x16) return SKIP;
  const row = first >> 4;
  if (row === 0x7 || row === 0xd) return BAD;
  if (row === 0xa || row === 0xb) return MIDDLE;
  if (row === 0xe) return RUN;
  if (row === 0xf) return COPY;
  if ((first & 7) === 7) return FAR;
  if ((first & 7) === 6) return first < 0x40 ? BAD : AGAIN;
  return NEAR;
});

/** The end mark is 06 and seven zeros. */
const END_BYTES = 8;

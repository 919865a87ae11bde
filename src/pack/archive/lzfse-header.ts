import { unsound } from './refusals.ts';

/** What an LZFSE block's header says, in either of its two forms. */
export interface LzfseHeader {
  readonly rawBytes: number;
  readonly headerBytes: number;
  readonly literals: number;
  readonly matches: number;
  /** The first payload: literals. */
  readonly literalBytes: number;
  /** The second payload: literal lengths, match lengths, distances. */
  readonly matchBytes: number;
  /** From -7 to 0: how many bits of the payload's last byte are not used. */
  readonly literalBits: number;
  readonly matchBits: number;
  readonly literalStates: readonly [number, number, number, number];
  readonly lengthState: number;
  readonly matchState: number;
  readonly distanceState: number;
  /** How often each symbol occurs among the states of its table: 20 lengths, 20 matches, 64 distances, 256 literals. */
  readonly frequencies: Uint16Array;
}

/** Symbols and states of the four tables, in the order of their frequencies. */
export const LZFSE_TABLES = {
  lengths: { from: 0, symbols: 20, states: 64 },
  matches: { from: 20, symbols: 20, states: 64 },
  distances: { from: 40, symbols: 64, states: 256 },
  literals: { from: 104, symbols: 256, states: 1024 },
} as const;

/** Reads a `bvx2` header: counts and states in three packed words, then the frequencies in a prefix code. */
export function readCompactHeader(view: DataView, at: number, end: number): LzfseHeader {
  requireBytes(at, COMPACT_BYTES, end);
  const word = (index: number): bigint => view.getBigUint64(at + 8 + index * 8, true);
  const bits = (index: number, from: number, count: number): number =>
    Number(BigInt.asUintN(count, word(index) >> BigInt(from)));
  const headerBytes = bits(2, 0, 32); //    bytes of the header, frequencies included
  if (headerBytes < COMPACT_BYTES) throw broken(`a header of ${headerBytes} bytes`);
  requireBytes(at, headerBytes, end);
  return checked({
    rawBytes: view.getUint32(at + 4, true),
    headerBytes,
    literals: bits(0, 0, 20),
    literalBytes: bits(0, 20, 20),
    matches: bits(0, 40, 20),
    literalBits: bits(0, 60, 3) - 7,
    literalStates: [bits(1, 0, 10), bits(1, 10, 10), bits(1, 20, 10), bits(1, 30, 10)],
    matchBytes: bits(1, 40, 20),
    matchBits: bits(1, 60, 3) - 7,
    lengthState: bits(2, 32, 10),
    matchState: bits(2, 42, 10),
    distanceState: bits(2, 52, 10),
    frequencies: readFrequencies(view, at + COMPACT_BYTES, at + headerBytes),
  });
}

/** Reads a `bvx1` header, whose fields stand one behind the other. */
export function readPlainHeader(view: DataView, at: number, end: number): LzfseHeader {
  requireBytes(at, PLAIN_BYTES, end);
  const word = (offset: number): number => view.getUint32(at + offset, true);
  const half = (offset: number): number => view.getUint16(at + offset, true);
  return checked({
    headerBytes: PLAIN_BYTES,
    rawBytes: word(4), //                     8..12 is the sum of the two payloads
    literals: word(12),
    matches: word(16),
    literalBytes: word(20),
    matchBytes: word(24),
    literalBits: view.getInt32(at + 28, true),
    literalStates: [half(32), half(34), half(36), half(38)],
    matchBits: view.getInt32(at + 40, true),
    lengthState: half(44),
    matchState: half(46),
    distanceState: half(48),
    frequencies: Uint16Array.from({ length: SYMBOLS }, (_, index) => half(50 + index * 2)),
  });
}

/** Frequencies as a code of 2, 3, 5, 8 or 14 bits, least significant bit first. */
function readFrequencies(view: DataView, from: number, end: number): Uint16Array {
  const frequencies = new Uint16Array(SYMBOLS);
  if (from === end) return frequencies;
  let [at, held, count] = [from, 0, 0];
  for (let index = 0; index < SYMBOLS; index++) {
    while (at < end && count <= 16) {
      held |= view.getUint8(at++) << count;
      count += 8;
    }
    const low = held & 31;
    const width = CODE_BITS[low & 15] ?? 0;
    if (width > count) throw broken('frequencies that are cut');
    frequencies[index] =
      width === 8
        ? 8 + ((held >>> 4) & 15)
        : width === 14
          ? 24 + ((held >>> 4) & 1023)
          : (SHORT_CODES[low] ?? 0);
    held >>>= width;
    count -= width;
  }
  if (at !== end || count >= 8) throw broken('bytes behind its frequencies');
  return frequencies;
}

function checked(header: LzfseHeader): LzfseHeader {
  const { literals, matches, lengths, distances } = LZFSE_TABLES;
  const inRange =
    header.literals <= MOST_LITERALS &&
    header.matches <= MOST_MATCHES &&
    header.literalStates.every((state) => state < literals.states) &&
    header.lengthState < lengths.states &&
    header.matchState < matches.states &&
    header.distanceState < distances.states &&
    [header.literalBits, header.matchBits].every((bits) => bits >= -7 && bits <= 0);
  if (!inRange) throw broken('a header out of range');
  return header;
}

function requireBytes(at: number, length: number, end: number): void {
  if (at + length > end) throw broken('a header that is cut');
}

const broken = (what: string): Error => unsound(`holds an LZFSE block with ${what}`);

/** Most literals and matches of one block. */
export const [MOST_LITERALS, MOST_MATCHES] = [40_000, 10_000];
const COMPACT_BYTES = 32;
const PLAIN_BYTES = 772;
const SYMBOLS = 360;

/** Width of a frequency's code by its low four bits. */
const CODE_BITS = [2, 3, 2, 5, 2, 3, 2, 8, 2, 3, 2, 5, 2, 3, 2, 14];
/** The frequency of a code of at most five bits, by its low five bits. */
const SHORT_CODES = [
  0, 2, 1, 4, 0, 3, 1, 0, 0, 2, 1, 5, 0, 3, 1, 0, 0, 2, 1, 6, 0, 3, 1, 0, 0, 2, 1, 7, 0, 3, 1, 0,
];

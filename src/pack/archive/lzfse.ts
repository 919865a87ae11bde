import {
  LZFSE_TABLES,
  type LzfseHeader,
  MOST_LITERALS,
  readCompactHeader,
  readPlainHeader,
} from './lzfse-header.ts';
import {
  DISTANCE_CODE,
  fillStates,
  fillValues,
  LENGTH_CODE,
  MATCH_CODE,
  valueTable,
} from './lzfse-states.ts';
import { decodeLzvn } from './lzvn.ts';
import { unsound } from './refusals.ts';

/** Bytes that must stand behind the coded ones: bits are read four bytes at a time. */
export const LZFSE_PADDING = 8;

/**
 * Decodes an LZFSE stream (`bvx1`, `bvx2`, `bvxn`, `bvx-` blocks up to `bvx$`) that fills `out` exactly.
 *
 * @param source - `length` coded bytes, then {@link LZFSE_PADDING} bytes of anything
 * @throws ReleaseError `ARCHIVE_UNSOUND` for a stream that breaks its format, or has another size
 */
export function decodeLzfse(source: Uint8Array, length: number, out: Uint8Array): void {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let [at, done] = [0, 0];
  for (;;) {
    if (at + 4 > length) throw broken('that ends without its mark');
    const magic = view.getUint32(at, true);
    if (magic === END) break;
    if (at + 8 > length) throw broken('with a header that is cut');
    const rawBytes = view.getUint32(at + 4, true);
    if (rawBytes > out.length - done) throw broken('that holds more than it should');
    if (rawBytes === 0) throw broken('of 0 bytes'); // no encoder writes one inside a stream; many are work for nothing
    const target = out.subarray(0, done + rawBytes);
    at = decodeBlock({ view, source, at, length, out: target, done }, magic);
    done += rawBytes;
  }
  if (done !== out.length) throw broken(`of ${done} bytes, expected ${out.length}`);
  if (at + 4 !== length) throw broken('with bytes behind its end');
}

/** One block: it begins at `at` of the source and fills `out` from `done` to its end. */
interface BlockPlace {
  readonly view: DataView;
  readonly source: Uint8Array;
  readonly at: number;
  readonly length: number;
  readonly out: Uint8Array;
  readonly done: number;
}

/** Returns where the block ends. */
function decodeBlock(place: BlockPlace, magic: number): number {
  const { view, source, at, length, out, done } = place;
  if (magic === COMPACT) return decodeMatches(place, readCompactHeader(view, at, length));
  if (magic === PLAIN) return decodeMatches(place, readPlainHeader(view, at, length));
  if (magic === RAW) {
    const end = at + 8 + out.length - done;
    if (end > length) throw broken('that is cut');
    out.set(source.subarray(at + 8, end), done);
    return end;
  }
  if (magic !== LZVN) throw broken(`with a block of the kind 0x${magic.toString(16)}`);
  if (at + 12 > length) throw broken('with a header that is cut');
  const end = at + 12 + view.getUint32(at + 8, true);
  if (end > length) throw broken('that is cut');
  decodeLzvn(source.subarray(at + 12, end), out, done);
  return end;
}

function decodeMatches({ view, source, at, length, out, done }: BlockPlace, header: LzfseHeader): number {
  requireWorth(header);
  const literalsAt = at + header.headerBytes;
  const matchesAt = literalsAt + header.literalBytes;
  const end = matchesAt + header.matchBytes;
  if (end > length) throw broken('that is cut');
  if (header.literals > 0)
    decodeLiterals(view, header, {
      firstBit: literalsAt * 8,
      bit: lastBit(source, { from: literalsAt, end: matchesAt }, header.literalBits),
    });
  if (header.matches > 0) {
    const bit = lastBit(source, { from: matchesAt, end }, header.matchBits);
    copyMatches(view, header, { firstBit: matchesAt * 8, bit, out, done });
  } else if (out.length !== done) throw broken('without matches');
  return end;
}

/**
 * Decoding must not be more work than what comes of it: literals come in fours, so at most three are in vain, and a match
 * without a byte of its own or of literals is in none.
 */
function requireWorth({ literals: count, matches, rawBytes }: LzfseHeader): void {
  if (count > rawBytes + 3 || matches > rawBytes)
    throw broken(`of ${count} literals and ${matches} matches for ${rawBytes} bytes`);
}

/** Bits are read from the end of a payload towards its start; returns where they begin. */
function lastBit(source: Uint8Array, { from, end }: { from: number; end: number }, bits: number): number {
  if (bits < 0 && (from === end || (source[end - 1] ?? 0) >>> (8 + bits) !== 0))
    throw broken('with stray bits');
  return end * 8 + bits;
}

/** Decodes all literals of a block into {@link literals}: four states take turns. */
function decodeLiterals(
  view: DataView,
  { literals: count, literalStates, frequencies }: LzfseHeader,
  { firstBit, bit: startBit }: { readonly firstBit: number; readonly bit: number },
): void {
  fillStates(frequencies, LZFSE_TABLES.literals, literalTable);
  const [table, into] = [literalTable, literals];
  let [a, b, c, d] = literalStates;
  let bit = startBit;
  for (let index = 0; index < count; index += 4) {
    const stepA = table[a] as number;
    const stepB = table[b] as number;
    const stepC = table[c] as number;
    const stepD = table[d] as number;
    let low = stepB & 31; // two steps take 20 bits at most: one read serves both
    bit -= (stepA & 31) + low;
    let bits = view.getUint32(bit >>> 3, true) >>> (bit & 7);
    a = (stepA >>> 16) + ((bits >>> low) & ((1 << (stepA & 31)) - 1));
    b = (stepB >>> 16) + (bits & ((1 << low) - 1));
    low = stepD & 31;
    bit -= (stepC & 31) + low;
    bits = view.getUint32(bit >>> 3, true) >>> (bit & 7);
    c = (stepC >>> 16) + ((bits >>> low) & ((1 << (stepC & 31)) - 1));
    d = (stepD >>> 16) + (bits & ((1 << low) - 1));
    into[index] = stepA >>> 8;
    into[index + 1] = stepB >>> 8;
    into[index + 2] = stepC >>> 8;
    into[index + 3] = stepD >>> 8;
    if (bit < firstBit) throw broken('whose literals are cut'); // 40 bits below at most: still in the header
  }
}

interface MatchPlace {
  readonly firstBit: number;
  readonly bit: number;
  readonly out: Uint8Array;
  readonly done: number;
}

/** Takes turns: a run of literals, then a copy of what was decoded before. */
function copyMatches(
  view: DataView,
  header: LzfseHeader,
  { firstBit, bit: startBit, out, done }: MatchPlace,
): void {
  const { lengths, matches, distances } = LZFSE_TABLES;
  fillValues(header.frequencies, { ...lengths, own: LENGTH_CODE }, lengthTable);
  fillValues(header.frequencies, { ...matches, own: MATCH_CODE }, matchTable);
  fillValues(header.frequencies, { ...distances, own: DISTANCE_CODE }, distanceTable);
  let { lengthState, matchState, distanceState } = header;
  let [bit, to, from, distance] = [startBit, done, 0, 0];
  for (let left = header.matches; left > 0; left--) {
    let step = lengthTable.steps[lengthState] as number;
    bit -= step & 31;
    let bits = (view.getUint32(bit >>> 3, true) >>> (bit & 7)) & ((1 << (step & 31)) - 1);
    let own = (step >>> 5) & 15;
    const length = (lengthTable.bases[lengthState] as number) + (bits & ((1 << own) - 1));
    lengthState = (step >>> 16) + (bits >>> own);

    step = matchTable.steps[matchState] as number;
    bit -= step & 31;
    bits = (view.getUint32(bit >>> 3, true) >>> (bit & 7)) & ((1 << (step & 31)) - 1);
    own = (step >>> 5) & 15;
    const match = (matchTable.bases[matchState] as number) + (bits & ((1 << own) - 1));
    matchState = (step >>> 16) + (bits >>> own);

    step = distanceTable.steps[distanceState] as number;
    bit -= step & 31;
    bits = (view.getUint32(bit >>> 3, true) >>> (bit & 7)) & ((1 << (step & 31)) - 1);
    own = (step >>> 5) & 15;
    const next = (distanceTable.bases[distanceState] as number) + (bits & ((1 << own) - 1));
    distanceState = (step >>> 16) + (bits >>> own);

    if (next !== 0) distance = next;
    if (bit < firstBit) throw broken('whose matches are cut'); // 54 bits below at most: still in the header
    if (from + length > header.literals) throw broken('with too few literals');
    if (to + length + match > out.length) throw broken('that holds more than it says');
    copyRun(out, to, { from, length });
    from += length;
    to += length;
    if (match === 0) continue;
    if (distance === 0 || distance > to) throw broken('that copies from before its start');
    copyWithin(out, to, { distance, length: match });
    to += match;
  }
  if (to !== out.length) throw broken('that holds less than it says');
}

/** Copies literals. */
function copyRun(out: Uint8Array, to: number, { from, length }: { from: number; length: number }): void {
  if (length > LONG) out.set(literals.subarray(from, from + length), to);
  else for (let index = 0; index < length; index++) out[to + index] = literals[from + index] as number;
}

/** Copies `length` bytes from `distance` before `to`; where they overlap, what was just copied is copied again. */
export function copyWithin(
  out: Uint8Array,
  to: number,
  { distance, length }: { readonly distance: number; readonly length: number },
): void {
  const from = to - distance;
  if (length > LONG && distance >= length) out.copyWithin(to, from, from + length);
  else if (length > LONG && distance === 1) out.fill(out[from] as number, to, to + length);
  else for (let index = 0; index < length; index++) out[to + index] = out[from + index] as number;
}

const broken = (what: string): Error => unsound(`holds an LZFSE block ${what}`);

const [END, RAW, PLAIN, COMPACT, LZVN] = [0x24787662, 0x2d787662, 0x31787662, 0x32787662, 0x6e787662];

/** From here on a call costs less than a loop. */
const LONG = 48;

/** Decoding never waits, so that one of each is enough. */
const literals = new Uint8Array(MOST_LITERALS + 4);
const literalTable = new Int32Array(LZFSE_TABLES.literals.states);
const lengthTable = valueTable(LZFSE_TABLES.lengths);
const matchTable = valueTable(LZFSE_TABLES.matches);
const distanceTable = valueTable(LZFSE_TABLES.distances);

import { unsound } from './refusals.ts';

/** Which frequencies a table is made of, and how many states it has. */
export interface TableShape {
  readonly from: number;
  readonly symbols: number;
  readonly states: number;
}

/**
 * Fills the table of a finite state decoder: for each state its symbol, how many bits lead to the next state and what
 * they are added to. One entry is `bits | symbol << 8 | base << 16`.
 *
 * @throws ReleaseError `ARCHIVE_UNSOUND` when the frequencies do not fill the states
 */
export function fillStates(
  frequencies: Uint16Array,
  { from, symbols, states }: TableShape,
  table: Int32Array,
): void {
  let at = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    const frequency = frequencies[from + symbol] ?? 0;
    if (frequency === 0) continue;
    if (at + frequency > states) throw unsound('holds an LZFSE block whose frequencies exceed its states');
    const bits = Math.clz32(frequency) - Math.clz32(states);
    const longer = ((2 * states) >> bits) - frequency; // so many states take one bit more than the rest
    for (let index = 0; index < frequency; index++) {
      const [width, base] =
        index < longer
          ? [bits, ((frequency + index) << bits) - states]
          : [bits - 1, (index - longer) << (bits - 1)];
      table[at++] = width | (symbol << 8) | (base << 16);
    }
  }
  if (at !== states) throw unsound('holds an LZFSE block whose frequencies do not fill its states');
}

/** Tables of values that carry bits of their own: what `steps` and `bases` say of each state. */
export interface ValueTable {
  /** `all bits | own bits << 5 | base of the next state << 16`. */
  readonly steps: Int32Array;
  /** The value without its own bits. */
  readonly bases: Int32Array;
}

/** Room for the table of a shape. */
export const valueTable = ({ states }: TableShape): ValueTable => ({
  steps: new Int32Array(states),
  bases: new Int32Array(states),
});

/** Fills a value table; `own` has the number of own bits and the base of each symbol's value. */
export function fillValues(
  frequencies: Uint16Array,
  shape: TableShape & { readonly own: ValueCode },
  { steps, bases }: ValueTable,
): void {
  fillStates(frequencies, shape, steps);
  for (let state = 0; state < shape.states; state++) {
    const step = steps[state] ?? 0;
    const symbol = (step >>> 8) & 255;
    const own = shape.own.bits[symbol] ?? 0;
    steps[state] = ((step & 31) + own) | (own << 5) | (step & ~0xffff);
    bases[state] = shape.own.bases[symbol] ?? 0;
  }
}

/** How values are cut into symbols: each has a base and a number of bits that are added to it. */
export interface ValueCode {
  readonly bits: Uint8Array;
  readonly bases: Int32Array;
}

/** The code whose symbols have so many own bits, each beginning where the one before ends. */
export function valueCode(bits: readonly number[]): ValueCode {
  let next = 0;
  const bases = bits.map((count) => {
    const base = next;
    next += 2 ** count;
    return base;
  });
  return { bits: Uint8Array.from(bits), bases: Int32Array.from(bases) };
}

const zeros = (count: number): readonly number[] => Array.from({ length: count }, () => 0);

/** Lengths of literal runs: 0 to 315. */
export const LENGTH_CODE = valueCode([...zeros(16), 2, 3, 5, 8]);
/** Lengths of matches: 0 to 2359. */
export const MATCH_CODE = valueCode([...zeros(16), 3, 5, 8, 11]);
/** Distances: 0 (the one before) to 262,139. */
export const DISTANCE_CODE = valueCode(Array.from({ length: 64 }, (_, symbol) => symbol >> 2));

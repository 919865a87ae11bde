// A plain LZFSE and LZVN encoder, so that tests, the fuzz script and the benchmark have such data without a Mac. It
// looks for matches greedily by a hash of four bytes; real encoders look harder and write the same format.

/**
 * Encodes one LZFSE stream: `bvx2` blocks up to the end mark.
 *
 * @param {Uint8Array} plain
 * @returns {Buffer}
 */
export function encodeLzfse(plain) {
  const blocks = [];
  for (const block of cutBlocks(findMatches(plain))) blocks.push(encodeBlock(plain, block));
  return Buffer.concat([...blocks, Buffer.from('bvx$')]);
}

/**
 * Encodes one LZFSE stream of a single `bvxn` block.
 *
 * @param {Uint8Array} plain
 * @returns {Buffer}
 */
export function encodeLzvn(plain) {
  const payload = [];
  let distance = 0;
  for (const { from, literals, match, distance: own } of findMatches(plain)) {
    let [at, left] = [from, literals];
    const room = match === 0 ? 0 : left & 3;
    while (left > room) {
      const run = Math.min(left - room, 271);
      if (run < 16) payload.push(0xe0 | run);
      else payload.push(0xe0, run - 16);
      payload.push(...plain.subarray(at, at + run));
      at += run;
      left -= run;
    }
    if (match === 0) continue;
    let more = match - pushMatch(payload, { literals: left, match, own, distance });
    payload.push(...plain.subarray(at, at + left));
    distance = own;
    while (more > 0) {
      const run = Math.min(more, 271);
      if (run < 16) payload.push(0xf0 | run);
      else payload.push(0xf0, run - 16);
      more -= run;
    }
  }
  payload.push(0x06, 0, 0, 0, 0, 0, 0, 0);
  const head = Buffer.alloc(12);
  head.write('bvxn', 0, 'latin1');
  head.writeUInt32LE(plain.length, 4);
  head.writeUInt32LE(payload.length, 8);
  return Buffer.concat([head, Buffer.from(payload), Buffer.from('bvx$')]);
}

/** Pushes the operation for up to three literals and a match; returns how much of the match it holds. */
function pushMatch(payload, { literals, match, own, distance }) {
  const short = Math.min(match, 10);
  const base = (literals << 6) | ((short - 3) << 3);
  if (own === distance && (base < 0x70 || base >= 0x80) && base >= 0x40 && base < 0xa0)
    payload.push(base | 6);
  else if (own < 1536 && isNear(base)) payload.push(base | (own >> 8), own & 255);
  else if (own < 16384) {
    const long = Math.min(match, 34);
    payload.push(0xa0 | (literals << 3) | ((long - 3) >> 2), ((long - 3) & 3) | ((own & 63) << 2), own >> 6);
    return long;
  } else if (isNear(base)) payload.push(base | 7, own & 255, own >> 8);
  else {
    // These first bytes have another meaning: a match of three has none of them.
    payload.push((literals << 6) | 7, own & 255, own >> 8);
    return 3;
  }
  return short;
}

const isNear = (base) => base < 0x70 || (base >= 0x80 && base < 0xa0) || (base >= 0xc0 && base < 0xd0);

/** Runs of literals, each with the match behind it; the last one has none. */
function findMatches(plain) {
  const runs = [];
  const table = new Int32Array(1 << 16).fill(-1);
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  let [at, from] = [0, 0];
  while (at + 4 <= plain.length) {
    const word = view.getUint32(at, true);
    const slot = Math.imul(word, 2654435761) >>> 16;
    const before = table[slot];
    table[slot] = at;
    const distance = at - before;
    if (before < 0 || distance > MOST_DISTANCE || view.getUint32(before, true) !== word) {
      at += 1;
      continue;
    }
    let match = 4;
    while (at + match < plain.length && plain[before + match] === plain[at + match]) match++;
    runs.push({ from, literals: at - from, match, distance });
    at += match;
    from = at;
  }
  if (from < plain.length) runs.push({ from, literals: plain.length - from, match: 0, distance: 0 });
  return runs;
}

/** Cuts runs to what one symbol can say, and gathers them into blocks. */
function* cutBlocks(runs) {
  let block = { steps: [], literals: 0, bytes: 0 };
  for (const { from, literals, match, distance } of runs) {
    for (let [at, left, more] = [from, literals, match]; left > 0 || more > 0; ) {
      const length = Math.min(left, 315);
      const copied = left === length ? Math.min(more, 2359) : 0;
      if (block.literals + length > 39_996 || block.steps.length === 9_999) {
        yield block;
        block = { steps: [], literals: 0, bytes: 0 };
      }
      block.steps.push({ at, length, match: copied, distance: copied === 0 ? 1 : distance });
      block.literals += length;
      block.bytes += length + copied;
      at += length;
      left -= length;
      more -= copied;
    }
  }
  if (block.steps.length > 0) yield block;
}

function encodeBlock(plain, { steps, literals: used, bytes }) {
  const count = (used + 3) & ~3;
  const literals = new Uint8Array(count);
  let to = 0;
  for (const { at, length } of steps) {
    literals.set(plain.subarray(at, at + length), to);
    to += length;
  }
  const symbols = {
    lengths: steps.map(({ length }) => LENGTHS.symbolOf[length]),
    matches: steps.map(({ match }) => MATCHES.symbolOf[match]),
    distances: steps.map(({ distance }) => DISTANCES.symbolOf[distance]),
  };
  const tables = {
    lengths: openTable(symbols.lengths, 20, 64),
    matches: openTable(symbols.matches, 20, 64),
    distances: openTable(symbols.distances, 64, 256),
    literals: openTable(literals, 256, 1024),
  };
  const first = writeLiterals(literals, tables.literals);
  const coded = writeSteps(steps, symbols, tables);
  const second = { ...coded, bytes: Buffer.concat([Buffer.alloc(8), coded.bytes]) }; // Apple's decoder preloads eight
  const frequencies = packFrequencies(Object.values(tables).flatMap(({ frequency }) => [...frequency]));
  const head = Buffer.alloc(32);
  head.write('bvx2', 0, 'latin1');
  head.writeUInt32LE(bytes, 4);
  const pack = (fields) => fields.reduce((word, [value, at]) => word | (BigInt(value) << BigInt(at)), 0n);
  head.writeBigUInt64LE(
    pack([
      [count, 0],
      [first.bytes.length, 20],
      [steps.length, 40],
      [first.unused + 7, 60],
    ]),
    8,
  );
  head.writeBigUInt64LE(
    pack([
      ...first.states.map((state, index) => [state, index * 10]),
      [second.bytes.length, 40],
      [second.unused + 7, 60],
    ]),
    16,
  );
  const [length, match, distance] = second.states;
  head.writeBigUInt64LE(
    pack([
      [32 + frequencies.length, 0],
      [length, 32],
      [match, 42],
      [distance, 52],
    ]),
    24,
  );
  return Buffer.concat([head, frequencies, first.bytes, second.bytes]);
}

/** Four states take turns; the last literal is written first. */
function writeLiterals(literals, table) {
  const bits = openBits(literals.length * 2 + 16);
  const states = [0, 0, 0, 0];
  for (let index = literals.length - 1; index >= 0; index--)
    states[index & 3] = table.push(bits, {
      symbol: literals[index],
      state: states[index & 3],
      own: 0,
      ownBits: 0,
    });
  return { ...bits.end(), states };
}

function writeSteps(steps, symbols, tables) {
  const bits = openBits(steps.length * 8 + 16);
  const states = [0, 0, 0];
  const push = (index, values, symbol, value) => {
    const table = Object.values(tables)[index];
    const own = value - values.bases[symbol];
    states[index] = table.push(bits, { symbol, state: states[index], own, ownBits: values.bits[symbol] });
  };
  for (let index = steps.length - 1; index >= 0; index--) {
    push(2, DISTANCES, symbols.distances[index], steps[index].distance);
    push(1, MATCHES, symbols.matches[index], steps[index].match);
    push(0, LENGTHS, symbols.lengths[index], steps[index].length);
  }
  return { ...bits.end(), states };
}

/** The states of a finite state encoder over these symbols. */
function openTable(symbols, count, states) {
  const frequency = shareStates(symbols, count, states);
  const first = new Uint16Array(count);
  for (let symbol = 1; symbol < count; symbol++) first[symbol] = first[symbol - 1] + frequency[symbol - 1];
  return {
    frequency,
    push: (bits, { symbol, state, own, ownBits }) => {
      const share = frequency[symbol];
      const width = Math.clz32(share) - Math.clz32(states);
      const longer = ((2 * states) >> width) - share;
      const edge = (share - longer) << (width - 1);
      const isShort = state < edge;
      const stateBits = isShort ? width - 1 : width;
      const from = isShort ? state : state + states;
      bits.push(((from & ((1 << stateBits) - 1)) << ownBits) | own, stateBits + ownBits);
      return first[symbol] + (isShort ? longer + (from >> stateBits) : (from >> stateBits) - share);
    },
  };
}

/** Shares the states among the symbols that occur: at least one each, the rest by how often they do. */
function shareStates(symbols, count, states) {
  const seen = new Uint32Array(count);
  for (const symbol of symbols) seen[symbol]++;
  const shares = Uint16Array.from(seen, (times) =>
    times === 0 ? 0 : Math.max(1, Math.floor((times * states) / symbols.length)),
  );
  let left = states - shares.reduce((sum, share) => sum + share, 0);
  const order = [...shares.keys()].sort((a, b) => shares[b] - shares[a]);
  if (left > 0) shares[order[0]] += left;
  for (let index = 0; left < 0; index = (index + 1) % order.length) {
    if (shares[order[index]] <= 1) continue;
    shares[order[index]]--;
    left++;
  }
  return shares;
}

function packFrequencies(frequencies) {
  const bits = openBits(frequencies.length * 2 + 16);
  for (const frequency of frequencies) {
    if (frequency < 8) bits.push(SHORT_CODES[frequency][0], SHORT_CODES[frequency][1]);
    else if (frequency < 24) bits.push(7 | ((frequency - 8) << 4), 8);
    else bits.push(15 | ((frequency - 24) << 4), 14);
  }
  return bits.end().bytes;
}

/** Bits, the least significant of each byte first; `unused` is minus the number of bits that the last byte lacks. */
function openBits(room) {
  const bytes = Buffer.alloc(room * 2);
  let [held, count, at] = [0, 0, 0];
  return {
    push: (value, width) => {
      held |= value << count; // up to 7 + 23 bits
      count += width;
      while (count >= 8) {
        bytes[at++] = held & 255;
        held >>>= 8;
        count -= 8;
      }
    },
    end: () => {
      const unused = count === 0 ? 0 : count - 8;
      if (count > 0) bytes[at++] = held;
      return { bytes: bytes.subarray(0, at), unused };
    },
  };
}

function valueCode(bits, most) {
  let next = 0;
  const bases = bits.map((width) => {
    const base = next;
    next += 2 ** width;
    return base;
  });
  const symbolOf = new Uint8Array(most + 1);
  for (let value = 0, symbol = 0; value <= most; value++) {
    while (symbol + 1 < bases.length && value >= bases[symbol + 1]) symbol++;
    symbolOf[value] = symbol;
  }
  return { bits, bases, symbolOf };
}

const zeros = (count) => Array.from({ length: count }, () => 0);
const MOST_DISTANCE = 65_535; // what LZVN can say too
const LENGTHS = valueCode([...zeros(16), 2, 3, 5, 8], 315);
const MATCHES = valueCode([...zeros(16), 3, 5, 8, 11], 2359);
const DISTANCES = valueCode(
  Array.from({ length: 64 }, (_, symbol) => symbol >> 2),
  262_139,
);
/** Bits and width of the frequencies 0 to 7. */
const SHORT_CODES = [
  [0, 2],
  [2, 2],
  [1, 3],
  [5, 3],
  [3, 5],
  [11, 5],
  [19, 5],
  [27, 5],
];

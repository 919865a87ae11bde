// Mutates archives and blob containers and hands them to the readers: whatever comes, they answer, or refuse with one
// of their own errors, soon and in little memory. Every case has a seed of its own, so that it can be run again alone.
import { appleZlib, archiveBytes, blockStream, zipBytes } from './bytes.mjs';
import { encodeLzvn } from './lzfse.mjs';

/**
 * Runs cases `seed` to `seed + runs - 1`.
 *
 * @param {{ readArchive(bytes: Buffer): Promise<string>, walkContainer(bytes: Buffer): Promise<string>,
 *   isRefusal(error: unknown): boolean }} readers - answer with one word; a refusal is an error of theirs
 * @param {{ seed: number, runs: number, onCase?: (seed: number) => void }} options
 * @returns {Promise<{ failures: readonly string[], outcomes: Readonly<Record<string, number>>, slowestMs: number }>}
 */
export async function fuzz(readers, { seed, runs, onCase = () => undefined }) {
  const samples = makeSamples();
  const failures = [];
  const outcomes = {};
  let slowestMs = 0;
  for (let index = seed; index < seed + runs; index++) {
    onCase(index);
    const { name, bytes, read } = makeCase(samples, readers, index);
    const start = process.cpuUsage();
    const outcome = await read(bytes).catch((error) => {
      if (readers.isRefusal(error)) return error.code;
      failures.push(`seed ${index}, ${name}: ${error?.stack ?? error}`);
      return 'crash';
    });
    const { user, system } = process.cpuUsage(start);
    const ms = (user + system) / 1000; // of this process: another one's load is no hang
    if (ms > MOST_MS) failures.push(`seed ${index}, ${name}: ${Math.round(ms)} ms`);
    slowestMs = Math.max(slowestMs, ms);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return { failures, outcomes, slowestMs };
}

/** The bytes of one case: a sample with one to four mutations. */
function makeCase(samples, readers, seed) {
  const random = openRandom(seed);
  const sample = pick(random, samples);
  let bytes = Buffer.from(sample.bytes);
  const used = [];
  for (let left = 1 + random(4); left > 0; left--) {
    const [name, mutate] = pick(random, MUTATORS);
    used.push(name);
    bytes = mutate(bytes, random, samples);
  }
  const read = sample.kind === 'container' ? readers.walkContainer : readers.readArchive;
  return { name: `${sample.name}: ${used.join(', ')}`, bytes, read };
}

function makeSamples() {
  const random = openRandom(1);
  const text = Buffer.from('Adapters are bound to one base model. '.repeat(120));
  const noise = Buffer.from(
    Array.from({ length: 3000 }, () => Math.floor((random(256) * random(256)) / 256)),
  );
  const archive = archiveBytes({
    'Contents/notes.txt': text,
    'Contents/sample.fmadapter/adapter_weights.bin': Buffer.concat([noise, text, noise]),
    'Contents/sample.fmadapter/metadata.json': '{"adapterIdentifier": "fmadapter-sample-9799725"}',
    'manifest.json':
      '{"assetPackID": "fmadapter-sample-9799725", "downloadPolicy": {"onDemand": {}}, "platforms": ["iOS"]}',
  });
  const small = archiveBytes({ 'a/b.txt': text, 'manifest.json': '{"assetPackID": "a.b"}' });
  const files = { 'a/b.txt': text, 'c.bin': noise };
  const zlib = (block) => (block.length % 2 === 0 ? appleZlib(block) : undefined);
  return [
    ['bare', archive],
    ['stored blocks', blockStream('-', archive, { blockBytes: 4096 })],
    ['zlib', blockStream('z', archive, { blockBytes: 4096 })],
    ['zlib as Apple', blockStream('z', archive, { blockBytes: 8192, encode: zlib })],
    ['lzfse', blockStream('e', archive, { blockBytes: 8192 })],
    ['lzfse, one block', blockStream('e', small)],
    ['lzvn', blockStream('e', archive, { blockBytes: 4096, encode: encodeLzvn })],
    ['lz4', blockStream('4', archive, { blockBytes: 4096, encode: LZ4 })],
    ['lzma', blockStream('x', archive, { blockBytes: 4096, encode: () => Buffer.from('xz') })],
    ['zip', zipBytes(files)],
    ['zip, deflated', zipBytes(files, { deflate: true })],
    ['container', containerBytes()],
  ].map(([name, bytes]) => ({ name, bytes, kind: name === 'container' ? 'container' : 'archive' }));
}

/** A short LZ4 frame that repeats one byte: enough of the format to be broken. */
function LZ4(block) {
  const frame = Buffer.from([0x1f, block[0], 1, 0]);
  const more = [];
  for (let left = block.length - 1 - 19; left >= 0; left -= 255) more.push(Math.min(left, 255));
  const coded = Buffer.concat([frame, Buffer.from(more.at(-1) === 255 ? [...more, 0] : more)]);
  const head = Buffer.alloc(12);
  head.write('bv41', 0, 'latin1');
  head.writeUInt32LE(block.length, 4);
  head.writeUInt32LE(coded.length, 8);
  return Buffer.concat([head, coded, Buffer.from('bv4$')]);
}

/** A blob container of three records. */
function containerBytes() {
  const head = Buffer.alloc(64);
  head.writeUInt32LE(3, 0);
  head.writeUInt32LE(2, 4);
  const parts = [head];
  for (let at = 64, index = 0; index < 3; index++, at += 192) {
    const record = Buffer.alloc(192, index);
    record.fill(0, 0, 64);
    record.writeUInt32LE(0xdeadbeef, 0);
    record.writeUInt32LE(1, 4);
    record.writeBigUInt64LE(128n, 8);
    record.writeBigUInt64LE(BigInt(at + 64), 16);
    parts.push(record);
  }
  return Buffer.concat(parts);
}

const MUTATORS = [
  [
    'bits',
    (bytes, random) => {
      for (let left = 1 + random(8); left > 0 && bytes.length > 0; left--)
        bytes[random(bytes.length)] ^= 1 << random(8);
      return bytes;
    },
  ],
  [
    'bits of the head',
    (bytes, random) => {
      for (let left = 1 + random(4); left > 0 && bytes.length > 0; left--)
        bytes[random(Math.min(bytes.length, 96))] ^= 1 << random(8);
      return bytes;
    },
  ],
  [
    'a length that lies',
    (bytes, random) => {
      const width = pick(random, [1, 2, 4, 8]);
      if (bytes.length < width) return bytes;
      const at = random(bytes.length - width + 1);
      const lie = pick(random, LIES) & ((1n << BigInt(width * 8)) - 1n);
      const coded = Buffer.alloc(8);
      coded.writeBigUInt64LE(lie);
      const value = coded.subarray(0, width);
      (random(2) === 0 ? value : Buffer.from(value).reverse()).copy(bytes, at);
      return bytes;
    },
  ],
  [
    'a block size that lies',
    (bytes, random) => {
      if (bytes.length < 28) return bytes;
      const size = pick(random, [
        0n,
        1n,
        17n,
        4095n,
        4097n,
        65_536n,
        64n << 20n,
        (64n << 20n) + 1n,
        1n << 40n,
        (1n << 64n) - 1n,
      ]);
      bytes.writeBigUInt64BE(size, pick(random, [4, 12, 20]));
      return bytes;
    },
  ],
  ['cut', (bytes, random) => bytes.subarray(0, random(bytes.length + 1))],
  [
    'splice',
    (bytes, random, samples) => {
      const other = pick(random, samples).bytes;
      const from = random(other.length);
      const piece = other.subarray(from, from + random(other.length - from));
      const at = random(bytes.length + 1);
      return Buffer.concat([
        bytes.subarray(0, at),
        piece,
        bytes.subarray(at + (random(2) === 0 ? 0 : piece.length)),
      ]);
    },
  ],
  [
    'swap of fields',
    (bytes, random) => {
      const keys = [...bytes.toString('latin1').matchAll(/TYP1|PATP|UID2|GID1|MOD2|MTMT|SH2H|SIZ8|DATB/g)];
      if (keys.length < 2) return bytes;
      const [a, b] = [pick(random, keys), pick(random, keys)];
      bytes.write(b[0], a.index, 'latin1');
      bytes.write(a[0], b.index, 'latin1');
      return bytes;
    },
  ],
  [
    'a path that leaves',
    (bytes, random) => {
      const at = bytes.indexOf('PATP');
      if (at < 0 || at + 20 > bytes.length) return bytes;
      const text = pick(random, ['../', '/etc', 'A\0b', './', '//', 'CONTENTS']);
      bytes.write(text, at + 6, 'latin1');
      return bytes;
    },
  ],
  [
    'LZFSE tables',
    (bytes, random) => {
      const at = bytes.indexOf('bvx2');
      if (at < 0) return bytes;
      for (let left = 1 + random(6); left > 0; left--) {
        const place = at + 4 + random(120);
        if (place < bytes.length) bytes[place] = random(256);
      }
      return bytes;
    },
  ],
  [
    'another block of LZFSE',
    (bytes, random) => {
      const at = bytes.indexOf('bvx');
      if (at >= 0) bytes.write(pick(random, ['bvx1', 'bvx2', 'bvxn', 'bvx-', 'bvx$']), at, 'latin1');
      return bytes;
    },
  ],
  [
    'another codec',
    (bytes, random) => {
      if (bytes.toString('latin1', 0, 3) === 'pbz')
        bytes.write(pick(random, ['-', 'z', 'e', 'x', '4', 'b', 'f', '?']), 3, 'latin1');
      return bytes;
    },
  ],
];

const LIES = [
  0n,
  1n,
  6n,
  7n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  1n << 40n,
  (1n << 53n) + 1n,
  (1n << 63n) - 1n,
  (1n << 64n) - 1n,
];

/** No input may take longer, of this process' own time. */
const MOST_MS = 1000;

const pick = (random, list) => list[random(list.length)];

/** Whole numbers below a limit, the same for the same seed (mulberry32). */
function openRandom(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

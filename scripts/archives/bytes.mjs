// Archives made by hand, byte by byte and as a Mac would write them, for tests, the fuzz script and the benchmarks. It
// shares no code with the product's reader or writer.
import { createHash } from 'node:crypto';
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { encodeLzfse, encodeLzvn } from './lzfse.mjs';

/**
 * One entry: header and data. Fields are `[key and type, value bytes]`; by default those of a Mac.
 *
 * @param {{ type?: string, path: string, data?: Uint8Array, fields?: readonly (readonly [string, Uint8Array])[] }} entry
 * @returns {Buffer}
 */
export function entryBytes({ type = 'F', path, data, fields }) {
  const own = fields ?? macFields({ type, path, data });
  const body = Buffer.concat(own.flatMap(([key, value]) => [Buffer.from(key, 'latin1'), Buffer.from(value)]));
  const prefix = Buffer.alloc(6);
  prefix.write('AA01', 0, 'latin1');
  prefix.writeUInt16LE(6 + body.length, 4);
  return Buffer.concat([prefix, body, data ?? Buffer.alloc(0)]);
}

/** @returns {(readonly [string, Buffer])[]} */
export function macFields({ type, path, data }) {
  const isFolder = type === 'D';
  const time = Buffer.alloc(12);
  time.writeBigInt64LE(1_760_000_000n);
  return [
    ['TYP1', Buffer.from(type)],
    ['PATP', withLength(path)],
    ...(type === 'L' ? [['LNKP', withLength('elsewhere')]] : []),
    ['UID2', uint(501, 2)],
    ['GID1', uint(20, 1)],
    ['MOD2', uint(isFolder ? 0o755 : 0o644, 2)],
    ['MTMT', time],
    ...(data === undefined
      ? []
      : [
          ['SH2H', createHash('sha256').update(data).digest()],
          ['SIZ8', uint(data.length, 8)],
          ['DATB', uint(data.length, 4)],
        ]),
  ];
}

/** A text field's value: its length and its bytes. */
export const withLength = (text) => {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint(bytes.length, 2), bytes]);
};

/** An unsigned little-endian integer. */
export function uint(value, width) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes.subarray(0, width);
}

/**
 * A bare archive with these files below their folders, root folder first, in the order of the paths.
 *
 * @param {Readonly<Record<string, Uint8Array | string>>} files
 */
export function archiveBytes(files) {
  const paths = Object.keys(files);
  const folders = new Set([
    '',
    ...paths.flatMap((path) =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, index, parts) => parts.slice(0, index + 1).join('/')),
    ),
  ]);
  const entries = [
    ...[...folders].map((path) => ({ type: 'D', path })),
    ...paths.map((path) => ({ path, data: Buffer.from(files[path]) })),
  ];
  return Buffer.concat(entries.sort((a, b) => (a.path < b.path ? -1 : 1)).map((entry) => entryBytes(entry)));
}

/**
 * A block stream; `encode` makes a block's payload, and what it does not shorten is stored.
 *
 * @param {string} letter - of the codec: `-`, `z`, `e`, …
 * @param {Uint8Array} plain
 * @param {{ blockBytes?: number, encode?: (block: Uint8Array) => Uint8Array }} [options]
 */
export function blockStream(letter, plain, { blockBytes = 4 << 20, encode = ENCODERS[letter] } = {}) {
  const size = (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  };
  const parts = [Buffer.from(`pbz${letter}`), size(blockBytes)];
  for (let at = 0; at < plain.length; at += blockBytes) {
    const block = plain.subarray(at, at + blockBytes);
    const coded = encode?.(block);
    const payload = coded !== undefined && coded.length < block.length ? coded : block;
    parts.push(size(block.length), size(payload.length), payload);
  }
  return Buffer.concat(parts);
}

/** As Apple writes a zlib block: header and raw deflate data, no checksum. */
export const appleZlib = (block) =>
  Buffer.concat([Buffer.from([0x78, 0x5e]), deflateRawSync(block, { level: 5 })]);

/** Apple's LZ4 frames around one raw frame and one of literals alone. */
export function literalLz4(block) {
  const half = block.subarray(0, block.length >> 1);
  const rest = block.subarray(block.length >> 1);
  const more = [];
  for (let left = half.length - 15; left >= 0; left -= 255) more.push(Math.min(left, 255));
  if (more.at(-1) === 255) more.push(0);
  const coded = Buffer.concat([
    Buffer.from([half.length < 15 ? half.length << 4 : 0xf0, ...(half.length < 15 ? [] : more)]),
    half,
  ]);
  return Buffer.concat([
    Buffer.from('bv41'),
    uint(half.length, 4),
    uint(coded.length, 4),
    coded,
    Buffer.from('bv4-'),
    uint(rest.length, 4),
    rest,
    Buffer.from('bv4$'),
  ]);
}

/**
 * A zip with its central directory.
 *
 * @param {Readonly<Record<string, Uint8Array | string>>} files
 * @param {{ deflate?: boolean, mode?: number }} [options]
 */
export function zipBytes(files, { deflate = false, mode = 0o100644 } = {}) {
  const [locals, directory] = [[], []];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const data = Buffer.from(content);
    const coded = deflate ? deflateRawSync(data) : data;
    const common = Buffer.concat([
      uint(20, 2),
      uint(0x800, 2),
      uint(deflate ? 8 : 0, 2),
      uint(0, 2),
      uint(0x21, 2),
      uint(crc32(data), 4),
      uint(coded.length, 4),
      uint(data.length, 4),
      uint(Buffer.byteLength(name), 2),
      uint(0, 2),
    ]);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), coded]);
    directory.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02', 'latin1'),
        uint(0x0314, 2),
        common,
        uint(0, 6),
        uint(mode * 65536, 4),
        uint(at, 4),
        Buffer.from(name),
      ]),
    );
    locals.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const count = Object.keys(files).length;
  const end = Buffer.concat([
    Buffer.from('PK\x05\x06', 'latin1'),
    uint(0, 4),
    uint(count, 2),
    uint(count, 2),
    uint(central.length, 4),
    uint(at, 4),
    uint(0, 2),
  ]);
  return Buffer.concat([...locals, central, end]);
}

const ENCODERS = { z: (block) => deflateSync(block), e: encodeLzfse, v: encodeLzvn, 4: literalLz4 };

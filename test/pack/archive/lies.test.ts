import { describe, expect, test } from 'vitest';
import {
  appleZlib,
  archiveBytes,
  blockStream,
  entryBytes,
  macFields,
  uint,
  withLength,
} from '../../../scripts/archives/bytes.mjs';
import { encodeLzfse, encodeLzvn } from '../../../scripts/archives/lzfse.mjs';
import { identifyArchive } from '../../../src/pack/archive/identify.ts';
import { ARCHIVE_LIMITS } from '../../../src/pack/archive/limits.ts';
import { fixture, readWhole } from './read.ts';

const DATA = Buffer.from('Adapters end with OS 26. '.repeat(400));
const PLAIN = archiveBytes({ 'a/b.txt': DATA, 'c.txt': 'c' });

/** Fields of a file with one of them replaced, or taken out. */
const fieldsWith = (key: string, value: Uint8Array | undefined, as = key) =>
  macFields({ type: 'F', path: 'f', data: DATA }).flatMap(
    ([name, bytes]): (readonly [string, Uint8Array])[] =>
      name.startsWith(key)
        ? value === undefined
          ? []
          : [[as.length === 4 ? as : name, value]]
        : [[name, bytes]],
  );

/** A block stream with one of its bytes or words replaced. */
function patched(bytes: Buffer, at: number, value: bigint | number): Buffer {
  const copy = Buffer.from(bytes);
  if (typeof value === 'bigint') copy.writeBigUInt64BE(value, at);
  else copy[at] = value;
  return copy;
}

const LZFSE = blockStream('e', PLAIN);
const ZLIB = blockStream('z', PLAIN);

const emptyLzfse = (magic: string): Buffer => Buffer.from(`${magic}\0\0\0\0`, 'latin1');

/** An LZFSE stream whose first block says that it has so many literals. */
function moreLiterals(bytes: Buffer, literals: number): Buffer {
  bytes.writeUInt32LE((bytes.readUInt32LE(8) & ~0xfffff) | literals, 8);
  return bytes;
}

const LIES: readonly { readonly why: string; readonly bytes: Buffer; readonly says: RegExp }[] = [
  {
    why: 'a bare archive that is cut in its data',
    bytes: PLAIN.subarray(0, 700),
    says: /inside the data of "a\/b.txt"/,
  },
  {
    why: 'bytes behind the last entry',
    bytes: Buffer.concat([PLAIN, Buffer.from('abc')]),
    says: /3 bytes behind its last/,
  },
  {
    why: 'more than a header behind the last entry',
    bytes: Buffer.concat([PLAIN, Buffer.alloc(20)]),
    says: /no entry at byte/,
  },
  { why: 'a header of five bytes', bytes: Buffer.from('AA01\x05\x00', 'latin1'), says: /header of 5 bytes/ },
  { why: 'a header that is cut', bytes: Buffer.from('AA01\x50\x00TYP1D', 'latin1'), says: /ends at byte 11/ },
  {
    why: 'a doubled field',
    bytes: entryBytes({
      path: 'f',
      fields: [...fieldsWith('x', undefined), ['TYP1', Buffer.from('F')]],
      data: DATA,
    }),
    says: /the field TYP twice/,
  },
  {
    why: 'an unknown type of field',
    bytes: entryBytes({ path: 'f', fields: fieldsWith('UID', uint(0, 2), 'UIDZ'), data: DATA }),
    says: /UID of the unknown type "Z"/,
  },
  {
    why: 'a key of other characters',
    bytes: entryBytes({ path: 'f', fields: fieldsWith('UID', uint(0, 2), 'U-D2'), data: DATA }),
    says: /the key "U-D"/,
  },
  {
    why: 'no path',
    bytes: entryBytes({ path: 'f', fields: fieldsWith('PAT', undefined), data: DATA }),
    says: /without a type or a path/,
  },
  {
    why: 'a path that is not UTF-8',
    bytes: entryBytes({ path: 'f', fields: fieldsWith('PAT', Buffer.from([1, 0, 0xff])), data: DATA }),
    says: /PAT in another text/,
  },
  {
    why: 'a size that its data has not',
    bytes: entryBytes({ path: 'f', fields: fieldsWith('SIZ', uint(5, 8)), data: DATA }),
    says: /says that "f" has 5 bytes/,
  },
  {
    why: 'data of 2^63 bytes',
    bytes: entryBytes({ path: 'f', fields: fieldsWith('DAT', uint(1n << 63n, 8), 'DATC'), data: DATA }),
    says: /DAT larger than any file/,
  },
  { why: 'blocks of no bytes', bytes: patched(LZFSE, 4, 0n), says: /blocks hold 0 bytes/ },
  {
    why: 'blocks of a terabyte',
    bytes: patched(LZFSE, 4, 1n << 40n),
    says: /blocks hold 1099511627776 bytes/,
  },
  {
    why: 'a block larger than blocks are',
    bytes: patched(LZFSE, 12, 5n << 20n),
    says: /block 0 with 5242880 bytes/,
  },
  { why: 'an empty block', bytes: patched(LZFSE, 12, 0n), says: /block 0 with 0 bytes/ },
  { why: 'a payload larger than its block', bytes: patched(LZFSE, 20, 1n << 32n), says: /block 0 with/ },
  {
    why: 'a stream that ends in a block',
    bytes: LZFSE.subarray(0, LZFSE.length - 1),
    says: /ends inside block 0/,
  },
  {
    why: 'a stream that ends in a block header',
    bytes: Buffer.concat([LZFSE, Buffer.alloc(3)]),
    says: /short block before its last/,
  },
  { why: 'a stream without its block size', bytes: LZFSE.subarray(0, 8), says: /ends at byte 8/ },
  {
    why: 'a short block in the middle',
    bytes: Buffer.concat([LZFSE, LZFSE.subarray(12)]),
    says: /short block before its last/,
  },
  {
    why: 'a compressed block among stored ones',
    bytes: patched(LZFSE, 3, 0x2d),
    says: /compressed block in a stream of stored/,
  },
  { why: 'a zlib header that is none', bytes: patched(ZLIB, 28, 0x79), says: /without a zlib header/ },
  { why: 'a checksum that differs', bytes: patched(ZLIB, ZLIB.length - 1, 0), says: /checksum differs/ },
  { why: 'deflate data that is broken', bytes: patched(ZLIB, 32, 0xff), says: /zlib block/ },
  {
    why: 'an LZFSE stream without its end',
    bytes: blockStream('e', PLAIN, { encode: (block) => encodeLzfse(block).subarray(0, -4) }),
    says: /ends without its mark/,
  },
  {
    why: 'an LZFSE stream with more behind it',
    bytes: blockStream('e', PLAIN, {
      encode: (block) => Buffer.concat([encodeLzfse(block), Buffer.from('x')]),
    }),
    says: /bytes behind its end/,
  },
  {
    why: 'an LZFSE block of another size',
    bytes: blockStream('e', PLAIN, { encode: (block) => encodeLzfse(block.subarray(1)) }),
    says: /LZFSE block of \d+ bytes, expected/,
  },
  {
    why: 'an LZFSE block of no bytes before the others',
    bytes: blockStream('e', PLAIN, {
      encode: (block) => Buffer.concat([emptyLzfse('bvx-'), encodeLzfse(block)]),
    }),
    says: /LZFSE block of 0 bytes/,
  },
  {
    why: 'an LZFSE block with more literals than bytes',
    bytes: blockStream('e', PLAIN, { encode: (block) => moreLiterals(encodeLzfse(block), block.length + 4) }),
    says: /\d+ literals and \d+ matches for \d+ bytes/,
  },
  {
    why: 'an unknown LZFSE block',
    bytes: blockStream('e', PLAIN, { encode: () => Buffer.from('bvx9\x01\0\0\0efgh', 'latin1') }),
    says: /kind 0x/,
  },
  {
    why: 'LZVN with an operation that is none',
    bytes: blockStream('e', PLAIN, { encode: (block) => patched(encodeLzvn(block), 12, 0x70) }),
    says: /the operation 0x70/,
  },
  {
    why: 'LZVN that copies from before its start',
    bytes: blockStream('e', PLAIN, { encode: (block) => patched(encodeLzvn(block), 12, 0x38) }),
    says: /LZVN block that copies from before/,
  },
  {
    why: 'LZ4 of an unknown frame',
    bytes: blockStream('4', PLAIN, { encode: () => Buffer.from('bv49abcdefgh') }),
    says: /LZ4 block with a frame/,
  },
  {
    why: 'another algorithm than it says',
    bytes: blockStream('z', PLAIN, { encode: encodeLzfse }),
    says: /without a zlib header/,
  },
];

test.each(LIES)('$why is ARCHIVE_UNSOUND', async ({ bytes, says }) => {
  await expect(readWhole(bytes)).rejects.toMatchObject({
    code: 'ARCHIVE_UNSOUND',
    message: expect.stringMatching(says),
    fix: expect.stringMatching(/\.$/),
  });
});

test('what the lies are made of is sound', async () => {
  for (const bytes of [
    PLAIN,
    LZFSE,
    ZLIB,
    blockStream('4', PLAIN, { blockBytes: 300 }),
    blockStream('z', PLAIN, { encode: appleZlib }),
  ])
    expect((await readWhole(bytes)).map(({ path }) => path)).toEqual(['', 'a', 'a/b.txt', 'c.txt']);
});

describe('limits', () => {
  const zeros = archiveBytes({ z: Buffer.alloc(1 << 20) });
  test.each([
    { limit: { entries: 3 }, bytes: PLAIN, says: /more than 3 entries/ },
    { limit: { headerBytes: 200 }, bytes: PLAIN, says: /more than 200 bytes of entry headers/ },
    {
      limit: { blocks: 2 },
      bytes: blockStream('-', PLAIN, { blockBytes: 1000 }),
      says: /more than 2 blocks/,
    },
    { limit: { blockBytes: 1000 }, bytes: LZFSE, says: /expected 1 to 1000/ },
    {
      limit: { ratio: 100, freeBytes: 1000 },
      bytes: blockStream('e', zeros),
      says: /more than 100 times its own/,
    },
  ])('$limit', async ({ limit, bytes, says }) => {
    await expect(readWhole(bytes, { ...ARCHIVE_LIMITS, ...limit })).rejects.toMatchObject({
      code: 'ARCHIVE_UNSOUND',
      message: expect.stringMatching(says),
    });
    await expect(readWhole(bytes)).resolves.toBeDefined();
  });
});

const link = { type: 'L', path: 'l' };
const file = (path: string) => ({ path, data: Buffer.from('x') });

test.each([
  { why: 'a symbolic link', entries: [link], fault: /symbolic link to "elsewhere"/ },
  { why: 'a device', entries: [{ type: 'C', path: 'd' }], fault: /character device/ },
  { why: 'an entry of an update', entries: [{ type: 'M', path: 'd' }], fault: /metadata entry/ },
  { why: 'an absolute path', entries: [file('/etc/passwd')], fault: /absolute path/ },
  { why: 'a path that leaves', entries: [file('a/../../b')], fault: /leaves the folder/ },
  { why: 'an empty part', entries: [file('a//b')], fault: /empty or "\." part/ },
  { why: 'a colour', entries: [file('a\u001b[31mb')], fault: /control or invisible/ },
  { why: 'a line break', entries: [file('a\nSound: no fault found.')], fault: /control or invisible/ },
  { why: 'a turn of direction', entries: [file('a\u202egnp.exe')], fault: /control or invisible/ },
  { why: 'a one-byte escape', entries: [file('a\u009b31mb')], fault: /control or invisible/ },
  { why: 'a NUL', entries: [file('a\0b')], fault: /NUL/ },
  { why: 'a backslash', entries: [file('a\\b')], fault: /drive letter/ },
  {
    why: 'a path of 1024 bytes',
    entries: [file('abcdefg/'.repeat(128).slice(0, 1024))],
    fault: /longer than 1023/,
  },
  { why: 'a path 65 folders deep', entries: [file(`${'a/'.repeat(65)}b`)], fault: /deeper than 64/ },
  { why: 'a name of 256 bytes', entries: [file('n'.repeat(256))], fault: /longer than 255/ },
  { why: 'a name in NFD', entries: [file('cafe\u0301')], fault: /NFC/ },
  { why: 'a path twice', entries: [file('a'), file('a')], fault: /there twice/ },
  { why: 'another case', entries: [file('a'), file('A')], fault: /cannot be told from "a"/ },
  {
    why: 'another form of the same letters',
    entries: [file('ﬁ'), file('fi')],
    fault: /cannot be told from "ﬁ"/,
  },
  { why: 'folders of another case', entries: [file('a/x'), file('A/y')], fault: /cannot be told from "a"/ },
  { why: 'a file below a file', entries: [file('a'), file('a/b')], fault: /below the file "a"/ },
  { why: 'a file where a folder is', entries: [file('a/b'), file('a')], fault: /where a folder is/ },
  { why: 'a file without data', entries: [{ type: 'F', path: 'f' }], fault: /file without data/ },
  { why: 'a folder with data', entries: [{ type: 'D', ...file('d') }], fault: /folder with data/ },
])('$why is told and must not be unpacked', async ({ entries, fault }) => {
  const read = await readWhole(Buffer.concat(entries.map((entry) => entryBytes(entry))));
  expect(read.at(-1)?.fault).toMatch(fault);
  expect(read.slice(0, -1).map((entry) => entry.fault)).toEqual(read.slice(1).map(() => undefined));
});

test.each([
  { why: 'nothing', head: Buffer.alloc(0), code: 'ARCHIVE_UNKNOWN', says: /it is empty/ },
  { why: 'gzip', head: Buffer.from([0x1f, 0x8b, 8, 0]), code: 'ARCHIVE_UNKNOWN', says: /gzip/ },
  { why: 'xz', head: Buffer.from('fd377a58', 'hex'), code: 'ARCHIVE_UNKNOWN', says: /xz/ },
  { why: 'bare LZFSE', head: Buffer.from('bvx2'), code: 'ARCHIVE_UNKNOWN', says: /bare LZFSE/ },
  { why: 'an unknown codec', head: Buffer.from('pbzq'), code: 'ARCHIVE_UNKNOWN', says: /unknown codec/ },
  { why: 'text', head: Buffer.from('{"a"'), code: 'ARCHIVE_UNKNOWN', says: /7b226122/ },
  { why: 'an encrypted archive', head: Buffer.from('AEA1'), code: 'ARCHIVE_ENCRYPTED', says: /encrypted/ },
])('$why is $code', ({ head, code, says }) => {
  expect(() => identifyArchive(head)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(says) }),
  );
});

test.each([
  { letter: 'x', names: 'LZMA (pbzx)' },
  { letter: 'b', names: 'LZBITMAP (pbzb)' },
  { letter: 'f', names: 'bare LZVN (pbzf)' },
])('a block of pbz$letter is refused by name, and stored ones are read', async ({ letter, names }) => {
  const coded = blockStream(letter, PLAIN, { encode: () => Buffer.from('coded') });
  await expect(readWhole(coded)).rejects.toMatchObject({
    code: 'ARCHIVE_UNREADABLE',
    message: expect.stringContaining(names),
  });
  await expect(readWhole(blockStream(letter, PLAIN, { encode: (block) => block }))).resolves.toHaveLength(4);
});

test('the earlier magic YAA1 is read too', async () => {
  const old = Buffer.from(fixture('raw.aar').toString('latin1').replaceAll('AA01', 'YAA1'), 'latin1');
  expect(await readWhole(old)).toHaveLength(7);
});

test('a text field is its length and its bytes', () => {
  expect(withLength('ab').toString('hex')).toBe('02006162');
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeEntryHeader } from '../../src/pack/archive/entry-header.ts';
import { readArchiveNaively } from '../support/naive-archive-reader.ts';

/** A header that Apple's tool wrote, for a folder (apple-archive §1.5). */
const APPLE_HEADER = Buffer.from(
  '41413031460054595031445041545000005549443100474944315' +
    '04d4f4432ed01464c473100' +
    '4d544d54bdad6166000000006376910c43544d54a6a4616600000000d4ba2e03',
  'hex',
);

/** One entry from its fields, with a length that fits. */
function entryOf(...fields: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(
    fields.map((field) => (typeof field === 'string' ? Buffer.from(field, 'latin1') : field)),
  );
  const prefix = Buffer.from('AA01\0\0', 'latin1');
  prefix.writeUInt16LE(6 + body.length, 4);
  return Buffer.concat([prefix, body]);
}

const path = (text: string): Buffer =>
  Buffer.concat([Buffer.from('PATP'), Buffer.from([Buffer.byteLength(text), 0]), Buffer.from(text)]);

const FOLDER = 'TYP1D';
const FILE = 'TYP1F';
const NO_DATA = 'DATA\0\0';

test("a header that Apple's tool wrote is decoded field by field", () => {
  expect(APPLE_HEADER).toHaveLength(70);
  const [entry, ...more] = readArchiveNaively(APPLE_HEADER);
  expect(more).toEqual([]);
  expect(Object.fromEntries(entry?.fields ?? [])).toEqual({
    TYP: 68n,
    PAT: '',
    UID: 0n,
    GID: 80n,
    MOD: 0o755n,
    FLG: 0n,
    MTM: 1_717_677_501_210_859_619n,
    CTM: 1_717_675_174_053_394_132n,
  });
});

test.each([
  { why: 'another magic', bytes: Buffer.from('AA02\x06\0'), says: 'magic' },
  { why: 'a header shorter than its prefix', bytes: Buffer.from('AA01\x05\0'), says: 'header of 5 bytes' },
  { why: 'an unknown subtype', bytes: entryOf(FOLDER, path('d'), 'XYZQ'), says: 'subtype "Q"' },
  { why: 'an integer of three bytes', bytes: entryOf(FOLDER, path('d'), 'UID3\0\0\0'), says: 'subtype "3"' },
  { why: 'a key of symbols', bytes: entryOf(FOLDER, path('d'), 'U-D1\0'), says: 'key "U-D"' },
  { why: 'a duplicate key', bytes: entryOf(FOLDER, path('d'), path('e')), says: 'key PAT twice' },
  { why: 'a field cut off', bytes: entryOf(FOLDER, path('d'), 'UID4\0\0'), says: 'needs 4 bytes' },
  { why: 'no type', bytes: entryOf(path('d')), says: 'without TYP and PAT' },
  { why: 'no path', bytes: entryOf(FOLDER), says: 'without TYP and PAT' },
  { why: 'a type of OTA patches', bytes: entryOf('TYP1M', path('m')), says: 'entry type 77' },
  { why: 'a file without data', bytes: entryOf(FILE, path('f')), says: 'with wrong data' },
  { why: 'a folder with data', bytes: entryOf(FOLDER, path('d'), NO_DATA), says: 'with wrong data' },
  { why: 'a link without a target', bytes: entryOf('TYP1L', path('l')), says: 'with wrong LNK' },
  { why: 'an absolute path', bytes: entryOf(FOLDER, path('/d')), says: 'component' },
  { why: 'a way out', bytes: entryOf(FOLDER, path('..')), says: 'component' },
  { why: 'a trailing slash', bytes: entryOf(FOLDER, path('d/')), says: 'component' },
  { why: 'a backslash', bytes: entryOf(FOLDER, path('a\\b')), says: 'backslash' },
  { why: 'NUL', bytes: entryOf(FOLDER, path('a\0b')), says: 'NUL' },
  { why: 'NFD', bytes: entryOf(FOLDER, path('e\u0301')), says: 'NFC' },
  { why: 'a child before its folder', bytes: entryOf(FILE, path('d/f'), NO_DATA), says: 'before its folder' },
  { why: 'a wrong size', bytes: entryOf(FILE, path('f'), 'SIZ1\x01', NO_DATA), says: 'SIZ 1' },
  {
    why: 'a wrong digest',
    bytes: entryOf(FILE, path('f'), 'SH2H', Buffer.alloc(32), NO_DATA),
    says: 'SH2 differs',
  },
  { why: 'data cut off', bytes: entryOf(FILE, path('f'), 'DATA\x01\0'), says: 'needs 1 bytes' },
  {
    why: 'data longer than numbers go',
    bytes: entryOf(FILE, path('f'), 'DATC', Buffer.alloc(8, 0xff)),
    says: 'blob of 18446744073709551615 bytes',
  },
  {
    why: 'the same path twice',
    bytes: Buffer.concat([entryOf(FOLDER, path('d')), entryOf(FOLDER, path('D'))]),
    says: 'twice',
  },
])('the naive reader refuses $why', ({ bytes, says }) => {
  expect(() => readArchiveNaively(bytes)).toThrow(says);
});

test('no truncation of an archive gives anything but its first entries', () => {
  const contents = ['', 'a', 'hello aar\n', 'x'.repeat(700)].map((text) => Buffer.from(text));
  const archive = Buffer.concat([
    encodeEntryHeader({ kind: 'directory', path: 'd' }),
    ...contents.flatMap((content, index) => [
      encodeEntryHeader({
        kind: 'file',
        path: `d/${index}`,
        sizeBytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      }),
      content,
    ]),
  ]);
  const whole = readArchiveNaively(archive);
  let returned = 0;
  for (let length = 0; length < archive.length; length++) {
    const entries = tryRead(archive.subarray(0, length));
    if (entries === undefined) continue;
    expect(entries).toEqual(whole.slice(0, entries.length));
    returned++;
  }
  expect(returned).toBe(whole.length);
});

test('arbitrary bytes never give a path that leads out of the archive', () => {
  const headed = fc.uint8Array({ maxLength: 120 }).map((rest) => entryOf(FOLDER, Buffer.from(rest)));
  fc.assert(
    fc.property(fc.oneof(headed, fc.uint8Array({ minLength: 1, maxLength: 120 })), (bytes) => {
      for (const { path: name } of tryRead(Buffer.from(bytes)) ?? []) expect(name).not.toMatch(/^\/|\.\.|\\/);
    }),
    { numRuns: 300 },
  );
});

function tryRead(bytes: Buffer): ReturnType<typeof readArchiveNaively> | undefined {
  try {
    return readArchiveNaively(bytes);
  } catch {
    return undefined;
  }
}

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { zipBytes } from '../../../scripts/archives/bytes.mjs';
import { memoryBytes } from '../../../src/pack/archive/byte-source.ts';
import { ARCHIVE_LIMITS } from '../../../src/pack/archive/limits.ts';
import { openZip } from '../../../src/pack/archive/read-zip.ts';

const FILES = { 'a/b.txt': 'Adapters end with OS 26. '.repeat(5000), 'c.txt': 'c', 'empty/': '' };

async function readZip(bytes: Buffer, limits = ARCHIVE_LIMITS) {
  const zip = await openZip(memoryBytes(bytes), limits);
  const found = [];
  for (const entry of zip.entries()) {
    const hash = createHash('sha256');
    if (entry.kind === 'file') for await (const chunk of zip.content(entry)) hash.update(chunk);
    found.push({ path: entry.path, kind: entry.kind, sha256: hash.digest('hex'), fault: entry.fault });
  }
  return { codec: zip.codec, entries: found };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test.each([
  { deflate: false, codec: 'none' },
  { deflate: true, codec: 'deflate' },
])('deflate $deflate: every entry with its bytes', async ({ deflate, codec }) => {
  expect(await readZip(zipBytes(FILES, { deflate }))).toEqual({
    codec,
    entries: [
      { path: 'a/b.txt', kind: 'file', sha256: sha256(FILES['a/b.txt']), fault: undefined },
      { path: 'c.txt', kind: 'file', sha256: sha256('c'), fault: undefined },
      { path: 'empty', kind: 'directory', sha256: sha256(''), fault: undefined },
    ],
  });
});

test('a zip of nothing', async () => {
  expect((await readZip(zipBytes({}))).entries).toEqual([]);
});

/** A sound zip of one stored file, with a byte of some structure replaced. */
function broken(mark: string, offset: number, value: number): Buffer {
  const bytes = zipBytes({ 'a.txt': 'hello aar' });
  bytes[bytes.indexOf(mark, 0, 'latin1') + offset] = value;
  return bytes;
}
const [LOCAL, CENTRAL, END] = ['PK\x03\x04', 'PK\x01\x02', 'PK\x05\x06'];

test.each([
  { why: 'no directory', bytes: Buffer.from('PK\x03\x04 and so on', 'latin1'), says: /no zip directory/ },
  {
    why: 'bytes behind the end',
    bytes: Buffer.concat([zipBytes(FILES), Buffer.from('x')]),
    says: /no zip directory/,
  },
  { why: 'more entries than there are', bytes: broken(END, 10, 2), says: /directory that is cut/ },
  { why: 'fewer entries than there are', bytes: broken(END, 10, 0), says: /belong to no entry/ },
  { why: 'a directory behind the end', bytes: broken(END, 18, 9), says: /reaches behind its end/ },
  {
    why: 'an entry in the place of the directory',
    bytes: broken(CENTRAL, 20, 200),
    says: /in the place of another/,
  },
  { why: 'a local header that is none', bytes: broken(LOCAL, 2, 7), says: /no local header/ },
  {
    why: 'a local header with another name',
    bytes: broken(LOCAL, 30, 88),
    says: /something else in its local header/,
  },
  { why: 'stored data of another size', bytes: broken(CENTRAL, 20, 3), says: /stored in 3 bytes/ },
  { why: 'data that its CRC-32 does not cover', bytes: broken(LOCAL, 36, 0x21), says: /CRC-32/ },
  {
    why: 'a 64-bit size that is not there',
    bytes: zipBytes({ f: '' }).map((byte, at, all) =>
      at >= all.indexOf(Buffer.from(CENTRAL, 'latin1')) + 24 &&
      at < all.indexOf(Buffer.from(CENTRAL, 'latin1')) + 28
        ? 0xff
        : byte,
    ) as Buffer,
    says: /without its 64-bit sizes/,
  },
])('$why is ARCHIVE_UNSOUND', async ({ bytes, says }) => {
  await expect(readZip(Buffer.from(bytes))).rejects.toMatchObject({
    code: 'ARCHIVE_UNSOUND',
    message: expect.stringMatching(says),
  });
});

test('two entries that share bytes are refused before any is read', async () => {
  const bytes = zipBytes({ a: 'x'.repeat(100), b: 'y' });
  const second = bytes.lastIndexOf(CENTRAL, undefined, 'latin1');
  bytes.writeUInt32LE(0, second + 42);
  await expect(readZip(bytes)).rejects.toMatchObject({ message: expect.stringMatching(/place of another/) });
});

test('a deflated entry that is larger than it says stops there', async () => {
  const bytes = zipBytes({ z: Buffer.alloc(1 << 20) }, { deflate: true });
  bytes.writeUInt32LE(1000, bytes.indexOf(CENTRAL, 0, 'latin1') + 24);
  await expect(readZip(bytes)).rejects.toMatchObject({
    message: expect.stringMatching(/another size than 1000/),
  });
});

test('a zip that unpacks to far more than itself is refused unread', async () => {
  const bytes = zipBytes({ z: Buffer.alloc(1 << 20) }, { deflate: true });
  const limits = { ...ARCHIVE_LIMITS, freeBytes: 1000, ratio: 100 };
  await expect(readZip(bytes, limits)).rejects.toMatchObject({
    message: expect.stringMatching(/100 times its own/),
  });
});

test('another method is refused by its number', async () => {
  await expect(readZip(broken(CENTRAL, 10, 12))).rejects.toMatchObject({
    code: 'ARCHIVE_UNREADABLE',
    message: expect.stringContaining('the zip method 12'),
  });
});

test('links, encrypted entries and paths that leave are told', async () => {
  const link = await openZip(memoryBytes(zipBytes({ l: 'target' }, { mode: 0o120777 })));
  const locked = await openZip(memoryBytes(broken(CENTRAL, 8, 1)));
  const away = await openZip(memoryBytes(zipBytes({ '../a': 'x', b: 'x', B: 'x' })));
  expect([link, locked, away].flatMap((zip) => [...zip.entries()].map(({ fault }) => fault))).toEqual([
    expect.stringContaining('symbolic link'),
    'is encrypted',
    expect.stringContaining('leaves the folder'),
    undefined,
    expect.stringContaining('cannot be told from "b"'),
  ]);
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ArchiveEntry,
  archiveSizeBytes,
  encodeEntryHeader,
} from '../../src/pack/archive/entry-header.ts';
import { readArchiveNaively } from '../support/naive-archive-reader.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const fileEntry = (path: string, content: Uint8Array): ArchiveEntry & { readonly kind: 'file' } => ({
  kind: 'file',
  path,
  sizeBytes: content.length,
  sha256: sha256(content),
});

/** An archive of a folder and a file in it that two foreign decoders read (apple-archive §1.5). */
const VECTOR =
  '4141303124005459503144504154500100644d4f4432ed014d544d5300000000' +
  '000000004141303159005459503146504154500700642f612e7478744d4f4432' +
  'a4014d544d53000000000000000053495a310a5348324868b6ad3a0a7e0e3a75' +
  'e2050933dd87fdf9da029877c194c9d85097149389fab2444154410a0068656c' +
  '6c6f206161720a';

test('the 135-byte vector is written byte for byte', () => {
  const content = Buffer.from('hello aar\n');
  const archive = Buffer.concat([
    encodeEntryHeader({ kind: 'directory', path: 'd' }),
    encodeEntryHeader(fileEntry('d/a.txt', content)),
    content,
  ]);
  expect(archive.toString('hex')).toBe(VECTOR);
  expect(sha256(archive)).toBe('562010e82bbeae3b69f895436a225551d94fdb4101c0ec64f188f98a166b9228');
});

test.each([
  { sizeBytes: 0, tail: '53495a3100 SH2 44415441 0000' },
  { sizeBytes: 255, tail: '53495a31ff SH2 44415441 ff00' },
  { sizeBytes: 256, tail: '53495a320001 SH2 44415441 0001' },
  { sizeBytes: 65_535, tail: '53495a32ffff SH2 44415441 ffff' },
  { sizeBytes: 65_536, tail: '53495a3400000100 SH2 44415442 00000100' },
  { sizeBytes: 2 ** 32 - 1, tail: '53495a34ffffffff SH2 44415442 ffffffff' },
  { sizeBytes: 2 ** 32, tail: '53495a380000000001000000 SH2 44415443 0000000001000000' },
  { sizeBytes: 10 * 2 ** 30, tail: '53495a380000008002000000 SH2 44415443 0000008002000000' },
])('$sizeBytes bytes take the smallest widths that hold them', ({ sizeBytes, tail }) => {
  const digest = 'ab'.repeat(32);
  const header = encodeEntryHeader({ kind: 'file', path: 'f', sizeBytes, sha256: digest }).toString('hex');
  const fields = tail.replace('SH2', `53483248${digest}`).replaceAll(' ', '');
  expect(header.endsWith(fields)).toBe(true);
  expect(Buffer.from(header, 'hex').readUInt16LE(4)).toBe(header.length / 2);
  expect(header.slice(12, 36)).toBe('5459503146' + '504154500100' + '66');
});

test('modes are 0755 and 0644, the time is constant, and nothing tells of the machine', () => {
  const archive = Buffer.concat([
    encodeEntryHeader({ kind: 'directory', path: 'd' }),
    encodeEntryHeader(fileEntry('d/ä', Buffer.alloc(0))),
  ]);
  const [folder, file] = readArchiveNaively(archive).map(({ fields }) => Object.fromEntries(fields));
  expect(folder).toEqual({ TYP: 68n, PAT: 'd', MOD: 0o755n, MTM: 0n });
  expect(Object.keys(file ?? {})).toEqual(['TYP', 'PAT', 'MOD', 'MTM', 'SIZ', 'SH2', 'DAT']);
  expect(file).toMatchObject({ TYP: 70n, PAT: 'd/ä', MOD: 0o644n, MTM: 0n, SIZ: 0n });
});

test('a header of any entry is as long as it says, and the archive as long as foretold', () => {
  const entries = fc.array(
    fc.record({
      kind: fc.constant('file' as const),
      path: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
      sizeBytes: fc.oneof(fc.nat(70_000), fc.nat(2 ** 34)),
      sha256: fc.constant('0'.repeat(64)),
    }),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(entries, (list) => {
      const headers = list.map(encodeEntryHeader);
      for (const header of headers) expect(header.readUInt16LE(4)).toBe(header.length);
      const dataBytes = list.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      expect(archiveSizeBytes(list)).toBe(Buffer.concat(headers).length + dataBytes);
    }),
    { numRuns: 200 },
  );
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes, type FileDigest, sha256Of, shortDigest, treeDigest } from '../../src/model/digest.ts';

const aFile = (path: string, content = path): FileDigest => ({
  path,
  sizeBytes: Buffer.byteLength(content),
  sha256: sha256Of(content),
});

test('SHA-256 of texts and bytes (FIPS 180-4, "abc")', () => {
  expect(sha256Of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256Of(new Uint8Array([0x61, 0x62, 0x63]))).toBe(sha256Of('abc'));
  expect(sha256Of('ä')).toBe(sha256Of(Buffer.from([0xc3, 0xa4])));
});

// Made with: printf '%s %s %s\n' <sha256> <size> <path> …, in path order, | sha256sum
test('the golden digest of a folder never changes', () => {
  const files = [aFile('metadata.json', '{}'), aFile('adapter_weights.bin', 'weights')];
  expect(treeDigest(files)).toBe('sha256:c2491a8983369eeb94a086bbd74409d828633593bcf8146f785c58202596f03c');
  expect(treeDigest([])).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('is that of the documented lines, whatever the order of the files', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      (paths, turn) => {
        const files = paths.map((path) => aFile(path));
        const sorted = [...files].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
        const lines = sorted
          .map(({ sha256, sizeBytes, path }) => `${sha256} ${sizeBytes} ${path}\n`)
          .join('');
        const turned = [...files.slice(turn % files.length), ...files.slice(0, turn % files.length)];
        expect(treeDigest(turned)).toBe(`sha256:${createHash('sha256').update(lines).digest('hex')}`);
      },
    ),
  );
});

test.each([
  { why: 'a path', other: aFile('b', 'a') },
  { why: 'a size', other: { ...aFile('a'), sizeBytes: 2 } },
  { why: 'a byte', other: aFile('a', 'b') },
])('$why changes it', ({ other }) => {
  expect(treeDigest([other])).not.toBe(treeDigest([aFile('a')]));
});

test('paths are in the order of their UTF-8 bytes, not of their UTF-16 units', () => {
  expect(['\u{1f600}', '\uffee', 'z', 'a', 'Z'].sort(compareBytes)).toEqual([
    'Z',
    'a',
    'z',
    '\uffee',
    '\u{1f600}',
  ]);
});

test('eight digits are for people', () => {
  expect(shortDigest('sha256:ba7816bf8f01cfea')).toBe('ba7816bf');
  expect(shortDigest('ba7816bf8f01cfea')).toBe('ba7816bf');
});

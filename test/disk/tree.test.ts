import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collisions, explainName, type TreeLimits, walkTree } from '../../src/disk/tree.ts';
import { compareBytes } from '../../src/model/digest.ts';
import { scratchFolder } from '../support/scratch.ts';

const LIMITS: TreeLimits = { files: 4, fileBytes: 10, depth: 2 };

function treeOf(paths: readonly string[]): string {
  const folder = scratchFolder();
  for (const path of paths) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), 'x');
  }
  return folder;
}

test('files and folders come in the order of their path bytes, empty folders too', async () => {
  const folder = treeOf(['b', 'a/b', 'a-b', 'é']);
  mkdirSync(join(folder, 'void', 'inner'), { recursive: true });
  const { files, folders, faults } = await walkTree(folder, LIMITS);
  expect(files.map(({ path }) => path)).toEqual(['a-b', 'a/b', 'b', 'é']);
  expect(folders).toEqual(['a', 'void', 'void/inner']);
  expect(faults).toEqual([]);
});

test('an empty folder holds nothing', async () => {
  expect(await walkTree(scratchFolder(), LIMITS)).toEqual({ files: [], folders: [], faults: [] });
});

test.each([
  { why: 'as many files as allowed', paths: ['1', '2', '3', '4'], faults: [] },
  { why: 'one file too many', paths: ['1', '2', '3', '4', '5'], faults: ['. holds more than 4 files'] },
  {
    why: 'far too many files, in folders',
    paths: ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1'],
    faults: ['. holds more than 4 files'],
  },
  { why: 'folders as deep as allowed', paths: ['a/b/file'], faults: [] },
  { why: 'a folder too deep', paths: ['a/b/c/file'], faults: ['a/b/c lies deeper than 2 folders'] },
])('$why', async ({ paths, faults }) => {
  const tree = await walkTree(treeOf(paths), LIMITS);
  expect(tree.faults.map(({ path, why }) => `${path} ${why}`)).toEqual(faults);
});

test('a file may be as large as the limit and no byte larger', async () => {
  const folder = treeOf(['even', 'over']);
  truncateSync(join(folder, 'even'), 10);
  truncateSync(join(folder, 'over'), 11);
  const { files, faults } = await walkTree(folder, LIMITS);
  expect(files.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([['even', 10]]);
  expect(faults).toEqual([{ path: 'over', why: 'is larger than 10 bytes' }]);
});

test('a path longer than an archive can hold is refused', async () => {
  const part = 'p'.repeat(223);
  const fits = [part, part, part, part.slice(1)].join('/');
  const folder = treeOf([fits, `${fits}x`]);
  const { files, faults } = await walkTree(folder, { ...LIMITS, depth: 9 });
  expect(Buffer.byteLength(fits)).toBe(894);
  expect(files.map(({ path }) => path)).toEqual([fits]);
  expect(faults).toEqual([{ path: `${fits}x`, why: 'has a path longer than 894 bytes' }]);
});

test('links to folders are not entered, and every fault is told', async () => {
  const folder = treeOf(['real/file']);
  symlinkSync('real', join(folder, 'alias'));
  symlinkSync('..', join(folder, 'real', 'up'));
  const { files, faults } = await walkTree(folder, LIMITS);
  expect(files.map(({ path }) => path)).toEqual(['real/file']);
  expect(faults).toEqual([
    { path: 'alias', why: 'is a symbolic link' },
    { path: 'real/up', why: 'is a symbolic link' },
  ]);
});

test('a folder that vanishes is BUILD_CHANGED', async () => {
  const folder = treeOf(['a']);
  rmSync(folder, { recursive: true });
  await expect(walkTree(folder, LIMITS)).rejects.toMatchObject({ code: 'BUILD_CHANGED' });
});

test.each([
  { name: 'fine.bin', why: undefined },
  { name: '日本語 (1)', why: undefined },
  { name: '.hidden', why: undefined },
  { name: 'console', why: undefined },
  { name: 'é'.normalize('NFD'), why: 'is not named in NFC' },
  { name: 'ä'.repeat(128), why: 'has a name longer than 255 bytes' },
  { name: 'a\nb', why: 'has a control, invisible' },
  { name: 'a\u007f', why: 'has a control, invisible' },
  { name: 'a\\b', why: 'has a control, invisible' },
  { name: 'a:b', why: 'has a control, invisible' },
  { name: 'a\u202eb', why: 'has a control, invisible' },
  { name: 'a\u200bb', why: 'has a control, invisible' },
  { name: '\ufeffa', why: 'has a control, invisible' },
  { name: 'a.', why: 'ends in a dot or a space' },
  { name: 'a ', why: 'ends in a dot or a space' },
  { name: '..', why: 'ends in a dot or a space' },
  { name: 'CON', why: 'that Windows reserves' },
  { name: 'nul.txt', why: 'that Windows reserves' },
  { name: 'Com1.bin', why: 'that Windows reserves' },
])('the name $name is judged: $why', ({ name, why }) => {
  if (why === undefined) expect(explainName(name)).toBeUndefined();
  else expect(explainName(name)).toContain(why);
});

test.each([
  ['A', 'a'],
  ['straße', 'STRASSE'],
  ['ẞ', 'ss'],
  ['ﬁ', 'FI'],
  ['İ', 'i\u0307'],
  ['ſ', 'S'],
  ['Ω', 'Ω'],
  ['ς', 'Σ'],
  ['Å', 'Å'],
  ['①', '1'],
  ['Ǆ', 'ǆ'],
  ['ΐ', 'Ϊ́'],
  ['a/B/c', 'A/b/C'],
])('%s and %s collide, whichever comes first', (one, other) => {
  expect(collisions([one, other])).toEqual([{ path: other, why: expect.stringContaining(`"${one}"`) }]);
  expect(collisions([other, one])).toHaveLength(1);
});

test('a path never collides with another unless some case or normal form of both is the same', () => {
  expect(collisions(['a', 'b', 'a/b', 'ab', 'a-b', 'ä', 'æ', 'ae'])).toEqual([]);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      const forms = [text.toLowerCase(), text.toUpperCase(), text.normalize('NFC'), text.normalize('NFD')];
      for (const form of forms.filter((other) => other !== text))
        expect(collisions([text, form])).toHaveLength(1);
    }),
    { numRuns: 500 },
  );
});

test('path bytes order as the disk stores them, not as UTF-16', () => {
  expect(['\u{10000}', '\uffee', 'é', 'Z', 'a'].sort(compareBytes)).toEqual([
    'Z',
    'a',
    'é',
    '\uffee',
    '\u{10000}',
  ]);
});

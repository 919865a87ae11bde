import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collisions, explainName } from '../../src/disk/tree.ts';
import { compareBytes } from '../../src/model/digest.ts';
import { archiveSizeBytes } from '../../src/pack/archive/entry-header.ts';
import { packEntries } from '../../src/pack/entries.ts';
import { readArchiveNaively } from '../support/naive-archive-reader.ts';
import { scratchFolder } from '../support/scratch.ts';
import { build, orderOf, writeTree } from './pack-project.ts';
import { readZip } from './read-zip.ts';

const names = fc
  .oneof(
    fc.constantFrom(
      'a',
      'a-b',
      'a b',
      'a.b',
      'A+',
      'ä',
      '日本語',
      '😀',
      '.hidden',
      '-',
      '~',
      'z'.repeat(255),
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  )
  .filter((name) => !name.includes('/') && explainName(name) === undefined);

const sizes = fc.oneof(
  { weight: 3, arbitrary: fc.nat(300) },
  { weight: 1, arbitrary: fc.constantFrom(0, 255, 256, 65_535, 65_536, 70_000) },
);

/** Trees that a disk can hold: no name is both a file and a folder, none collides with another. */
const trees = fc
  .array(fc.tuple(fc.array(names, { minLength: 1, maxLength: 4 }), sizes), { minLength: 1, maxLength: 8 })
  .map((files) => {
    const tree: Record<string, Buffer> = {};
    for (const [parts, size] of files) {
      const path = parts.join('/');
      const taken = allPaths([...Object.keys(tree), path]);
      const clash = Object.keys(tree).some(
        (other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`),
      );
      if (!clash && tree[path] === undefined && collisions(taken).length === 0)
        tree[path] = Buffer.alloc(size, path);
    }
    return tree;
  });

const allPaths = (paths: readonly string[]): string[] => [
  ...new Set(
    paths.flatMap((path) => path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))),
  ),
];

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const contentsOf = (
  files: readonly { readonly path: string; readonly content: Buffer }[],
): Map<string, string> => new Map(files.map(({ path, content }) => [path, sha256(content)]));

const contentsBelow = (root: string, tree: Readonly<Record<string, Buffer>>): Map<string, string> =>
  new Map(Object.entries(tree).map(([path, content]) => [`${root}/${path}`, sha256(content)]));

test('whatever a folder holds comes back out of its archive, in byte order, parents first', async () => {
  const folder = scratchFolder();
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(trees, async (tree) => {
      const root = join(folder, String(turn++));
      const order = await orderOf(writeTree(join(root, 'src'), tree), { kind: 'files', id: 'bundle' });
      const pack = await build(order, root);
      const bytes = readFileSync(pack.file);
      expect(pack.sizeBytes).toBe(bytes.length);
      expect(pack.sha256).toBe(sha256(bytes));
      const entries = readArchiveNaively(bytes);
      const files = entries.filter(({ type }) => type === 'F');
      expect(contentsOf(files)).toEqual(contentsBelow('bundle', tree));
      const paths = entries.map(({ path }) => path);
      expect(paths).toEqual(allPaths(Object.keys(tree).map((path) => `bundle/${path}`)).sort(compareBytes));
    }),
    { numRuns: 100 },
  );
});

test('whatever a folder holds comes back out of its zip', async () => {
  const folder = scratchFolder();
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(trees, async (tree) => {
      const root = join(folder, String(turn++));
      const recipe = { format: 'zip', compression: 'none' } as const;
      const order = await orderOf(writeTree(join(root, 'src'), tree), {
        kind: 'files',
        id: 'bundle',
        recipe,
      });
      const entries = readZip(readFileSync((await build(order, root)).file));
      const files = entries.filter(({ path }) => !path.endsWith('/'));
      expect(contentsOf(files)).toEqual(contentsBelow('bundle', tree));
    }),
    { numRuns: 40 },
  );
});

test('the size of an archive is foretold from paths and sizes alone', async () => {
  const folder = scratchFolder();
  const tree = { 'a/b/c': Buffer.alloc(65_536), 'a/d': Buffer.alloc(65_535), e: Buffer.alloc(0) };
  const pack = await build(await orderOf(writeTree(join(folder, 'src'), tree)), folder);
  const files = Object.entries(tree).map(([path, content]) => ({
    path,
    sizeBytes: content.length,
    sha256: '0'.repeat(64),
  }));
  expect(archiveSizeBytes(packEntries('summarizer.fmadapter', files))).toBe(pack.sizeBytes);
  expect(readFileSync(pack.file)).toHaveLength(pack.sizeBytes);
});

test('entries are ordered by path bytes, so that "a", "a-b" and "a/b" come in this order', () => {
  const file = (path: string): { path: string; sizeBytes: number; sha256: string } => ({
    path,
    sizeBytes: 0,
    sha256: '0'.repeat(64),
  });
  const entries = packEntries('r', ['b', 'a/b', 'a-b', 'é', 'Z', 'a/B/c', '\u{10000}', '\uffee'].map(file));
  expect(entries.map(({ kind, path }) => `${kind === 'directory' ? 'D' : 'F'} ${path}`)).toEqual([
    'D r',
    'F r/Z',
    'D r/a',
    'F r/a-b',
    'D r/a/B',
    'F r/a/B/c',
    'F r/a/b',
    'F r/b',
    'F r/é',
    'F r/\uffee',
    'F r/\u{10000}',
  ]);
});

import { expect, test } from 'vitest';
import { openArchive, type ReadEntry, readContentWhole } from '../../../src/pack/archive/read-archive.ts';
import { readArchiveManifest } from '../../../src/pack/read-archive-file.ts';
import { readArchiveNaively } from '../../support/naive-archive-reader.ts';
import { fixture, fixturePath, readWhole, watchedBytes } from './read.ts';

/** Path, size and digest of every file, from the list beside the archives. */
const CONTENTS = fixture('CONTENTS.txt')
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const [sha256 = '', size = '', path = ''] = line.split('  ');
    return { path, sizeBytes: Number(size), sha256 };
  });

const READABLE = ['raw.aar', 'stored.aar', 'zlib.aar', 'lzfse.aar', 'lzvn.aar'];

test.each(READABLE)('%s decodes to the contents that its maker lists', async (name) => {
  const entries = await readWhole(fixture(name));
  const files = entries
    .filter(({ kind }) => kind === 'file')
    .map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }));
  expect(files).toEqual(CONTENTS);
  expect(entries.filter(({ kind }) => kind === 'directory').map(({ path }) => path)).toEqual([
    '',
    'Contents',
    'Contents/sample.fmadapter',
  ]);
  expect(entries.map(({ fault }) => fault)).toEqual(entries.map(() => undefined));
});

test('our reader and the naive one agree on the bare archive', async () => {
  const naive = readArchiveNaively(fixture('raw.aar'));
  const entries = await readWhole(fixture('raw.aar'));
  expect(entries.map(({ path, keys }) => ({ path, keys }))).toEqual(
    naive.map(({ path, fields }) => ({ path, keys: [...fields.keys()] })),
  );
});

test.each(READABLE)('the manifest of %s is read from its last blocks', async (name) => {
  const { manifest, entries, sizeBytes } = await readArchiveManifest(fixturePath(name));
  expect(manifest).toMatchObject({
    assetPackID: 'fmadapter-sample-9799725',
    downloadPolicy: { onDemand: null },
  });
  expect(entries).toHaveLength(7);
  expect(sizeBytes).toBe(fixture(name).length);
});

test('LZMA is refused by name', async () => {
  await expect(readArchiveManifest(fixturePath('lzma.aar'))).rejects.toMatchObject({
    code: 'ARCHIVE_UNREADABLE',
    message: 'The archive is compressed with LZMA (pbzx), which fmrelease does not decode.',
  });
});

test('listing decodes the blocks with headers alone', async () => {
  const bytes = fixture('lzvn.aar'); // 18 blocks: text in the first 11, weights in the rest
  const source = watchedBytes(bytes);
  const archive = await openArchive(source, 'lzfse');
  const entries: ReadEntry[] = [];
  for await (const entry of archive.entries()) entries.push(entry);
  const listed = source.readBytes();
  expect(listed).toBeLessThan(bytes.length / 2);
  const manifest = entries.at(-1);
  if (manifest === undefined) throw new Error('no entry');
  expect((await readContentWhole(archive, manifest, 1000)).toString()).toContain('assetPackID');
  expect(source.readBytes() - listed).toBeLessThan(3100);
});

import { mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDigestCache } from '../../src/adapter/digest-cache.ts';
import { type Inspection, inspectAdapter } from '../../src/adapter/inspect.ts';
import type { TreeFile } from '../../src/disk/tree.ts';
import { silent } from '../../src/progress.ts';
import { LONG_AGO, makeAdapter } from '../support/make-adapter.ts';
import { scratchFolder } from '../support/scratch.ts';

/** One whole run of a command: opens the cache, inspects, saves. `readBytes` is what had to be read to digest. */
async function run(
  path: string,
  cacheFolder: string | null,
  distrust = false,
): Promise<Inspection & { readBytes: number }> {
  const digests = await openDigestCache(cacheFolder, { distrust });
  let readBytes = 0;
  const inspection = await inspectAdapter(path, {
    digests,
    progress: (event) => (readBytes = event.kind === 'bytes' ? event.doneBytes : readBytes),
  });
  await digests.save();
  return { ...inspection, readBytes };
}

/** Changes one payload byte in place, so that size, inode and, set back, the time stay what they were. */
function alterUnseen(path: string): void {
  const before = statSync(path, { bigint: true });
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(130) ^ 0xff, 130);
  writeFileSync(path, bytes, { flag: 'r+' });
  utimesSync(path, LONG_AGO, LONG_AGO);
  const after = statSync(path, { bigint: true });
  expect([after.size, after.ino, after.mtimeNs]).toEqual([before.size, before.ino, before.mtimeNs]);
}

test('a second inspection reads no weights: even changed bytes go unseen behind an unchanged stamp', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  const first = await run(path, join(folder, '.fmrelease'));
  expect(first.readBytes).toBe(first.sizeBytes);
  alterUnseen(join(path, 'adapter_weights.bin'));
  const second = await run(path, join(folder, '.fmrelease'));
  expect(second.digest).toBe(first.digest);
  expect(second.readBytes).toBe(0);
});

test('distrust reads everything again, and what it finds replaces what was known', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  const first = await run(path, join(folder, '.fmrelease'));
  alterUnseen(join(path, 'adapter_weights.bin'));
  const rehashed = await run(path, join(folder, '.fmrelease'), true);
  expect(rehashed.digest).not.toBe(first.digest);
  expect(rehashed.readBytes).toBe(first.sizeBytes);
  expect((await run(path, join(folder, '.fmrelease'))).digest).toBe(rehashed.digest);
});

test.each([
  {
    why: 'another time',
    change: (path: string) => utimesSync(path, LONG_AGO, new Date('2026-01-02T00:00:00Z')),
  },
  { why: 'another size', change: (path: string) => writeFileSync(path, 'longer', { flag: 'a' }) },
  {
    why: 'another inode',
    change: (path: string) => {
      const bytes = readFileSync(path);
      mkdirSync(`${path}.d`);
      writeFileSync(`${path}.d/new`, bytes);
      utimesSync(`${path}.d/new`, LONG_AGO, LONG_AGO);
      renameSync(`${path}.d/new`, path);
    },
  },
])('a file with $why is read again', async ({ change }) => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  await run(path, join(folder, '.fmrelease'));
  change(join(path, 'metadata.json'));
  const second = await run(path, join(folder, '.fmrelease'));
  expect(second.readBytes).toBe(second.sizeBytes);
});

test('a file that was only just written is not trusted: a later write may carry the same time', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  const soon = new Date(Date.now() + 3_600_000);
  utimesSync(join(path, 'adapter_weights.bin'), soon, soon);
  await run(path, join(folder, '.fmrelease'));
  expect((await run(path, join(folder, '.fmrelease'))).readBytes).toBeGreaterThan(0);
});

test('a file that was fresh when its reading began is not trusted because reading took long', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  const freshUntil = Date.now() + 400;
  utimesSync(join(path, 'adapter_weights.bin'), LONG_AGO, new Date(freshUntil));
  const digests = await openDigestCache(join(folder, '.fmrelease'));
  const readSlowly = (): void => {
    while (Date.now() < freshUntil + 60);
  };
  await inspectAdapter(path, { digests, progress: readSlowly });
  await digests.save();
  expect((await run(path, join(folder, '.fmrelease'))).readBytes).toBeGreaterThan(0);
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '5',
  '{"a": null}',
  '{"a": 5}',
  '{"a": {"sha256": "x"}}',
  '\0\0\0\0',
])('a cache file that holds %j counts as empty and is replaced', async (damage) => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  const cacheFolder = join(folder, '.fmrelease');
  const first = await run(path, cacheFolder);
  writeFileSync(join(cacheFolder, 'digests.json'), damage);
  const second = await run(path, cacheFolder);
  expect(second).toMatchObject({ digest: first.digest, readBytes: first.sizeBytes });
  expect((await run(path, cacheFolder)).readBytes).toBe(0);
});

test.each([
  { why: 'a digest that is none', field: 'sha256', value: 'ff' },
  { why: 'a number for a digest', field: 'sha256', value: 7 },
])('a cached line with $why is not believed', async ({ field, value }) => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  const cacheFolder = join(folder, '.fmrelease');
  const first = await run(path, cacheFolder);
  const lines: Record<string, object> = JSON.parse(readFileSync(join(cacheFolder, 'digests.json'), 'utf8'));
  const damaged = Object.entries(lines).map(([key, line]) => [key, { ...line, [field]: value }]);
  writeFileSync(join(cacheFolder, 'digests.json'), JSON.stringify(Object.fromEntries(damaged)));
  expect((await run(path, cacheFolder)).digest).toBe(first.digest);
});

test('two runs that overlap both keep what they learned', async () => {
  const folder = scratchFolder();
  const [a, b] = [makeAdapter(folder, { name: 'a' }), makeAdapter(folder, { name: 'b' })];
  const cacheFolder = join(folder, '.fmrelease');
  const first = await openDigestCache(cacheFolder);
  const second = await openDigestCache(cacheFolder);
  await inspectAdapter(a, { digests: first, progress: silent });
  await inspectAdapter(b, { digests: second, progress: silent });
  await second.save();
  await first.save();
  expect((await run(a, cacheFolder)).readBytes).toBe(0);
  expect((await run(b, cacheFolder)).readBytes).toBe(0);
});

test('saves at the same moment leave a whole file', async () => {
  const folder = scratchFolder();
  const caches = await Promise.all(Array.from({ length: 8 }, () => openDigestCache(folder)));
  for (const [index, cache] of caches.entries()) {
    cache.remember(`/adapter/${index}`, LISTED, index.toString(16).repeat(64));
  }
  await Promise.all(caches.map((cache) => cache.save()));
  const lines: unknown = JSON.parse(readFileSync(join(folder, 'digests.json'), 'utf8'));
  expect(Object.keys(lines ?? {}).length).toBeGreaterThan(0);
});

test('without news nothing is written, and without a folder nothing is kept', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  await (await openDigestCache(join(folder, '.fmrelease'))).save();
  expect(() => statSync(join(folder, '.fmrelease'))).toThrow('ENOENT');
  await run(path, null);
  expect((await run(path, null)).readBytes).toBeGreaterThan(0);
});

test("the folder keeps itself out of version control, and a user's own rule is left alone", async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  await run(path, join(folder, 'fresh'));
  expect(readFileSync(join(folder, 'fresh', '.gitignore'), 'utf8')).toBe('*\n');
  mkdirSync(join(folder, 'own'));
  writeFileSync(join(folder, 'own', '.gitignore'), '!digests.json\n');
  await run(path, join(folder, 'own'));
  expect(readFileSync(join(folder, 'own', '.gitignore'), 'utf8')).toBe('!digests.json\n');
});

const LISTED: TreeFile = {
  path: 'x',
  sizeBytes: 1,
  identity: { mtimeNs: '1767225600000000000', inode: '1' },
};

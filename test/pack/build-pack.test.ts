import {
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { PackOrder } from '../../src/pack/build-pack.ts';
import { openFileHasher } from '../../src/pack/file-hasher.ts';
import { openHashingSink } from '../../src/pack/sink.ts';
import type { Progress } from '../../src/progress.ts';
import { LONG_AGO, makeAdapter, makeContainer, SIGNATURE } from '../support/make-adapter.ts';
import { readArchiveNaively } from '../support/naive-archive-reader.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch.ts';
import { build, orderOf } from './pack-project.ts';

const LARGE = makeContainer([{ payload: Buffer.alloc(5 << 20, 7) }]);
const FORMATS = ['aar', 'zip'] as const;

const orderAs = (format: 'aar' | 'zip'): Pick<PackOrder, 'recipe'> => ({
  recipe: { format, compression: 'none' },
});

/** What the pack cache holds beside finished packs and their records. */
const asides = (projectRoot: string): readonly string[] =>
  readdirSync(join(projectRoot, '.fmrelease', 'packs')).filter(
    (name) => !/^[0-9a-f]{64}(\.json)?$/.test(name),
  );

test('an adapter unpacks below its own name, a bundle of files below its pack id', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder, { folder: 'export-of-today' });
  const [adapterRoot] = readArchiveNaively(readFileSync((await build(await orderOf(path), folder)).file));
  const files = await orderOf(path, { kind: 'files', id: 'llm-bundle' });
  const [filesRoot] = readArchiveNaively(readFileSync((await build(files, folder)).file));
  expect([adapterRoot?.path, filesRoot?.path]).toEqual(['summarizer.fmadapter', 'llm-bundle']);
});

test('a pack that was built is found again without the adapter', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  const order = await orderOf(path);
  const first = await build(order, folder);
  rmSync(path, { recursive: true });
  expect(await build(order, folder)).toEqual(first);
});

test('a pack is found by content, not by where the build lies or what it is called', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  const order = await orderOf(path, { kind: 'fmadapter', baseModelSignature: SIGNATURE });
  const first = await build(order, folder);
  const moved = { ...order, path: 'gone', build: '9.9.9', id: 'another-id' };
  expect(await build(moved, folder)).toEqual(first);
  const missing = { ...moved, ...orderAs('zip') };
  await expect(build(missing, folder)).rejects.toMatchObject({ code: 'BUILD_MISSING' });
  await expect(build({ ...moved, adapter: 'other' }, folder)).rejects.toMatchObject({
    code: 'BUILD_MISSING',
  });
});

test.each([
  { why: 'an empty record', damage: (record: string) => writeFileSync(record, '') },
  { why: 'half a record', damage: (record: string) => writeFileSync(record, '{"sha256": "ab') },
  { why: 'null for a record', damage: (record: string) => writeFileSync(record, 'null') },
  {
    why: 'a record that leads elsewhere',
    damage: (record: string) => writeFileSync(record, '{"sha256": "../../x", "sizeBytes": 1}'),
  },
  { why: 'no record', damage: (record: string) => rmSync(record) },
  { why: 'a pack that was cut', damage: (_: string, file: string) => truncateSync(file, 100) },
  { why: 'no pack', damage: (_: string, file: string) => rmSync(file) },
])('with $why the pack is built again', async ({ damage }) => {
  const folder = scratchFolder();
  const order = await orderOf(makeAdapter(folder));
  const first = await build(order, folder);
  const record =
    readdirSync(join(folder, '.fmrelease', 'packs')).find((name) => name.endsWith('.json')) ?? '';
  damage(join(folder, '.fmrelease', 'packs', record), first.file);
  expect(await build(order, folder)).toEqual(first);
  expect(statSync(first.file).size).toBe(first.sizeBytes);
});

test('builds of the same pack at the same time agree and leave one file', async () => {
  const folder = scratchFolder();
  const order = await orderOf(makeAdapter(folder, { weights: LARGE }));
  const packs = await Promise.all([build(order, folder), build(order, folder), build(order, folder)]);
  expect(new Set(packs.map(({ file }) => file)).size).toBe(1);
  expect(asides(folder)).toEqual([]);
  expect(readArchiveNaively(readFileSync(packs[0].file))).toHaveLength(3);
});

test('a build whose folder is gone is BUILD_MISSING and names it', async () => {
  const folder = scratchFolder();
  const order = { ...(await orderOf(makeAdapter(folder))), path: 'adapters/gone.fmadapter' };
  await expect(build(order, folder)).rejects.toMatchObject({
    code: 'BUILD_MISSING',
    message: expect.stringContaining('"adapters/gone.fmadapter"'),
  });
});

test('a build with other files than registered is BUILD_CHANGED, with both digests', async () => {
  const folder = scratchFolder();
  const order = await orderOf(makeAdapter(folder), { buildDigest: `sha256:${'ab'.repeat(32)}` });
  await expect(build(order, folder)).rejects.toMatchObject({
    code: 'BUILD_CHANGED',
    message: expect.stringMatching(/expected digest (sha256:)?(ab){32}, found (sha256:)?[0-9a-f]{64}\.$/),
    fix: expect.stringContaining('fmrelease adapter add'),
  });
  expect(readdirSync(join(folder, '.fmrelease', 'packs'))).toEqual([]);
});

test('a build that holds a link is ADAPTER_UNSOUND and never packed', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  const order = await orderOf(path);
  symlinkSync('metadata.json', join(path, 'draft.mil'));
  await expect(build(order, folder)).rejects.toMatchObject({
    code: 'ADAPTER_UNSOUND',
    details: ['"draft.mil" is a symbolic link'],
  });
});

test.each(FORMATS)(
  '%s: bytes that changed behind an unchanged stamp are found while packing',
  async (format) => {
    const folder = scratchFolder();
    const path = makeAdapter(folder, { weights: LARGE });
    const order = await orderOf(path, orderAs(format));
    rmSync((await build(order, folder)).file);
    const weights = join(path, 'adapter_weights.bin');
    writeFileSync(weights, 'x', { flag: 'r+' });
    utimesSync(weights, LONG_AGO, LONG_AGO);
    await expect(build(order, folder)).rejects.toMatchObject({
      code: 'BUILD_CHANGED',
      fix: expect.stringContaining('--rehash'),
    });
    expect(asides(folder)).toEqual([]);
  },
);

/** Runs `change` once, as soon as the first bytes of the weights are packed. */
const onceWhilePacking = (change: () => void): Progress => {
  let changed = false;
  return (event) => {
    if (changed || event.kind !== 'bytes' || !event.text.startsWith('Packing')) return;
    changed = true;
    change();
  };
};

test.each(
  FORMATS.flatMap((format) => [
    { format, why: 'grows', change: (path: string) => writeFileSync(path, 'x', { flag: 'a' }) },
    { format, why: 'is cut', change: (path: string) => truncateSync(path, 2 << 20) },
    { format, why: 'is touched', change: (path: string) => utimesSync(path, new Date(), new Date()) },
  ]),
)(
  '$format: a file that $why while it is packed is BUILD_CHANGED, and nothing is left',
  async ({ format, change }) => {
    const folder = scratchFolder();
    const path = makeAdapter(folder, { weights: LARGE });
    const order = await orderOf(path, orderAs(format));
    const progress = onceWhilePacking(() => change(join(path, 'adapter_weights.bin')));
    await expect(build(order, folder, progress)).rejects.toMatchObject({ code: 'BUILD_CHANGED' });
    expect(asides(folder)).toEqual([]);
  },
);

test.each(FORMATS)(
  '%s: weights renamed over while they are packed are packed as registered',
  async (format) => {
    const folder = scratchFolder();
    const path = makeAdapter(folder, { weights: LARGE });
    const order = await orderOf(path, orderAs(format));
    writeFileSync(join(folder, 'new'), 'x');
    const progress = onceWhilePacking(() =>
      renameSync(join(folder, 'new'), join(path, 'adapter_weights.bin')),
    );
    expect(readFileSync((await build(order, folder, progress)).file).includes(LARGE)).toBe(true);
  },
);

test.each(FORMATS)('%s: an interrupted build leaves nothing behind', async (format) => {
  const folder = scratchFolder();
  const order = await orderOf(makeAdapter(folder, { weights: LARGE }), orderAs(format));
  let seen = 0;
  const interrupt = (): void => {
    if (++seen === 4) throw new Error('interrupted');
  };
  await expect(build(order, folder, interrupt)).rejects.toThrow('interrupted');
  expect(asides(folder)).toEqual([]);
  expect((await build(order, folder)).sizeBytes).toBeGreaterThan(LARGE.length);
});

test('a sink makes a new file only, and tells size and digest of what it was given', async () => {
  const path = join(scratchFolder(), 'sink');
  const sink = await openHashingSink({ path, expectedBytes: 10, wantsParts: true });
  await sink.write(Buffer.from('hello '));
  await sink.write(Buffer.from('aar\n'));
  expect(await sink.close()).toEqual({
    sha256: '68b6ad3a0a7e0e3a75e2050933dd87fdf9da029877c194c9d85097149389fab2',
    sizeBytes: 10,
    parts: {
      partBytes: 8 << 20,
      sha256: ['68b6ad3a0a7e0e3a75e2050933dd87fdf9da029877c194c9d85097149389fab2'],
    },
  });
  expect(readFileSync(path, 'utf8')).toBe('hello aar\n');
  await expect(openHashingSink({ path, expectedBytes: 10, wantsParts: true })).rejects.toMatchObject({
    code: 'EEXIST',
  });
});

test('the built CLI hashes a big pack on a thread, and finds what this thread finds', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'big');
  const size = 40 << 20;
  writeFileSync(path, '');
  const bytes = Buffer.alloc(size, 7);
  bytes.write('the last part differs', size - 100);
  const here = openFileHasher({ path, expectedBytes: size, wantsParts: true });
  here.wrote(bytes);
  const { parts, sha256 } = await here.finish();
  writeFileSync(path, bytes);
  const thread = new Worker(join(PACKAGE_ROOT, 'dist', 'chunks', 'hash-thread.js'), {
    workerData: { path, wantsParts: true },
  });
  const answer = new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject));
  for (const writtenBytes of [1, 9 << 20, size])
    thread.postMessage({ writtenBytes, isWhole: writtenBytes === size });
  expect(await answer).toEqual({ parts, sha256, sizeBytes: size });
  expect(parts?.sha256).toHaveLength(5);
});

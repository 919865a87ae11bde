import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleProgram, runProgram } from '../disk/run-child.ts';
import { makeContainer, metadataText } from '../support/make-adapter.ts';
import { scratchFolder } from '../support/scratch.ts';
import { build, orderOf, writeTree } from './pack-project.ts';
import { readZip } from './read-zip.ts';

/** Small, empty, on both sides of a chunk, and beyond ASCII: what could race or be encoded otherwise. */
const TREE: Readonly<Record<string, string | Uint8Array>> = {
  'metadata.json': metadataText(),
  'adapter_weights.bin': makeContainer([{ payload: Buffer.alloc(1_300_000, 0x5a) }]),
  empty: '',
  'a-b': 'x',
  'a/b': 'y',
  'ä/ß.txt': 'z',
  one: Buffer.alloc(1 << 20, 1),
  'one-more': Buffer.alloc((1 << 20) + 1, 2),
};

const reversed = (tree: typeof TREE): typeof TREE => Object.fromEntries(Object.entries(tree).reverse());

/** Digests of both formats, pinned: they change only with the format, never with the machine. */
const GOLDEN = {
  aar: 'b1e79e85993f018b122988da3abcd5075c876626d6d5303280f5142a6a769bc3',
  zip: 'caf93e1fd8898ddf3361151e09d25f7f3de305e35fd304ae5843caf06ed3d292',
};

const PROGRAM = `
  import { openDigestCache } from './src/adapter/digest-cache.ts';
  import { buildPack } from './src/pack/build-pack.ts';
  import { openPackCache } from './src/pack/cache.ts';
  process.umask(Number(process.env['TEST_UMASK']));
  const [projectRoot, path, buildDigest] = process.argv.slice(2);
  const made = {};
  for (const format of ['aar', 'zip']) {
    const order = {
      id: 'bundle', adapter: 'a', kind: 'files', build: '1.0.0', path, buildDigest,
      recipe: { format, compression: 'none' },
    };
    const reader = { projectRoot, digests: await openDigestCache(null), progress: () => {} };
    made[format] = (await buildPack(order, openPackCache(projectRoot + '/.fmrelease'), reader)).sha256;
  }
  console.log(JSON.stringify(made));`;

test('equal trees make equal bytes under any time, mode, order, umask, time zone and clock', async () => {
  const folder = scratchFolder();
  const program = await bundleProgram(folder, PROGRAM);
  const first = writeTree(join(folder, 'first'), TREE);
  const second = writeTree(join(folder, 'second'), reversed(TREE));
  for (const path of Object.keys(TREE)) {
    utimesSync(join(second, path), 1, 1_700_000_000.5);
    chmodSync(join(second, path), 0o751);
  }
  const { buildDigest } = await orderOf(first);
  const builds = await Promise.all([
    runProgram(program, [join(folder, 'x'), first, buildDigest], {
      TZ: 'UTC',
      TEST_UMASK: '18',
      LC_ALL: 'C',
    }),
    runProgram(program, [join(folder, 'y'), second, buildDigest], {
      TZ: 'Asia/Kathmandu',
      TEST_UMASK: '63',
      LC_ALL: 'de_DE.UTF-8',
      SOURCE_DATE_EPOCH: '1234567890',
    }),
  ]);
  for (const made of builds) expect(JSON.parse(made)).toEqual(GOLDEN);
});

test('a zip of many files of every size comes out the same each time', async () => {
  const folder = scratchFolder();
  const files = Array.from({ length: 30 }, (_, index) => [
    `f${index}`,
    Buffer.alloc((index * 37_501) % 300_000, index),
  ]);
  const source = writeTree(join(folder, 'src'), Object.fromEntries(files));
  const recipe = { format: 'zip', compression: 'none' } as const;
  const order = await orderOf(source, { kind: 'files', recipe });
  const rounds = await Promise.all([0, 1, 2, 3].map((round) => build(order, join(folder, String(round)))));
  expect(new Set(rounds.map(({ sha256 }) => sha256)).size).toBe(1);
});

test('a zip names no machine: constant time, modes 0755 and 0644, folders before what they hold', async () => {
  const folder = scratchFolder();
  const recipe = { format: 'zip', compression: 'none' } as const;
  const order = await orderOf(writeTree(join(folder, 'src'), TREE), { kind: 'files', id: 'bundle', recipe });
  const entries = readZip(readFileSync((await build(order, folder)).file));
  expect(entries.map(({ path, mode }) => `${(mode & 0o777).toString(8)} ${path}`)).toEqual([
    '755 bundle/',
    '755 bundle/a/',
    '644 bundle/a-b',
    '644 bundle/a/b',
    '644 bundle/adapter_weights.bin',
    '644 bundle/empty',
    '644 bundle/metadata.json',
    '644 bundle/one',
    '644 bundle/one-more',
    '755 bundle/ä/',
    '644 bundle/ä/ß.txt',
  ]);
  const firstMoment = 0x0021_0000; // the date 1980-01-01 above the time 00:00
  expect(new Set(entries.map(({ dosTime }) => dosTime))).toEqual(new Set([firstMoment]));
});

test.skipIf(!hasTool('unzip'))('unzip finds no fault in our zip', async () => {
  const folder = scratchFolder();
  const recipe = { format: 'zip', compression: 'none' } as const;
  const order = await orderOf(writeTree(join(folder, 'src'), TREE), { kind: 'files', id: 'bundle', recipe });
  const { file } = await build(order, folder);
  expect(execFileSync('unzip', ['-t', file], { encoding: 'utf8' })).toContain('No errors detected');
});

function hasTool(name: string): boolean {
  try {
    execFileSync(name, ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

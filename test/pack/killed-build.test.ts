import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAbandonedAside } from '../../src/disk/aside.ts';
import { bundleProgram, startProgram } from '../disk/run-child.ts';
import { makeAdapter, makeContainer } from '../support/make-adapter.ts';
import { readArchiveNaively } from '../support/naive-archive-reader.ts';
import { scratchFolder } from '../support/scratch.ts';
import { build, orderOf } from './pack-project.ts';

/** Builds until the third mebibyte is packed, says so and stands still. */
const PROGRAM = `
  import { openDigestCache } from './src/adapter/digest-cache.ts';
  import { buildPack } from './src/pack/build-pack.ts';
  import { openPackCache } from './src/pack/cache.ts';
  const [projectRoot, order] = process.argv.slice(2);
  const progress = ({ kind, text, doneBytes }) => {
    if (kind !== 'bytes' || !text.startsWith('Packing') || doneBytes < 3 << 20) return;
    process.stdout.write('half\\n');
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 0);
  };
  const digests = await openDigestCache(null);
  await buildPack(JSON.parse(order), openPackCache(projectRoot + '/.fmrelease'), { projectRoot, digests, progress });`;

const WEIGHTS = makeContainer([{ payload: Buffer.alloc(64 << 20, 3) }]);

test('a killed build leaves no pack, and the next build removes its remains and no others', async () => {
  const folder = scratchFolder();
  const packs = join(folder, '.fmrelease', 'packs');
  const order = await orderOf(makeAdapter(folder, { weights: WEIGHTS }));
  const child = startProgram(await bundleProgram(folder, PROGRAM), [folder, JSON.stringify(order)]);
  await child.said('half');
  const [half, ...others] = readdirSync(packs);
  expect(others).toEqual([]);
  expect(isAbandonedAside(half ?? '')).toBe(false);
  child.kill('SIGKILL');
  expect((await child.end).signal).toBe('SIGKILL');
  expect(isAbandonedAside(half ?? '')).toBe(true);

  const ofAnotherHost = `.aside-00000000-${child.pid}-0123456789ab`;
  const ofALivingProcess = (half ?? '').replace(`-${child.pid}-`, `-${process.pid}-`);
  for (const name of [ofAnotherHost, ofALivingProcess]) writeFileSync(join(packs, name), '');
  const pack = await build(order, folder);
  expect(
    readdirSync(packs)
      .filter((name) => name.startsWith('.aside'))
      .sort(),
  ).toEqual([ofAnotherHost, ofALivingProcess].sort());
  expect(existsSync(join(packs, half ?? ''))).toBe(false);
  expect(readArchiveNaively(readFileSync(pack.file)).map(({ path }) => path)).toEqual([
    'summarizer.fmadapter',
    'summarizer.fmadapter/adapter_weights.bin',
    'summarizer.fmadapter/metadata.json',
  ]);
});

import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleProgram, runProgram } from '../disk/run-child.ts';
import { makeAdapter, makeContainer } from '../support/make-adapter.ts';
import { scratchFolder } from '../support/scratch.ts';

interface Answer {
  readonly tensors: number;
  readonly faults: readonly string[];
  readonly ms: number;
  readonly peakBytes: number;
}

/** A sound container whose one payload of this many bytes is a hole. */
function writeHole(path: string, payloadBytes: number): void {
  writeFileSync(path, makeContainer([{ payload: Buffer.alloc(0), length: BigInt(payloadBytes) }]));
  truncateSync(path, 128 + payloadBytes);
}

test('the container of a 10 GB file is walked by its headers alone', async () => {
  const folder = scratchFolder();
  const weights = join(folder, 'weights.bin');
  writeHole(weights, 10_000_000_000 - (10_000_000_000 % 64));
  const program = await bundleProgram(folder, WALK_PROGRAM);
  const sound: Answer = JSON.parse(await runProgram(program, [weights]));
  expect(sound).toMatchObject({ tensors: 1, faults: [] });
  truncateSync(weights, 10_000_000_000 - 4096);
  const cut: Answer = JSON.parse(await runProgram(program, [weights]));
  expect(cut.faults).toEqual([expect.stringContaining('behind the end of the file at 9999995904')]);
  for (const { ms, peakBytes } of [sound, cut]) {
    expect(ms).toBeLessThan(250);
    expect(peakBytes).toBeLessThan(100e6);
  }
});

test('a whole inspection holds no more memory for 1 GB of weights than for almost none', async () => {
  const folder = scratchFolder();
  const program = await bundleProgram(folder, INSPECT_PROGRAM);
  const small: Answer = JSON.parse(await runProgram(program, [makeAdapter(folder)]));
  const path = makeAdapter(folder, { name: 'large' });
  writeHole(join(path, 'adapter_weights.bin'), 2 ** 30);
  const large: Answer = JSON.parse(await runProgram(program, [path]));
  expect(large).toMatchObject({ tensors: 1, faults: [] });
  expect(large.peakBytes - small.peakBytes).toBeLessThan(32 * 2 ** 20);
  expect(large.peakBytes).toBeLessThan(120e6);
});

const ANSWER = `
  const answer = (tensors, faults) => console.log(JSON.stringify({
    tensors, faults, ms: performance.now() - start, peakBytes: process.resourceUsage().maxRSS * 1024,
  }));`;

const WALK_PROGRAM = `
  import { open, stat } from 'node:fs/promises';
  import { walkWeights } from './src/adapter/weights.ts';
  const start = performance.now();
  ${ANSWER}
  const handle = await open(process.argv[2]);
  const { tensors, faults } = await walkWeights(handle, (await handle.stat()).size);
  await handle.close();
  answer(tensors, faults);`;

const INSPECT_PROGRAM = `
  import { openDigestCache } from './src/adapter/digest-cache.ts';
  import { inspectAdapter } from './src/adapter/inspect.ts';
  const start = performance.now();
  ${ANSWER}
  const digests = await openDigestCache(null);
  const { tensors, findings } = await inspectAdapter(process.argv[2], { digests, progress: () => {} });
  answer(tensors, findings.map(({ message }) => message));`;

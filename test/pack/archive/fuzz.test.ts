import { expect, test } from 'vitest';
import { fuzz } from '../../../scripts/archives/fuzz.mjs';
import { fuzzReaders } from '../../support/fuzz-readers.ts';

test('3,000 mutated archives and containers end in an answer or one of our refusals', async () => {
  const { failures, outcomes, slowestMs } = await fuzz(fuzzReaders, { seed: 20_261_126, runs: 3000 });
  expect(failures).toEqual([]);
  expect(slowestMs).toBeLessThan(1000);
  expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(['sound', 'archive-damaged', 'bad-weights']));
});

test('a crash of a reader is a failure, with its seed', async () => {
  const broken = { ...fuzzReaders, readArchive: () => Promise.reject(new TypeError('x is undefined')) };
  const { failures } = await fuzz(broken, { seed: 5, runs: 20 });
  expect(failures.length).toBeGreaterThan(5);
  expect(failures[0]).toMatch(/^seed \d+, .+: TypeError: x is undefined/);
});

import { expect, test } from 'vitest';
import { reportFound } from '../support/mutant-report.ts';
import { DAMAGED_UPLOADS, MUTANTS } from './mutants.ts';
import { simulate, type Variant } from './simulation.ts';

const seedsFrom = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index);

async function expectSound(seeds: readonly number[], variant: Variant): Promise<void> {
  for (const seed of seeds) {
    const { violations, trace } = await simulate(seed, variant);
    expect(violations, `seed ${seed}, ${trace.length} steps`).toEqual([]);
  }
}

test('2,000 histories of 2 to 4 publishers keep every invariant', () => expectSound(seedsFrom(1, 2_000), {}));

test('200 histories keep every invariant when half of all writes are befallen by a fault', () =>
  expectSound(seedsFrom(50_000, 200), { faults: 0.5 }));

test('200 histories keep every invariant on a store that damages uploads', () =>
  expectSound(seedsFrom(90_000, 200), DAMAGED_UPLOADS));

test('equal seeds make equal histories', async () => {
  for (const seed of [7, 8, 9]) {
    const { trace } = await simulate(seed);
    expect((await simulate(seed)).trace).toEqual(trace);
    expect((await simulate(seed + 1000)).trace).not.toEqual(trace);
  }
});

test.each(MUTANTS)('the checker finds the bug: $bug', async ({ expected, bug, ...variant }) => {
  for (const seed of seedsFrom(1, 300)) {
    const { violations } = await simulate(seed, variant);
    if (violations.some((violation) => expected.test(violation))) return reportFound(bug, seed);
  }
  expect.unreachable('300 histories, and the bug went unseen');
});

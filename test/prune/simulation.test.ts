import { expect, test } from 'vitest';
import { reportFound } from '../support/mutant-report.ts';
import { PRUNE_MUTANTS } from './mutants.ts';
import { simulatePruning } from './simulation.ts';

test(`${histories()} histories of publishers and pruners never lose a pack that is served, and leave none behind`, async () => {
  let swept = 0;
  for (let seed = 1; seed <= histories(); seed++) {
    const history = await simulatePruning(seed);
    expect(history.violations, `seed ${seed}`).toEqual([]);
    swept += history.swept;
  }
  expect(swept).toBeGreaterThan(histories());
}, 3_600_000);

test('a machine that sleeps for a day over a lost reply does not commit what was pruned meanwhile', async () => {
  expect((await simulatePruning(7931)).violations).toEqual([]); // it wrote its slot again without a look at the clock
});

test('equal seeds make equal histories', async () => {
  const { trace } = await simulatePruning(7);
  expect((await simulatePruning(7)).trace).toEqual(trace);
  expect((await simulatePruning(8)).trace).not.toEqual(trace);
});

test.each(PRUNE_MUTANTS)(
  'the checker finds the bug: $bug',
  async ({ bug, ...variant }) => {
    for (let seed = 1; seed <= 1_000; seed++)
      if ((await simulatePruning(seed, variant)).violations.length > 0) return reportFound(bug, seed);
    expect.unreachable(`1,000 histories, and the bug went unseen: ${bug}`);
  },
  300_000,
);

/** More than the suite runs with `FMRELEASE_HISTORIES=20000`. */
function histories(): number {
  return Number(process.env['FMRELEASE_HISTORIES'] ?? 150);
}

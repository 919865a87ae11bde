import { expect, test } from 'vitest';
import { MUTANTS } from './mutants.ts';
import { PAIR_CASES } from './pair-cases.ts';
import { interleaveAll } from './pairs.ts';

/** Orders that differ in nothing that matters are run too with `FMRELEASE_PAIRS=all`. */
const all = process.env['FMRELEASE_PAIRS'] === 'all';

test.each(PAIR_CASES)(
  '$name, in every order: whole, true, nothing lost',
  async (pair) => {
    const { endings, violations } = await interleaveAll(pair, { all });
    expect(violations.slice(0, 10)).toEqual([]);
    for (const ending of pair.mustEnd) expect([...endings.keys()]).toContain(ending);
  },
  3_600_000,
);

test.each([
  { bug: 'a lost race is not rebased', expected: /lost update|expected/ },
  { bug: 'the projection is written before the log', expected: /I1: a projection that no log entry/ },
  { bug: 'a projection is written over a newer one', expected: /I2: the projection went back/ },
  { bug: 'versions start anew', expected: /I2: one version stands for two packs/ },
])('pairs find the bug: $bug', async ({ bug, expected }) => {
  const pair = PAIR_CASES.find(({ name }) => name === 'two publishes of other adapters');
  const mutant = MUTANTS.find((one) => one.bug === bug);
  if (pair === undefined || mutant?.own === undefined) throw new Error(`there is no mutant "${bug}"`);
  const { violations } = await interleaveAll(pair, { around: mutant.own });
  expect(violations.join('\n')).toMatch(expected);
});

import { expect, test } from 'vitest';
import { PAIR_CASES } from './pair-cases.ts';
import { interleaveAll } from './pairs.ts';

test.each(PAIR_CASES)(
  '$name, in every order: whole, true, nothing lost',
  async (pair) => {
    const t = Date.now();
    const { pairs, endings, violations } = await interleaveAll(pair);
    console.error(pair.name, pairs, endings, violations.length, Date.now() - t);
    expect(violations.slice(0, 10)).toEqual([]);
    for (const ending of pair.mustEnd) expect(endings.get(ending)).toBeGreaterThan(0);
  },
  300_000,
);

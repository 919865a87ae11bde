import { expect, test } from 'vitest';
import { coverageLine } from '../../src/render/coverage.ts';

test('a matrix without adapters proves nothing, and says what to do', () => {
  expect(coverageLine({ total: 0, gaps: 0, inferred: 0 })).toBe(
    'Nothing to cover: no adapter is registered (`fmrelease adapter add`).',
  );
});

test('a proof tells how much of it rests on inference, a gap that there is none', () => {
  expect(coverageLine({ total: 5, gaps: 0, inferred: 1 })).toBe(
    'Coverage proved: all 5 cells decided; 1 rests on inference.',
  );
  expect(coverageLine({ total: 5, gaps: 2, inferred: 3 })).toBe(
    'Coverage not proved: 2 of 5 cells are gaps; 3 rest on inference.',
  );
});

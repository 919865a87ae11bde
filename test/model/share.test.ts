import { expect, test } from 'vitest';
import { formatCount, formatShare } from '../../src/model/share.ts';

test.each([
  [0, '0 %'],
  [1, '100 %'],
  [0.415, '41.5 %'],
  [0.3, '30 %'],
  [0.0004, '<0.1 %'],
])('the share %d is written %s', (share, text) => {
  expect(formatShare(share)).toBe(text);
});

test('a count has commas', () => {
  expect([7, 1000, 1_240_000.4].map(formatCount)).toEqual(['7', '1,000', '1,240,000']);
});

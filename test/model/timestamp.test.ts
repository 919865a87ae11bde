import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInstant, toTimestamp } from '../../src/model/timestamp.ts';

test.each([
  { text: '2026-11-22', at: '2026-11-22T00:00:00Z' },
  { text: '2026-11-22T10:00:59Z', at: '2026-11-22T10:00:59Z' },
  { text: '2028-02-29', at: '2028-02-29T00:00:00Z' },
  { text: '1999-12-31T23:59:59Z', at: '1999-12-31T23:59:59Z' },
])('$text is $at', ({ text, at }) => {
  expect(toTimestamp(parseInstant(text))).toBe(at);
});

test.each([
  '',
  'today',
  '2026',
  '2026-11',
  '2026-1-2',
  '22.11.2026',
  '2026-02-30',
  '2026-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-11-31',
  '2026-11-22T10:00:00',
  '2026-11-22T10:00Z',
  '2026-11-22T10:00:00.5Z',
  '2026-11-22T10:00:00+01:00',
  '2026-11-22t10:00:00z',
  '2026-11-22T24:00:00Z',
  '2026-11-22T10:60:00Z',
  '2026-11-22T10:00:60Z',
  '2026-11-22\n',
  '+2026-11-22',
  ' 2026-11-22',
])('%j is refused with exit 2', (text) => {
  expect(() => parseInstant(text)).toThrow(expect.objectContaining({ code: 'USAGE', exitCode: 2 }));
});

test('fractions of a second are cut off, not rounded', () => {
  expect(toTimestamp(new Date('2026-11-22T10:00:00.999Z'))).toBe('2026-11-22T10:00:00Z');
});

test('reading what was written gives the same whole second', () => {
  const aDate = fc.date({
    min: new Date('1970-01-01'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(
      aDate,
      (date) => parseInstant(toTimestamp(date)).getTime() === Math.floor(date.getTime() / 1000) * 1000,
    ),
  );
});

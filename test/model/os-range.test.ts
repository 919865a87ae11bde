import fc from 'fast-check';
import SemverRange from 'semver/classes/range.js';
import SemVer from 'semver/classes/semver.js';
import { describe, expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import {
  formatOsRange,
  type OsRange,
  rangeContains,
  rangesOverlap,
  toOsRangeText,
} from '../../src/model/os-range.ts';
import type { OsVersion } from '../../src/model/os-version.ts';
import { parseOsRange } from '../../src/model/parse-os-range.ts';
import { charOf } from '../support/arbitraries.ts';

const written = (text: string): string => formatOsRange(toOsRangeText(parseOsRange(text)));

const refusalOf = (text: string): ReleaseError | undefined => {
  try {
    parseOsRange(text);
    return undefined;
  } catch (error) {
    if (error instanceof ReleaseError) return error;
    throw error;
  }
};

test.each([
  { text: '>=26.0', is: '26.0 and later' },
  { text: '>=26.0 <26.4', is: '26.0 to <26.4' },
  { text: '>=26 <27', is: '26.0 to <27.0' },
  { text: '26.x', is: '26.0 to <27.0' },
  { text: '26', is: '26.0 to <27.0' },
  { text: '26.3', is: '26.3 to <26.4' },
  { text: '26.3.1', is: '26.3.1 to <26.3.2' },
  { text: '=26.3.1', is: '26.3.1 to <26.3.2' },
  { text: '~26.3', is: '26.3 to <26.4' },
  { text: '^26.3', is: '26.3 to <27.0' },
  { text: '26.0 - 26.3', is: '26.0 to <26.4' },
  { text: '26.0.0 - 26.3.0', is: '26.0 to <26.3.1' },
  { text: '>26.3', is: '26.4 and later' },
  { text: '>26.3.0', is: '26.3.1 and later' },
  { text: '<=26.3', is: '0.0 to <26.4' },
  { text: '<26.10', is: '0.0 to <26.10' },
  { text: '*', is: '0.0 and later' },
  { text: 'X', is: '0.0 and later' },
  { text: '  >=26.0   <26.4 ', is: '26.0 to <26.4' },
  { text: '>= 26.0 < 26.4', is: '26.0 to <26.4' },
  { text: '26.0 || 26.1', is: '26.0 to <26.2' },
  { text: '26.2 || 26.0 || 26.1', is: '26.0 to <26.3' },
  { text: '26.x || >=27', is: '26.0 and later' },
  { text: '>=26 || <20 >30', is: '26.0 and later' },
])('"$text" is $is', ({ text, is }) => {
  expect(written(text)).toBe(is);
});

test.each([
  { text: '26.0 || 26.2', why: 'it has a hole before 26.2' },
  { text: '<26 || >=27', why: 'it has a hole before 27.0' },
  { text: '26.0.0 || 26.0.2', why: 'it has a hole before 26.0.2' },
  { text: '>=27 <26', why: 'it contains no version' },
  { text: '<0.0.0', why: 'it contains no version' },
  { text: '26.1 26.2', why: 'it contains no version' },
  { text: '>=26.0.0-beta', why: 'expected integers and comparators only' },
  { text: '>=26.0.0-0', why: 'expected integers and comparators only' },
  { text: '26.4.x-0', why: 'expected integers and comparators only' },
  { text: '26.0.0+1', why: 'expected integers and comparators only' },
  { text: 'v26', why: 'expected integers and comparators only' },
  { text: 'latest', why: 'expected integers and comparators only' },
  { text: '>=26.0 -27.0', why: 'expected integers and comparators only' },
  { text: '>=26.0.0.0', why: 'expected a range such as' },
  { text: '>>26', why: 'expected a range such as' },
  { text: '>=026', why: 'expected a range such as' },
  { text: '26,0', why: 'expected a range such as' },
  { text: '９', why: 'expected a range such as' },
])('"$text" is refused: $why', ({ text, why }) => {
  expect(refusalOf(text)).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 6 });
  expect(refusalOf(text)?.message).toContain(`"${text}" is not an OS range: ${why}`);
  expect(refusalOf(text)?.fix).toMatch(/\.$/);
});

test('a message names the field when it is told', () => {
  expect(() => parseOsRange('x y', 'support.iOS')).toThrow('support.iOS: "x y" is not an OS range');
});

describe('against node-semver', () => {
  test('contains what semver is satisfied with, and is refused just when that is empty or has a hole', () => {
    fc.assert(
      fc.property(aRangeText, (text) => {
        const members = membersOf(text);
        const refusal = refusalOf(text);
        if (refusal === undefined) {
          const range = parseOsRange(text);
          expect(GRID.map((version) => rangeContains(range, version)).join()).toBe(members.join());
        } else {
          expect(refusal.code).toBe('CONFIG_INVALID');
          expect(runsOf(members), text).not.toBe(1);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('any text is read or refused, never something else', () => {
    fc.assert(
      fc.property(fc.string({ unit: charOf('0123456789.xX*<>=~^| -+va\t') }), (text) => {
        const refusal = refusalOf(text);
        if (refusal !== undefined) return;
        const range = parseOsRange(text);
        expect(GRID.map((version) => rangeContains(range, version)).join(), text).toBe(
          membersOf(text).join(),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

test('two intervals overlap just when they share a version', () => {
  const anInterval: fc.Arbitrary<OsRange> = fc
    .tuple(fc.nat(GRID.length - 1), fc.option(fc.nat(GRID.length - 1)))
    .map(([from, below]) => ({
      from: GRID[from] ?? [0, 0, 0],
      below: below === null ? null : (GRID[Math.max(below, from + 1)] ?? null),
    }));
  fc.assert(
    fc.property(anInterval, anInterval, (a, b) => {
      expect(rangesOverlap(a, b)).toBe(
        GRID.some((version) => rangeContains(a, version) && rangeContains(b, version)),
      );
    }),
  );
});

/** Every version that a drawn range can tell apart: all triples whose integers the ranges below use, and their neighbours. */
const INTEGERS = [0, 1, 2, 3, 9, 10, 11];
const GRID: readonly OsVersion[] = INTEGERS.flatMap((major) =>
  INTEGERS.flatMap((minor) => INTEGERS.map((patch) => [major, minor, patch] as const)),
);

const SEMVERS = GRID.map((version) => new SemVer(version.join('.')));

/** Which versions of the grid node-semver finds in the range. */
const membersOf = (text: string): readonly boolean[] => {
  const range = new SemverRange(text);
  return SEMVERS.map((version) => range.test(version));
};

/** Numbers of the grid whose neighbours are in it as well. */
const aNumber = fc.constantFrom('0', '1', '2', '9', '10');
const aPartial = fc.oneof(
  aNumber,
  fc.tuple(aNumber, fc.oneof(aNumber, fc.constantFrom('x', '*', 'X'))).map((parts) => parts.join('.')),
  fc.tuple(aNumber, aNumber, fc.oneof(aNumber, fc.constant('x'))).map((parts) => parts.join('.')),
  fc.constant('*'),
);
const aComparator = fc
  .tuple(fc.constantFrom('', '=', '>', '<', '>=', '<=', '~', '^', '>= ', '<= '), aPartial)
  .map((parts) => parts.join(''));
const aConjunction = fc.oneof(
  fc.array(aComparator, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' ')),
  fc.tuple(aPartial, aPartial).map((ends) => ends.join(' - ')),
);
const aRangeText = fc.array(aConjunction, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' || '));

/** How many unbroken runs of members there are. A gap of the grid between two neighbours is no hole: both ends lie in it. */
const runsOf = (members: readonly boolean[]): number =>
  members.filter((member, index) => member && members[index - 1] !== true).length;

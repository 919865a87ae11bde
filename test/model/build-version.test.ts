import fc from 'fast-check';
import semverCompare from 'semver/functions/compare.js';
import semverValid from 'semver/functions/valid.js';
import { expect, test } from 'vitest';
import { compareBuildVersions, isBuildVersion, parseBuildVersion } from '../../src/model/build-version.ts';
import { charOf } from '../support/arbitraries.ts';

test.each([
  '0.0.0',
  '1.5.0',
  '1.5.0-rc.1',
  '1.0.0-alpha-a.b-c',
  '1.0.0+20261122',
  '1.0.0-0A.is.legal',
  '1.0.0--',
  '1.0.0+001',
  '9007199254740991.0.0',
])('%s is strict semver', (text) => {
  expect(parseBuildVersion(text)).toBe(text);
});

test.each([
  '',
  '1',
  '1.0',
  'v1.0.0',
  '=1.0.0',
  ' 1.0.0',
  '1.0.0 ',
  '1.0.0\n',
  '01.0.0',
  '1.00.0',
  '1.0.0-01',
  '1.0.0-',
  '1.0.0+',
  '1.0.0-a..b',
  '1.0.0+a+b',
  '1.0.0.0',
  '1.0.0-ä',
  '-1.0.0',
  '1.x.0',
  '9007199254740992.0.0',
  `1.0.0-${'a'.repeat(130)}`,
])('%j is refused with exit 2', (text) => {
  expect(isBuildVersion(text)).toBe(false);
  expect(() => parseBuildVersion(text)).toThrow(expect.objectContaining({ code: 'USAGE', exitCode: 2 }));
});

test('orders as semver 2.0.0 §11 does', () => {
  const ordered = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.2.0',
    '1.10.0',
  ];
  expect([...ordered].reverse().sort(compareBuildVersions)).toEqual(ordered);
  expect(compareBuildVersions('1.0.0+a', '1.0.0+b')).toBe(0);
});

test('whatever is accepted can be ordered, and node-semver spells it the same', () => {
  const aText = fc.oneof(
    fc.string({ unit: charOf('0123456789.-+azAZ') }),
    fc
      .tuple(fc.nat(20), fc.nat(20), fc.nat(20), fc.string({ unit: charOf('09.-+az') }))
      .map(([a, b, c, tail]) => `${a}.${b}.${c}${tail}`),
  );
  fc.assert(
    fc.property(aText, (text) => {
      if (!isBuildVersion(text)) return;
      expect(semverValid(text)).toBe(text.split('+')[0]);
      expect(compareBuildVersions(text, '1.0.0')).toBe(semverCompare(text, '1.0.0'));
    }),
    { numRuns: 2000 },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareOsVersions,
  formatOsVersion,
  type OsVersion,
  parseOsVersion,
} from '../../src/model/os-version.ts';

const aVersion: fc.Arbitrary<OsVersion> = fc.tuple(fc.nat(9999), fc.nat(9999), fc.nat(9999));

test.each([
  { text: '26', version: [26, 0, 0], written: '26.0' },
  { text: '26.4', version: [26, 4, 0], written: '26.4' },
  { text: '26.4.0', version: [26, 4, 0], written: '26.4' },
  { text: '26.4.1', version: [26, 4, 1], written: '26.4.1' },
  { text: '26.10', version: [26, 10, 0], written: '26.10' },
  { text: '0.0.0', version: [0, 0, 0], written: '0.0' },
  { text: '9999.9999.9999', version: [9999, 9999, 9999], written: '9999.9999.9999' },
])('$text is $written', ({ text, version, written }) => {
  expect(parseOsVersion(text)).toEqual(version);
  expect(formatOsVersion(parseOsVersion(text))).toBe(written);
});

test.each([
  '',
  ' ',
  '26.',
  '.26',
  '26..4',
  '26.4.1.2',
  '26.04',
  '026',
  'v26',
  '26.x',
  '26.4-beta',
  '26.4 beta',
  ' 26',
  '26\n',
  '-1',
  '+26',
  '1e3',
  '26,4',
  '10000',
  '２６',
  '26.4.1a',
  'iOS 26',
])('%j is refused with exit 2', (text) => {
  expect(() => parseOsVersion(text)).toThrow(
    expect.objectContaining({ code: 'USAGE', exitCode: 2, message: expect.stringContaining(`"${text}"`) }),
  );
});

describe('order', () => {
  test.each([
    ['26.9', '26.10'],
    ['26', '26.0.1'],
    ['26.4.9', '26.10'],
    ['26.99.99', '27'],
    ['9', '10'],
  ])('%s is older than %s', (older, newer) => {
    expect(compareOsVersions(parseOsVersion(older), parseOsVersion(newer))).toBeLessThan(0);
    expect(compareOsVersions(parseOsVersion(newer), parseOsVersion(older))).toBeGreaterThan(0);
  });

  test('is that of the triples read as digits of base 10,000', () => {
    const rank = ([major, minor, patch]: OsVersion): number => (major * 10_000 + minor) * 10_000 + patch;
    fc.assert(
      fc.property(
        aVersion,
        aVersion,
        (a, b) => Math.sign(compareOsVersions(a, b)) === Math.sign(rank(a) - rank(b)),
      ),
    );
  });
});

test('reading what was written gives the same version', () => {
  fc.assert(
    fc.property(aVersion, (version) => {
      expect(parseOsVersion(formatOsVersion(version))).toEqual(version);
    }),
  );
});

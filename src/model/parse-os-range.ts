import SemverRange from 'semver/classes/range.js';
import { ReleaseError } from '../errors.ts';
import type { OsRange } from './os-range.ts';
import { compareOsVersions, formatOsVersion, type OsVersion } from './os-version.ts';

/**
 * Reads node-semver range syntax (`>=26.0 <26.4`, `26.x`, `~26.3`) over three integers.
 *
 * @param place - the field that holds it, for the message: `support.iOS`
 * @throws ReleaseError `CONFIG_INVALID` when it is no range, names a pre-release, is empty or leaves a hole
 */
export function parseOsRange(text: string, place?: string): OsRange {
  const refuse: Refuse = (why, cause) =>
    malformed(place === undefined ? `"${text}"` : `${place}: "${text}"`, why, cause);
  const intervals = readIntervals(text, refuse).sort((a, b) => compareOsVersions(a.from, b.from));
  let joined = intervals[0];
  if (joined === undefined) throw refuse('it contains no version');
  for (const next of intervals.slice(1)) {
    if (joined.below !== null && compareOsVersions(next.from, joined.below) > 0) {
      throw refuse(`it has a hole before ${formatOsVersion(next.from)}, expected one unbroken interval`);
    }
    joined = { from: joined.from, below: laterEnd(joined.below, next.below) };
  }
  return joined;
}

function readIntervals(text: string, refuse: Refuse): OsRange[] {
  if (/[-+a-wyz]/i.test(text.replaceAll(/\s-\s/g, ' ')))
    throw refuse('expected integers and comparators only');
  let range: SemverRange;
  try {
    range = new SemverRange(text);
  } catch (cause) {
    throw refuse('expected a range such as ">=26.0 <26.4"', cause);
  }
  return range.set.flatMap((comparators) => {
    let from: OsVersion = [0, 0, 0];
    let below: OsVersion | null = null;
    for (const { operator, semver, value } of comparators) {
      if (value === '') continue; // the "any version" comparator carries no version
      const version: OsVersion = [semver.major, semver.minor, semver.patch];
      if (operator === '>=' || operator === '' || operator === '>') {
        const start = operator === '>' ? afterVersion(version) : version;
        if (compareOsVersions(start, from) > 0) from = start;
      }
      if (operator === '<' || operator === '<=' || operator === '') {
        const end = operator === '<' ? version : afterVersion(version);
        if (below === null || compareOsVersions(end, below) < 0) below = end;
      }
    }
    return below !== null && compareOsVersions(from, below) >= 0 ? [] : [{ from, below }];
  });
}

const afterVersion = ([major, minor, patch]: OsVersion): OsVersion => [major, minor, patch + 1];

const laterEnd = (a: OsVersion | null, b: OsVersion | null): OsVersion | null =>
  a === null || b === null ? null : compareOsVersions(a, b) >= 0 ? a : b;

type Refuse = (why: string, cause?: unknown) => ReleaseError;

const malformed = (subject: string, why: string, cause?: unknown): ReleaseError =>
  new ReleaseError('CONFIG_INVALID', `${subject} is not an OS range: ${why}.`, {
    fix: 'Write one interval such as ">=26.0", ">=26.0 <26.4" or "26.x".',
    cause,
  });

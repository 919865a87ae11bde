import { ReleaseError } from '../errors.ts';

/** An OS version as three integers: `26` is `[26, 0, 0]`. Never a semver: 26.10 is newer than 26.9. */
export type OsVersion = readonly [major: number, minor: number, patch: number];

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`. */
export const compareOsVersions = (a: OsVersion, b: OsVersion): number =>
  a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

/** `26.4`, or `26.4.1` when the third integer is not zero. */
export const formatOsVersion = ([major, minor, patch]: OsVersion): string =>
  patch === 0 ? `${major}.${minor}` : `${major}.${minor}.${patch}`;

/**
 * Reads one to three dot-separated integers of at most four digits.
 *
 * @throws ReleaseError `USAGE` when `text` is anything else
 */
export function parseOsVersion(text: string): OsVersion {
  const match = OS_VERSION.exec(text);
  if (match === null) {
    throw new ReleaseError(
      'USAGE',
      `"${text}" is not an OS version: expected one to three integers such as 26.4 or 26.4.1.`,
      {
        fix: 'Pass the number that Settings shows, without a name or a build.',
      },
    );
  }
  return [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}

const OS_VERSION = /^(0|[1-9]\d{0,3})(?:\.(0|[1-9]\d{0,3}))?(?:\.(0|[1-9]\d{0,3}))?$/;

import semverCompare from 'semver/functions/compare.js';
import semverValid from 'semver/functions/valid.js';
import { ReleaseError } from '../errors.ts';

/**
 * True when `text` is a semantic version 2.0.0, without a leading `v` and without leading zeros. Integers that a
 * double cannot hold are refused, since they cannot be ordered.
 */
export const isBuildVersion = (text: string): boolean =>
  text.length <= 128 && SEMVER.test(text) && semverValid(text) !== null;

/** Orders versions by semver precedence; build metadata does not count, so 0 can mean two spellings. */
export const compareBuildVersions = (a: string, b: string): number => semverCompare(a, b);

/**
 * Reads a build version.
 *
 * @throws ReleaseError `USAGE` when it is not strict semver
 */
export function parseBuildVersion(text: string): string {
  if (isBuildVersion(text)) return text;
  throw new ReleaseError(
    'USAGE',
    `"${text}" is not a build version: expected strict semver such as 1.5.0 or 1.5.0-rc.1.`,
    {
      fix: 'Pass three integers, without a leading "v".',
    },
  );
}

const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

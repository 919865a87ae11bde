import { compareOsVersions, formatOsVersion, type OsVersion } from './os-version.ts';

/** A half-open interval of OS versions; `below: null` has no end. */
export interface OsRange {
  readonly from: OsVersion;
  readonly below: OsVersion | null;
}

/** The same interval as published documents write it: `{ "from": "26.0", "below": "26.4" }`. */
export interface OsRangeText {
  readonly from: string;
  readonly below: string | null;
}

/** True when `version` lies in `range`. */
export const rangeContains = (range: OsRange, version: OsVersion): boolean =>
  compareOsVersions(range.from, version) <= 0 &&
  (range.below === null || compareOsVersions(version, range.below) < 0);

/** True when the two intervals share at least one version. */
export const rangesOverlap = (a: OsRange, b: OsRange): boolean =>
  endsAfter(a, b.from) && endsAfter(b, a.from);

/** The interval as the published documents write it. */
export const toOsRangeText = ({ from, below }: OsRange): OsRangeText => ({
  from: formatOsVersion(from),
  below: below === null ? null : formatOsVersion(below),
});

/** `26.0 to 26.4`, half open; `27.0 and later` without an end. */
export const formatOsRange = ({ from, below }: OsRangeText): string =>
  below === null ? `${from} and later` : `${from} to <${below}`;

const endsAfter = (range: OsRange, version: OsVersion): boolean =>
  range.below === null || compareOsVersions(version, range.below) < 0;

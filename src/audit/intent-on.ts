import { coverCells, type Support } from '../matrix/coverage.ts';
import type { Intent } from '../matrix/load.ts';
import type { OsVersion } from '../model/os-version.ts';
import { PLATFORMS } from '../model/platform.ts';
import type { Catalogue, OsRelease } from '../model/system-model.ts';

/** Which day it is, and which OS version shall have come out by then. */
export interface IntentDay {
  /** `2026-11-22`. */
  readonly day: string;
  readonly upcoming: OsVersion | null;
}

/**
 * The intent as it would have been judged on a day: OS releases, evidence and toolkits of later days are left out, an announced
 * release whose day has come is out, and `upcoming` has come out on every supported platform that day. What the matrix
 * registers and decides stays as it is now. Pure.
 */
export function intentOn(intent: Intent, support: Support, { day, upcoming }: IntentDay): Intent {
  const { catalogue } = intent;
  const isLate = ({ date }: { readonly date: string }): boolean => date > day;
  const changes =
    upcoming !== null ||
    catalogue.osReleases.some((release) => isLate(release) || release.dateIs === 'announced') ||
    catalogue.systemModels.some(({ evidence }) => evidence.some(isLate)) ||
    catalogue.toolkits.some(isLate);
  if (!changes) return intent;
  const then: Catalogue = {
    ...catalogue,
    systemModels: catalogue.systemModels.map((row) =>
      row.evidence.some(isLate) ? { ...row, evidence: row.evidence.filter((item) => !isLate(item)) } : row,
    ),
    // What was withdrawn later was still offered on that day; what came later was not there.
    toolkits: catalogue.toolkits.flatMap((toolkit) =>
      !isLate(toolkit) ? [toolkit] : toolkit.withdrawn ? [{ ...toolkit, withdrawn: false }] : [],
    ),
    osReleases: [
      ...catalogue.osReleases.filter((release) => !isLate(release)).map(asOut),
      ...(upcoming === null ? [] : [arrival(upcoming, support, day)]),
    ],
  };
  return { ...intent, catalogue: then, cells: coverCells(intent.adapters, then, support) };
}

const asOut = (release: OsRelease): OsRelease =>
  release.dateIs === 'announced' ? { ...release, dateIs: 'released' } : release;

/** The source of an OS release that is only asked about: newer than every build, whatever the day. */
export const SUPPOSED = 'supposed';

const arrival = (version: OsVersion, support: Support, date: string): OsRelease => ({
  version,
  platforms: PLATFORMS.filter((platform) => support[platform] !== undefined),
  date,
  dateIs: 'released',
  source: SUPPOSED,
});

import { ReleaseError } from '../errors.ts';
import { newestRelease, type Support } from '../matrix/coverage.ts';
import type { CellState, Fallback, MatrixCell } from '../model/cell.ts';
import { rangeContains } from '../model/os-range.ts';
import { compareOsVersions, formatOsVersion, type OsVersion } from '../model/os-version.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import type { Catalogue } from '../model/system-model.ts';

/** What devices hold of an adapter on one OS version: one outcome for each system model that it may carry. */
export interface HeldOn {
  readonly os: string;
  readonly outcomes: readonly {
    readonly systemModel: string | null;
    readonly state: CellState;
    readonly build: string | null;
    readonly fallback: Fallback | null;
    readonly inferred: boolean;
  }[];
}

/** What becomes of the users of one adapter on one platform when they update. */
export interface UpcomingImpact {
  readonly adapter: string;
  readonly platform: Platform;
  /** `loses`: some get no build any more. `changes`: another build, or another system model. `same`: as before. */
  readonly effect: 'loses' | 'changes' | 'gains' | 'same' | 'unsupported';
  /** On the newest OS version that is out; null where none is. */
  readonly now: HeldOn | null;
  /** On the OS version that ships; null where `support` leaves it out. */
  readonly next: HeldOn | null;
}

/**
 * Says for each adapter and supported platform what the users of the newest OS version hold now and will hold on the
 * one that ships. Cells as of the day before it ships. Pure.
 *
 * @throws ReleaseError `USAGE` when that version is out already, or older than what every supported platform has
 */
export function upcomingImpacts(
  version: OsVersion,
  cells: readonly MatrixCell[],
  { catalogue, support }: { readonly catalogue: Catalogue; readonly support: Support },
): readonly UpcomingImpact[] {
  refuseReleased(version, catalogue);
  refuseOlder(version, { catalogue, support });
  const names = [...new Set(cells.map(({ adapter }) => adapter))];
  const byName = new Map<string, MatrixCell[]>(names.map((name) => [name, []]));
  for (const cell of cells) byName.get(cell.adapter)?.push(cell);
  return names.flatMap((adapter) =>
    PLATFORMS.filter((platform) => support[platform] !== undefined).flatMap((platform) => {
      const own = (byName.get(adapter) ?? []).filter(
        (cell) => cell.platform === platform && cell.state !== 'not-offered',
      );
      if (own.length === 0) return [];
      const newest = newestBelow(version, catalogue, platform);
      const now = newest === undefined ? null : heldOn(newest, own);
      const next = heldOn(version, own);
      return [{ adapter, platform, effect: effectOf(now, next), now, next }];
    }),
  );
}

function refuseReleased(version: OsVersion, { osReleases }: Catalogue): void {
  const known = osReleases.find(
    (release) => compareOsVersions(release.version, version) === 0 && release.dateIs !== 'announced',
  );
  if (known === undefined) return;
  const eve = new Date(`${known.date}T00:00:00Z`);
  eve.setUTCDate(eve.getUTCDate() - 1);
  throw new ReleaseError('USAGE', `OS ${formatOsVersion(version)} is out since ${known.date}.`, {
    fix: `Name a later version, or ask for a day before it with --as-of ${eve.toISOString().slice(0, 10)}.`,
  });
}

/** An older line may still get updates: a version is past that is not above the newest of its own line. */
function refuseOlder(
  version: OsVersion,
  { catalogue, support }: { readonly catalogue: Catalogue; readonly support: Support },
): void {
  const platforms = PLATFORMS.filter((platform) => support[platform] !== undefined);
  const ofLine = catalogue.osReleases.filter((release) => release.version[0] === version[0]);
  const newest = platforms.map((platform) => ({
    platform,
    out: newestRelease({ osReleases: ofLine }, platform) ?? newestRelease(catalogue, platform),
  }));
  const isOld = newest.every(({ out }) => out !== undefined && compareOsVersions(version, out) <= 0);
  if (newest.length === 0 || !isOld) return;
  const names = newest.flatMap(({ platform, out }) =>
    out === undefined ? [] : [`${platform} ${formatOsVersion(out)}`],
  );
  throw new ReleaseError(
    'USAGE',
    `OS ${formatOsVersion(version)} is not upcoming: ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} out.`,
    { fix: 'Name a later version, or ask from an earlier day with --as-of.' },
  );
}

const newestBelow = (
  version: OsVersion,
  { osReleases }: Catalogue,
  platform: Platform,
): OsVersion | undefined =>
  newestRelease(
    { osReleases: osReleases.filter((release) => compareOsVersions(release.version, version) < 0) },
    platform,
  );

function heldOn(version: OsVersion, cells: readonly MatrixCell[]): HeldOn | null {
  const here = cells.filter(({ range }) => rangeContains(range, version));
  if (here.length === 0) return null;
  return {
    os: formatOsVersion(version),
    outcomes: here.map(({ systemModel, state, build, fallback, inferred }) => ({
      systemModel: systemModel?.id ?? null,
      state,
      build: build?.version ?? null,
      fallback,
      inferred,
    })),
  };
}

function effectOf(now: HeldOn | null, next: HeldOn | null): UpcomingImpact['effect'] {
  if (next === null) return 'unsupported';
  const served = (held: HeldOn | null): boolean =>
    held?.outcomes.every(({ state }) => state === 'covered') === true;
  if (served(now) && !served(next)) return 'loses';
  if (!served(now) && served(next)) return 'gains';
  const key = (held: HeldOn | null): string =>
    JSON.stringify(held?.outcomes.map(({ state, build, fallback }) => [state, build, fallback]));
  return key(now) === key(next) ? 'same' : 'changes';
}

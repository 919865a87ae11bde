import type { Cell, CellState, MatrixCell } from '../model/cell.ts';
import type { Adapter } from '../model/matrix.ts';
import { type OsRange, rangesOverlap, toOsRangeText } from '../model/os-range.ts';
import { compareOsVersions, type OsVersion } from '../model/os-version.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import type { Catalogue, SystemModel } from '../model/system-model.ts';
import { decide, packIdOf } from './decide.ts';

/** The OS versions that an app runs on, per platform. */
export type Support = Readonly<Partial<Record<Platform, OsRange>>>;

/**
 * Every cell of `support`: adapter × platform × interval × variant, in that order, adapters as given. `support` is
 * cut at the boundaries of the rows; an interval that no row claims is one cell, a gap.
 */
export function coverCells(
  adapters: readonly Adapter[],
  catalogue: Catalogue,
  support: Support,
): readonly MatrixCell[] {
  const places = PLATFORMS.flatMap((platform) => {
    const supported = support[platform];
    return supported === undefined ? [] : placesOn(platform, supported, catalogue);
  });
  return adapters.flatMap((adapter) => places.map((place) => coverCell(adapter, place)));
}

/** What a cell is before anybody asks which adapter. */
type Place = Pick<MatrixCell, 'platform' | 'range' | 'systemModel' | 'inferred'>;

function placesOn(platform: Platform, supported: OsRange, catalogue: Catalogue): readonly Place[] {
  return cutAtRows(supported, catalogue.systemModels, platform).flatMap((range) => {
    const rows = catalogue.systemModels.filter((row) => claims(row, platform, range));
    const claimed: readonly (SystemModel | null)[] = rows.length === 0 ? [null] : rows;
    return claimed.map((systemModel) => {
      const place = { platform, range, systemModel };
      return { ...place, inferred: isInferred(place, catalogue) };
    });
  });
}

/** How many cells there are, how many of them nobody decided, and how many answers rest on what is not proved. */
export const countCells = (
  cells: readonly MatrixCell[],
): { readonly total: number; readonly gaps: number; readonly inferred: number } => ({
  total: cells.length,
  gaps: cells.filter(({ state }) => state === 'gap').length,
  inferred: cells.filter(({ inferred, state }) => inferred && state !== 'not-offered').length,
});

/** A cell as plans, releases and manifests write it. */
export const toCell = (cell: MatrixCell): Cell => ({
  adapter: cell.adapter,
  platform: cell.platform,
  os: toOsRangeText(cell.range),
  systemModel: cell.systemModel?.id ?? null,
  variant: cell.systemModel?.variant ?? null,
  baseModelSignature: cell.systemModel?.signature?.digits ?? null,
  state: cell.state,
  pack: cell.packId,
  fallback: cell.fallback,
});

function coverCell(adapter: Adapter, place: Place): MatrixCell {
  const { platform, systemModel } = place;
  const base = {
    ...place,
    adapter: adapter.name,
    build: null,
    packId: null,
    fallback: null,
  };
  const without = (state: CellState): MatrixCell => ({ ...base, state });
  if (!adapter.platforms.includes(platform)) return without('not-offered');
  if (systemModel === null) return without('gap');
  const decision = decide(adapter, systemModel);
  switch (decision.state) {
    case 'covered':
      return { ...base, state: 'covered', build: decision.build, packId: packIdOf(adapter, decision.build) };
    case 'declined':
    case 'sunset':
      return { ...base, state: decision.state, fallback: decision.fallback };
    case 'gap':
      return without('gap');
  }
}

/** True when the cell rests on an inferred row, on none, or on OS versions past the newest known release. */
function isInferred(
  { platform, range, systemModel }: Pick<MatrixCell, 'platform' | 'range' | 'systemModel'>,
  catalogue: Catalogue,
): boolean {
  if (systemModel === null || systemModel.certainty === 'inferred') return true;
  const newest = newestRelease(catalogue, platform);
  return newest === undefined || range.below === null || compareOsVersions(range.below, newest) > 0;
}

/** The newest OS version of a platform that is known to be out; an announced one is not out yet. */
export const newestRelease = (
  { osReleases }: Pick<Catalogue, 'osReleases'>,
  platform: Platform,
): OsVersion | undefined =>
  osReleases
    .filter(({ platforms, dateIs }) => platforms.includes(platform) && dateIs !== 'announced')
    .map(({ version }) => version)
    .sort(compareOsVersions)
    .at(-1);

function cutAtRows(supported: OsRange, rows: readonly SystemModel[], platform: Platform): readonly OsRange[] {
  const bounds = rows.flatMap((row) => {
    const range = row.os[platform];
    return range === undefined ? [] : range.below === null ? [range.from] : [range.from, range.below];
  });
  const inside = bounds.filter(
    (bound) =>
      compareOsVersions(bound, supported.from) > 0 &&
      (supported.below === null || compareOsVersions(bound, supported.below) < 0),
  );
  const starts = [supported.from, ...inside].sort(compareOsVersions).filter((start, index, all) => {
    const previous = all[index - 1];
    return previous === undefined || compareOsVersions(previous, start) !== 0;
  });
  return starts.map((from, index) => ({ from, below: starts[index + 1] ?? supported.below }));
}

const claims = (row: SystemModel, platform: Platform, range: OsRange): boolean => {
  const own = row.os[platform];
  return own !== undefined && rangesOverlap(own, range);
};

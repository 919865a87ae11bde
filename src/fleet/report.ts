import type { Cell } from '../model/cell.ts';
import type { Fleet } from '../model/fleet.ts';
import type { OsRange } from '../model/os-range.ts';
import { compareOsVersions } from '../model/os-version.ts';
import type { CellChange, Plan } from '../model/plan.ts';
import { costOf, type FetchedPack, type ReleaseCost } from './cost.ts';
import { type HeldShare, rangeOf, weighStates } from './weigh.ts';

/** Who holds what, and what it costs: the field `fleet` of `plan --json` and `audit --json`. */
export interface FleetReport {
  readonly source: string;
  readonly devices: number | null;
  readonly states: readonly HeldShare[];
  readonly cost: ReleaseCost;
}

/** What publishing a plan costs the fleet: devices fetch what is new to them or whose version rises. Pure. */
export function weighPlan(
  { coverage, changes, cellChanges }: Pick<Plan, 'coverage' | 'changes' | 'cellChanges'>,
  fleet: Fleet,
): FleetReport {
  const sizes = new Map(changes.map(({ packId, sizeBytes }) => [packId, sizeBytes]));
  const rising = new Set(
    changes.flatMap(({ kind, packId }) => (kind === 'add' || kind === 'update' ? [packId] : [])),
  );
  const moved = new Set(
    cellChanges
      .filter(({ to, from }) => to !== null && to.pack !== null && to.pack !== from?.pack)
      .filter((change) => !cellChanges.some((other) => hadAlready(change, other)))
      .map(placeKey),
  );
  return reportOf(fleet, coverage.cells, (cell) =>
    cell.pack !== null && (rising.has(cell.pack) || moved.has(placeKey(cell)))
      ? { id: cell.pack, sizeBytes: sizes.get(cell.pack) ?? 0 }
      : null,
  );
}

/** A cell that was cut in two leaves its devices with the pack that they have. */
const hadAlready = (change: CellChange, other: CellChange): boolean =>
  other.adapter === change.adapter &&
  other.platform === change.platform &&
  other.from !== null &&
  other.from.pack === change.to?.pack &&
  rangeCovers(rangeOf(other), rangeOf(change));

const rangeCovers = (outer: OsRange, inner: OsRange): boolean =>
  compareOsVersions(outer.from, inner.from) <= 0 &&
  (outer.below === null || (inner.below !== null && compareOsVersions(inner.below, outer.below) <= 0));

/** What the cells cost a fleet that has nothing yet: each device fetches every pack of its cells. Pure. */
export const weighCells = (
  cells: readonly Cell[],
  sizes: ReadonlyMap<string, number>,
  fleet: Fleet,
): FleetReport =>
  reportOf(fleet, cells, ({ pack }) =>
    pack === null ? null : { id: pack, sizeBytes: sizes.get(pack) ?? 0 },
  );

const reportOf = (
  fleet: Fleet,
  cells: readonly Cell[],
  fetched: (cell: Cell) => FetchedPack | null,
): FleetReport => ({
  source: fleet.source,
  devices: fleet.devices,
  states: weighStates(fleet, cells),
  cost: costOf(cells, fetched, fleet),
});

const placeKey = ({
  adapter,
  platform,
  os,
  systemModel,
  variant,
}: Pick<Cell, 'adapter' | 'platform' | 'os' | 'systemModel' | 'variant'>): string =>
  JSON.stringify([adapter, platform, os.from, os.below, systemModel, variant]);

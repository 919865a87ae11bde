import type { Cell, CellState } from '../model/cell.ts';
import type { Fleet, FleetRow } from '../model/fleet.ts';
import { groupBy } from '../model/group-by.ts';
import { type OsRange, rangeContains } from '../model/os-range.ts';
import { formatOsVersion, parseOsVersion } from '../model/os-version.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';

/**
 * What users can hold of an adapter: a state of their cell; `by-variant` where the variants of an OS version hold
 * different ones, which a table of OS versions cannot tell apart; `unsupported` for versions outside `support`;
 * `unlisted` for the rest of the platform that the table leaves out.
 */
export type HeldState = CellState | 'by-variant' | 'unsupported' | 'unlisted';

/** One summand: an OS version and its part of the platform's users. */
export interface ShareTerm {
  readonly os: string;
  readonly share: number;
  readonly devices: number | null;
}

/** The part of one platform's users that hold one state of one adapter. `share` is the sum of `terms`. */
export interface HeldShare {
  readonly adapter: string;
  readonly platform: Platform;
  readonly state: HeldState;
  readonly share: number;
  readonly devices: number | null;
  readonly terms: readonly ShareTerm[];
}

/** Says for each adapter and platform of the cells what part of the users each state holds. Sums to 1 each. Pure. */
export function weighStates(fleet: Fleet, cells: readonly Cell[]): readonly HeldShare[] {
  const byPlatform = new Map(PLATFORMS.map((platform) => [platform, rowsOf(fleet, platform)]));
  return groupCells(cells).flatMap(({ adapter, platform, cells: own }) => {
    const rows = byPlatform.get(platform) ?? [];
    if (rows.length === 0) return [];
    const held = new Map<HeldState, FleetRow[]>();
    for (const row of rows) {
      const state = stateAt(own, row);
      held.set(state, [...(held.get(state) ?? []), row]);
    }
    const listed = STATES.flatMap((state): readonly HeldShare[] => {
      const members = held.get(state);
      return members === undefined ? [] : [{ adapter, platform, state, ...sumRows(members) }];
    });
    const rest = 1 - sum(rows.map(({ share }) => share));
    return rest < LEAST_SHARE
      ? listed
      : [...listed, { adapter, platform, state: 'unlisted', share: rest, devices: null, terms: [] }];
  });
}

/** Adapters that hold the same of every platform, and what each of them holds. */
export interface AlikeAdapters {
  readonly adapters: readonly string[];
  readonly held: readonly HeldShare[];
}

/** Groups the shares of {@link weighStates} by adapters that differ in their name alone, in the given order. */
export function groupAlike(states: readonly HeldShare[]): readonly AlikeAdapters[] {
  const byAdapter = [...groupBy(states, ({ adapter }) => adapter)];
  const alike = groupBy(byAdapter, ([, own]) => JSON.stringify(own.map(({ adapter: _, ...held }) => held)));
  return [...alike.values()].map((group) => ({
    adapters: group.map(([adapter]) => adapter),
    held: group[0]?.[1] ?? [],
  }));
}

/** The users of OS versions in a range, with the summands. */
export const weighRange = (
  fleet: Fleet,
  platform: Platform,
  range: OsRange,
): Omit<HeldShare, 'adapter' | 'platform' | 'state'> =>
  sumRows(rowsOf(fleet, platform).filter(({ os }) => rangeContains(range, os)));

/** The range of a cell as numbers. */
export const rangeOf = ({ os }: Pick<Cell, 'os'>): OsRange => ({
  from: parseOsVersion(os.from),
  below: os.below === null ? null : parseOsVersion(os.below),
});

const rowsOf = ({ rows }: Fleet, platform: Platform): readonly FleetRow[] =>
  rows.filter((row) => row.platform === platform);

function sumRows(rows: readonly FleetRow[]): Omit<HeldShare, 'adapter' | 'platform' | 'state'> {
  const terms = rows.map(({ os, share, devices }) => ({ os: formatOsVersion(os), share, devices }));
  const counted = rows.flatMap(({ devices }) => devices ?? []);
  return {
    share: sum(rows.map(({ share }) => share)),
    devices: counted.length === rows.length && rows.length > 0 ? sum(counted) : null,
    terms,
  };
}

interface CellGroup {
  readonly adapter: string;
  readonly platform: Platform;
  readonly cells: { readonly range: OsRange; readonly state: CellState }[];
}

function groupCells(cells: readonly Cell[]): readonly CellGroup[] {
  const groups = new Map<string, CellGroup>();
  for (const cell of cells) {
    const key = `${cell.adapter}\u0000${cell.platform}`;
    const group = groups.get(key) ?? { adapter: cell.adapter, platform: cell.platform, cells: [] };
    groups.set(key, group);
    group.cells.push({ range: rangeOf(cell), state: cell.state });
  }
  return [...groups.values()];
}

function stateAt(cells: CellGroup['cells'], { os }: FleetRow): HeldState {
  const states = new Set(cells.filter(({ range }) => rangeContains(range, os)).map(({ state }) => state));
  const [only, another] = states;
  if (only === undefined) return 'unsupported';
  return another === undefined ? only : 'by-variant';
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** In this order states are told. */
const STATES: readonly HeldState[] = [
  'covered',
  'declined',
  'sunset',
  'gap',
  'by-variant',
  'not-offered',
  'unsupported',
];
const LEAST_SHARE = 0.0005;

import type { MatrixCell } from '../model/cell.ts';
import type { Fleet } from '../model/fleet.ts';
import { groupBy } from '../model/group-by.ts';
import { formatOsRange, rangeContains, toOsRangeText } from '../model/os-range.ts';
import { formatOsVersion } from '../model/os-version.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';

/**
 * What devices have of all adapters together: `undecided` where nobody decided about one of them, `all` where each that
 * is offered is covered, `some`, `none`; `outside` for OS versions that the app does not support, `unlisted` for users
 * of versions that the fleet leaves out.
 */
export type ReachKind = 'undecided' | 'all' | 'some' | 'none' | 'outside' | 'unlisted';

/** The devices of one platform that are alike in what they have of all adapters together. */
export interface ReachPart {
  readonly kind: ReachKind;
  /** The part of the platform's users; without a fleet, of its kinds of device. */
  readonly share: number;
  /** OS versions with a fleet, kinds of device without. */
  readonly places: readonly string[];
  /** The adapters that nobody decided about, at one of these places at least. */
  readonly undecided: readonly string[];
}

/** Who is reached on one platform; the shares sum to 1. */
export interface PlatformReach {
  readonly platform: Platform;
  readonly parts: readonly ReachPart[];
}

/**
 * Sums up over all adapters what the users of each platform have: by OS version where a fleet tells them, else by kind of
 * device. Platforms in their usual order, the worst part first. Pure.
 */
export const reachOf = (cells: readonly MatrixCell[], fleet: Fleet | null): readonly PlatformReach[] =>
  PLATFORMS.flatMap((platform): readonly PlatformReach[] => {
    const own = cells.filter((cell) => cell.platform === platform);
    if (own.length === 0) return [];
    const rows = (fleet?.rows ?? []).filter((row) => row.platform === platform);
    if (fleet !== null && rows.length === 0) return [];
    const groups = fleet === null ? deviceKinds(own) : osVersions(own, rows);
    const byKind = groupBy(groups, (group) => kindOf(group.cells));
    const parts = KINDS.flatMap((kind) => {
      const members = byKind.get(kind);
      return members === undefined ? [] : [toPart(kind, members)];
    });
    const rest = 1 - parts.reduce((sum, { share }) => sum + share, 0);
    const unlisted: ReachPart = { kind: 'unlisted', share: rest, places: [], undecided: [] };
    return [{ platform, parts: rest < LEAST_SHARE ? parts : [...parts, unlisted] }];
  });

interface DeviceGroup {
  readonly place: string;
  readonly share: number;
  readonly cells: readonly MatrixCell[];
}

const osVersions = (cells: readonly MatrixCell[], rows: Fleet['rows']): readonly DeviceGroup[] =>
  rows.map(({ os, share }) => ({
    place: formatOsVersion(os),
    share,
    cells: cells.filter(({ range }) => rangeContains(range, os)),
  }));

function deviceKinds(cells: readonly MatrixCell[]): readonly DeviceGroup[] {
  const kinds = new Map<string, MatrixCell[]>();
  for (const cell of cells) {
    const variant = cell.systemModel?.variant ?? null;
    const place = `${formatOsRange(toOsRangeText(cell.range))}${variant === null ? '' : ` (${variant})`}`;
    kinds.set(place, [...(kinds.get(place) ?? []), cell]);
  }
  return [...kinds].map(([place, own]) => ({ place, share: 1 / kinds.size, cells: own }));
}

function kindOf(cells: readonly MatrixCell[]): ReachKind {
  const states = new Set(cells.map(({ state }) => state));
  if (states.size === 0) return 'outside';
  if (states.has('gap')) return 'undecided';
  if (!states.has('covered')) return 'none';
  return states.has('declined') || states.has('sunset') ? 'some' : 'all';
}

function toPart(kind: ReachKind, groups: readonly DeviceGroup[]): ReachPart {
  const gaps = groups.flatMap(({ cells }) => cells.filter(({ state }) => state === 'gap'));
  return {
    kind,
    share: groups.reduce((sum, { share }) => sum + share, 0),
    places: groups.map(({ place }) => place),
    undecided: [...new Set(gaps.map(({ adapter }) => adapter))],
  };
}

/** Worst first. */
const KINDS: readonly ReachKind[] = ['undecided', 'none', 'some', 'all', 'outside', 'unlisted'];
const LEAST_SHARE = 0.0005;

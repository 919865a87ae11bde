import { groupBy } from '../audit/group.ts';
import type { Config } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import type { CellState, MatrixCell } from '../model/cell.ts';
import { rangeContains } from '../model/os-range.ts';
import { compareOsVersions, formatOsVersion, type OsVersion, parseOsVersion } from '../model/os-version.ts';
import { explainPlatform, isPlatform, PLATFORMS, type Platform } from '../model/platform.ts';

/**
 * What users can hold of an adapter: a state of their cell; `by-variant` where the variants of an OS version hold
 * different ones; `unsupported` outside `support`; `unlisted` for users that the table leaves out.
 */
export type HeldState = CellState | 'by-variant' | 'unsupported' | 'unlisted';

/** The part of one platform's users that hold one state of one adapter: the sum of the terms. From 0 to 1. */
export interface HeldShare {
  readonly adapter: string;
  readonly platform: Platform;
  readonly state: HeldState;
  readonly share: number;
  readonly terms: readonly { readonly os: string; readonly share: number }[];
}

/**
 * Says for each adapter and each platform of the fleet what part of the users each state holds. An OS version of the
 * table stands for itself. Pure.
 *
 * @throws ReleaseError `CONFIG_INVALID` when the table names a platform or an OS version that is none
 */
export function shareByState(
  cells: readonly MatrixCell[],
  fleet: NonNullable<Config['fleet']>,
): readonly HeldShare[] {
  const platforms = Object.entries(fleet).map(([name, table]) => readTable(name, table));
  return [...groupBy(cells, ({ adapter }) => adapter)].flatMap(([adapter, own]) =>
    PLATFORMS.flatMap((platform) => {
      const terms = platforms.find((table) => table.platform === platform)?.terms ?? [];
      const here = own.filter((cell) => cell.platform === platform);
      return heldOf(here, terms).map((held) => ({ adapter, platform, ...held }));
    }),
  );
}

interface Term {
  readonly version: OsVersion;
  readonly share: number;
}

function readTable(
  platform: string,
  table: Readonly<Record<string, number>>,
): { readonly platform: Platform; readonly terms: readonly Term[] } {
  const refuse = (why: string): ReleaseError =>
    new ReleaseError('CONFIG_INVALID', `fleet: ${why}`, { fix: 'Correct `fleet` in the config.' });
  if (!isPlatform(platform)) throw refuse(explainPlatform(platform));
  const terms = Object.entries(table).map(([os, share]) => {
    try {
      return { version: parseOsVersion(os), share };
    } catch (cause) {
      if (cause instanceof ReleaseError) throw refuse(`${platform}: ${cause.message}`);
      throw cause;
    }
  });
  return { platform, terms: terms.sort((a, b) => compareOsVersions(a.version, b.version)) };
}

function heldOf(
  cells: readonly MatrixCell[],
  terms: readonly Term[],
): readonly Pick<HeldShare, 'state' | 'share' | 'terms'>[] {
  if (terms.length === 0) return [];
  const held = groupBy(terms, ({ version }) => stateAt(cells, version));
  const rest = 1 - sum(terms);
  return [
    ...STATES.flatMap((state) => {
      const own = held.get(state);
      if (own === undefined) return [];
      const shown = own.map(({ version, share }) => ({ os: formatOsVersion(version), share }));
      return [{ state, share: sum(own), terms: shown }];
    }),
    ...(rest < LEAST_SHARE ? [] : [{ state: 'unlisted' as const, share: rest, terms: [] }]),
  ];
}

function stateAt(cells: readonly MatrixCell[], version: OsVersion): HeldState {
  const here = cells.filter(({ range }) => rangeContains(range, version));
  const [first, another] = new Set(here.map(({ state }) => state));
  if (first === undefined) return 'unsupported';
  return another === undefined ? first : 'by-variant';
}

const sum = (terms: readonly { readonly share: number }[]): number =>
  terms.reduce((total, { share }) => total + share, 0);

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

/** Less than that is the rounding of a table that lists everybody. */
const LEAST_SHARE = 0.0005;

// Carries the oracle's plain worlds over to the types of src/, and src/'s answers back to the oracle's lines.
import { ReleaseError } from '../../src/errors.ts';
import type { Support } from '../../src/matrix/coverage.ts';
import { resolve } from '../../src/matrix/resolve.ts';
import type { MatrixCell } from '../../src/model/cell.ts';
import type { Adapter, Build } from '../../src/model/matrix.ts';
import type { OsRange } from '../../src/model/os-range.ts';
import type { OsVersion } from '../../src/model/os-version.ts';
import { isPlatform } from '../../src/model/platform.ts';
import { parseBaseModelSignature } from '../../src/model/signature.ts';
import type { SystemModel } from '../../src/model/system-model.ts';
import { aBuild, anAdapter, aSystemModel, serveBuild, serveNone } from '../support/builders.ts';
import type { OracleAdapter, OracleDevice, OracleRow } from './oracle.ts';

/** OS versions in their order; every second one is only ever inside an interval, never its bound. */
export const GRID: readonly OsVersion[] = [
  [25, 9, 0],
  [26, 0, 0],
  [26, 0, 1],
  [26, 4, 0],
  [26, 9, 9],
  [26, 10, 0],
  [26, 10, 1],
  [27, 0, 0],
  [30, 0, 0],
];

/** The places of the grid from `from` up to, not including, `below`; null goes on for ever. */
export const placesOf = (from: number, below: number | null): readonly number[] =>
  GRID.map((_, place) => place).filter((place) => place >= from && (below === null || place < below));

/** Every sensible version of the grid that an interval may start or end with. */
export const BOUNDS: readonly number[] = [1, 3, 5, 7];

/** A row of src/ for a row of the oracle. */
export const toRow = (row: OracleRow): SystemModel =>
  aSystemModel({
    id: row.id,
    os: Object.fromEntries(
      Object.entries(row.places).map(([platform, places]) => [platform, rangeOf(places)]),
    ),
    variant: row.variant,
    signature: row.digits,
    adapterSupport: row.loadsAdapters ? 'supported' : 'unsupported',
  });

/** An adapter of src/ for an adapter of the oracle. */
export const toAdapter = (adapter: OracleAdapter, name = 'summarizer'): Adapter =>
  anAdapter({
    name,
    kind: adapter.files ? 'files' : 'fmadapter',
    platforms: adapter.platforms.filter(isPlatform),
    builds: adapter.builds.map(([signature, version]) =>
      aBuild({ version, baseModelSignature: parseBaseModelSignature(signature) }),
    ),
    serve: adapter.serve.map(({ who, version, fallback }) => {
      const [kind, subject = ''] = who.split(':');
      const by = kind === 'signature' ? parseBaseModelSignature(subject) : { systemModel: subject };
      return version === undefined
        ? serveNone(by, { fallback: toFallback(fallback) })
        : serveBuild(by, version);
    }),
  });

/** What src/ resolves, as the oracle writes it. */
export function actualOutcome(
  adapter: Adapter,
  rows: readonly SystemModel[],
  { place, platform, ...told }: OracleDevice,
): string {
  const os = GRID[place];
  if (os === undefined || !isPlatform(platform)) throw new Error('The device is off the grid.');
  try {
    const { state, build, fallback, systemModel, candidates } = resolve(adapter, rows, {
      os,
      platform,
      ...told,
    });
    const ids = candidates.map(({ id }) => id).sort();
    return `${lineOf(state, build, fallback)} row=${systemModel?.id ?? null} candidates=${ids.join()}`;
  } catch (error) {
    if (error instanceof ReleaseError) return `refused ${error.code}`;
    throw error;
  }
}

/** What a cell of src/ says, as the oracle writes a decision. */
export const cellLine = ({ state, build, fallback }: MatrixCell): string => lineOf(state, build, fallback);

/** The `support` of src/ over places of the grid. */
export const supportOf = (support: Readonly<Record<string, readonly number[]>>): Support =>
  Object.fromEntries(Object.entries(support).map(([platform, places]) => [platform, rangeOf(places)]));

const lineOf = (state: string, build: Build | null, fallback: MatrixCell['fallback']): string =>
  `${state} build=${build === null ? null : `${build.baseModelSignature}@${build.version}`} fallback=${
    fallback === null || fallback === 'base-model' ? fallback : fallback.adapter
  }`;

function rangeOf(places: readonly number[]): OsRange {
  const from = GRID[places[0] ?? 0];
  if (from === undefined) throw new Error('The range is off the grid.');
  return { from, below: GRID[(places.at(-1) ?? 0) + 1] ?? null };
}

const toFallback = (fallback = 'base-model'): 'base-model' | { readonly adapter: string } =>
  fallback === 'base-model' ? fallback : { adapter: fallback };

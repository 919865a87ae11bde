import type { Device, ResolutionState } from '../matrix/resolve.ts';
import type { Cell, Fallback } from '../model/cell.ts';
import { formatFallback } from '../model/cell.ts';
import type { PackRecord } from '../model/release.ts';
import { resolveRelease } from '../release/resolve-release.ts';

/** What one source says that a device gets, as far as two sources can be compared. */
export interface TraceAnswer {
  readonly state: ResolutionState | 'not-in-release' | 'not-in-matrix';
  readonly build: string | null;
  readonly packId: string | null;
  readonly version: number | null;
  readonly sha256: string | null;
  readonly downloadSize: number | null;
  readonly fallback: Fallback | null;
}

/** What resolves in a release: its cells and its packs, of a log entry or of a manifest. */
export interface TracedRelease {
  readonly cells: readonly Cell[];
  readonly packs: readonly Pick<
    PackRecord,
    'id' | 'adapter' | 'build' | 'baseModelSignature' | 'version' | 'sha256' | 'downloadSize'
  >[];
}

/**
 * What a release gives a device of one adapter. Pure.
 *
 * @throws ReleaseError `RESOLUTION_AMBIGUOUS`
 */
export function answerOf(release: TracedRelease, adapter: string, device: Device): TraceAnswer {
  if (!release.cells.some((cell) => cell.adapter === adapter)) return nothingOf('not-in-release');
  const { state, cells, pack } = resolveRelease(release, adapter, device);
  return {
    state,
    build: pack?.build ?? null,
    packId: pack?.id ?? null,
    version: pack?.version ?? null,
    sha256: pack?.sha256 ?? null,
    downloadSize: pack?.downloadSize ?? null,
    fallback: cells[0]?.fallback ?? null,
  };
}

/** True when two sources give a device the same. The matrix knows no versions and digests: null there agrees. */
export const isSameAnswer = (a: TraceAnswer, b: TraceAnswer): boolean =>
  a.state === b.state &&
  a.build === b.build &&
  a.packId === b.packId &&
  JSON.stringify(a.fallback) === JSON.stringify(b.fallback) &&
  (a.version === null || b.version === null || a.version === b.version) &&
  (a.sha256 === null || b.sha256 === null || a.sha256 === b.sha256);

/** `build 1.5.0 as fmadapter-summarizer-9799725 v3`. */
export function formatAnswer({ state, build, packId, version, fallback }: TraceAnswer): string {
  if (state === 'not-in-release') return 'nothing: the adapter is not in the release';
  if (state === 'not-in-matrix') return 'nothing: the adapter is not in the matrix';
  if (build === null) return `${state}${fallback === null ? '' : `, uses ${formatFallback(fallback)}`}`;
  return `build ${build} as ${packId ?? 'no pack'}${version === null ? '' : ` v${version}`}`;
}

/** What a source gives that does not know the adapter. */
export const nothingOf = (state: 'not-in-release' | 'not-in-matrix'): TraceAnswer => ({
  state,
  build: null,
  packId: null,
  version: null,
  sha256: null,
  downloadSize: null,
  fallback: null,
});

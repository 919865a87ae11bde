import { type Device, explainResolution, type Resolution } from '../matrix/resolve.ts';
import type { Cell } from '../model/cell.ts';
import type { Adapter } from '../model/matrix.ts';
import { formatOsVersion } from '../model/os-version.ts';
import type { SystemModel } from '../model/system-model.ts';
import { type ResolvablePack, resolveRelease } from '../release/resolve-release.ts';
import type { ResolvedPack, ResolveResult } from './result.ts';

/** A published pack with its URL: as much as `resolve` answers of it. */
export interface AnswerablePack extends ResolvablePack {
  readonly version: number;
  readonly url: string;
  readonly sha256: string;
  readonly downloadSize: number;
}

/** A release that answers for itself: a revision of the log, or what the edge serves. */
export interface AnsweringRelease {
  readonly channel: string;
  readonly source: 'log' | 'edge';
  readonly revision: number;
  readonly cells: readonly Cell[];
  readonly packs: readonly AnswerablePack[];
}

/**
 * The answer that a resolution from the matrix comes to. Pure: the command and the page of a report both give it.
 *
 * @param published - the pack that carries the resolved build on the channel; null where none does
 */
export const answerFromMatrix = (
  {
    adapter,
    systemModels,
    device,
  }: { readonly adapter: Adapter; readonly systemModels: readonly SystemModel[]; readonly device: Device },
  resolution: Resolution,
  published: AnswerablePack | null,
): ResolveResult => ({
  state: resolution.state,
  adapter: adapter.name,
  platform: device.platform,
  os: formatOsVersion(device.os),
  source: 'matrix',
  revision: null,
  systemModel: resolution.systemModel?.id ?? null,
  baseModelSignature: signatureOfResolution(resolution),
  build: resolution.build?.version ?? null,
  pack: packOf(resolution, published),
  fallback: resolution.fallback,
  candidates: resolution.candidates.map(({ id }) => id),
  trail: explainResolution(adapter, systemModels, device),
});

/**
 * What a release gives a device of one of its adapters. Pure.
 *
 * @throws ReleaseError `RESOLUTION_AMBIGUOUS` when several cells remain with different outcomes
 */
export function answerFromRelease(
  { channel, source, revision, ...release }: AnsweringRelease,
  adapter: string,
  device: Device,
): ResolveResult {
  const { state, cells, pack, trail } = resolveRelease(release, adapter, device);
  const [cell, another] = cells;
  return {
    state,
    adapter,
    platform: device.platform,
    os: formatOsVersion(device.os),
    source,
    revision,
    systemModel: another === undefined ? (cell?.systemModel ?? null) : null,
    baseModelSignature: pack?.baseModelSignature ?? (another === undefined ? signatureOfCell(cell) : null),
    build: pack?.build ?? null,
    pack: pack === null ? null : toResolvedPack(pack),
    fallback: cell?.fallback ?? null,
    candidates: another === undefined ? [] : cells.flatMap(({ systemModel }) => systemModel ?? []),
    trail: [`Revision ${revision} of "${channel}", from the ${source}.`, ...trail],
  };
}

function packOf({ packId }: Resolution, published: AnswerablePack | null): ResolvedPack | null {
  if (packId === null) return null;
  return published === null
    ? { id: packId, version: null, url: null, sha256: null, downloadSize: null }
    : toResolvedPack(published);
}

const toResolvedPack = ({ id, version, url, sha256, downloadSize }: AnswerablePack): ResolvedPack => ({
  id,
  version,
  url,
  sha256,
  downloadSize,
});

const signatureOfResolution = ({ build, systemModel }: Resolution): string | null =>
  build?.baseModelSignature ??
  (systemModel?.signature?.complete === true ? systemModel.signature.digits : null);

/** What the cell's system model carries, once all of it is known. */
const signatureOfCell = (cell: Cell | undefined): string | null =>
  cell?.baseModelSignature?.length === 40 ? cell.baseModelSignature : null;

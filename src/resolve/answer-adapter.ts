import { type Device, explainResolution, type Resolution } from '../matrix/resolve.ts';
import type { Adapter } from '../model/matrix.ts';
import { formatOsVersion } from '../model/os-version.ts';
import type { SystemModel } from '../model/system-model.ts';
import type { AnswerablePack } from './answer-release.ts';
import { type ResolvedPack, type ResolveResult, toResolvedPack } from './result.ts';

/** One adapter of a matrix, the system models it is decided over, and the device that asks. */
export interface AdapterQuestion {
  readonly adapter: Adapter;
  readonly systemModels: readonly SystemModel[];
  readonly device: Device;
}

/**
 * The answer that a resolution from the matrix comes to. Pure: the command, the library and the page of a report all
 * give it.
 *
 * @param published - the pack that carries the resolved build on the channel; null where none does, or nobody looked
 */
export const answerForAdapter = (
  { adapter, systemModels, device }: AdapterQuestion,
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
  baseModelSignature: signatureOf(resolution),
  build: resolution.build?.version ?? null,
  pack: packOf(resolution, published),
  fallback: resolution.fallback,
  candidates: resolution.candidates.map(({ id }) => id),
  trail: explainResolution(adapter, systemModels, device),
});

function packOf({ packId }: Resolution, published: AnswerablePack | null): ResolvedPack | null {
  if (packId === null) return null;
  return published === null
    ? { id: packId, version: null, url: null, sha256: null, downloadSize: null }
    : toResolvedPack(published, published.url);
}

const signatureOf = ({ build, systemModel }: Resolution): string | null =>
  build?.baseModelSignature ??
  (systemModel?.signature?.complete === true ? systemModel.signature.digits : null);

import { type Intent, requireSoundMatrix, selectAdapters } from '../matrix/intent.ts';
import { type Device, explainResolution, type Resolution, resolve } from '../matrix/resolve.ts';
import { formatOsVersion } from '../model/os-version.ts';
import { onlyAdapter } from './pick-adapter.ts';
import type { ResolveResult } from './result.ts';

/** A device and the adapter that it asks for; undefined where there is only one. */
export type AdapterDevice = Device & { readonly adapter: string | undefined };

/** What the matrix answers, and the digest of the build that the pack is made of; null without a pack. */
export interface MatrixAnswer {
  readonly result: ResolveResult;
  readonly buildDigest: string | null;
}

/**
 * Answers for one device from the matrix alone. The pack, where there is one, has its id only: version and URL are
 * known once it is published. Pure.
 *
 * @throws ReleaseError `ADAPTER_UNKNOWN`, `USAGE` when several adapters could be meant, `MATRIX_UNSOUND`,
 *   `RESOLUTION_AMBIGUOUS`
 */
export function answerFromMatrix(intent: Intent, { adapter: name, ...device }: AdapterDevice): MatrixAnswer {
  const [adapter] = selectAdapters(intent, [name ?? onlyAdapter(intent.adapters.map((other) => other.name))]);
  if (adapter === undefined) throw new Error('a selected adapter must exist');
  requireSoundMatrix(intent, [adapter.name]);
  const { systemModels } = intent.catalogue;
  const resolution = resolve(adapter, systemModels, device);
  const { packId, build } = resolution;
  return {
    buildDigest: packId === null ? null : (build?.digest ?? ''),
    result: {
      state: resolution.state,
      adapter: adapter.name,
      platform: device.platform,
      os: formatOsVersion(device.os),
      source: 'matrix',
      revision: null,
      systemModel: resolution.systemModel?.id ?? null,
      baseModelSignature: signatureOf(resolution),
      build: build?.version ?? null,
      pack:
        packId === null ? null : { id: packId, version: null, url: null, sha256: null, downloadSize: null },
      fallback: resolution.fallback,
      candidates: resolution.candidates.map(({ id }) => id),
      trail: explainResolution(adapter, systemModels, device),
    },
  };
}

const signatureOf = ({ build, systemModel }: Resolution): string | null =>
  build?.baseModelSignature ??
  (systemModel?.signature?.complete === true ? systemModel.signature.digits : null);

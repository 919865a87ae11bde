import { type Intent, requireSoundMatrix, selectAdapters } from '../matrix/intent.ts';
import { type Device, resolve } from '../matrix/resolve.ts';
import { answerForAdapter } from './answer-adapter.ts';
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
    result: answerForAdapter({ adapter, systemModels, device }, resolution, null),
  };
}

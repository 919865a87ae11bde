import type { ChannelManifest } from '../model/release.ts';
import { answerFromRelease } from './answer-release.ts';
import { type DeviceQuery, toDevice } from './device-query.ts';
import type { ResolveResult } from './result.ts';

/**
 * What one device gets from a published manifest: the answer of `fmrelease resolve --source edge`.
 *
 * @param manifest - as {@link readManifest} returns it; signatures are not looked at here
 * @throws ReleaseError `USAGE` for a query that cannot be read, `ADAPTER_UNKNOWN`, `RESOLUTION_AMBIGUOUS` when only
 *   `variant` or `signature` could decide
 */
export const resolve = (manifest: ChannelManifest, query: DeviceQuery): ResolveResult =>
  answerFromRelease(
    {
      source: 'edge',
      channel: manifest.channel,
      revision: manifest.revision,
      cells: manifest.cells,
      packs: manifest.assetPacks,
    },
    toDevice(query),
  );

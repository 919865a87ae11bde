import type { AdapterDocument } from '../generated/matrix.ts';
import type { DownloadPolicy } from '../model/matrix.ts';
import { ASSET_PACK_ID } from '../model/names.ts';
import { PLATFORMS } from '../model/platform.ts';
import type { PackRecord } from '../model/release.ts';
import type { PackIdentity } from './identify.ts';

/** A pack that was taken over, and what it was found to be. */
export interface IdentifiedPack {
  readonly pack: Omit<PackRecord, 'version'>;
  readonly identity: PackIdentity;
}

/**
 * Returns matrix entries for the packs that could be looked into, by adapter: with them a publish finds every pack in
 * the log, and neither builds nor uploads one. Paths are where an export would usually lie. Pure.
 */
export function proposeMatrix(
  packs: readonly IdentifiedPack[],
  addedAt: string,
): Readonly<Record<string, AdapterDocument>> {
  const adapters = new Map<string, AdapterDocument>();
  for (const { pack, identity } of packs) {
    if (identity.contents === null || !ASSET_PACK_ID.test(pack.id)) continue;
    const known = adapters.get(pack.adapter);
    const isAdapter = identity.kind === 'fmadapter';
    const build = {
      version: pack.build,
      path: isAdapter ? `adapters/${pack.adapter}.fmadapter` : `bundles/${pack.adapter}`,
      addedAt,
      ...(pack.baseModelSignature === null ? {} : { baseModelSignature: pack.baseModelSignature }),
      digest: pack.buildDigest,
      sizeBytes: identity.contents.sizeBytes,
      ...(identity.contents.draft ? { draft: true } : {}),
    };
    const serve =
      pack.baseModelSignature === null
        ? []
        : [{ baseModelSignature: pack.baseModelSignature, version: pack.build }];
    adapters.set(pack.adapter, {
      kind: identity.kind,
      platforms: PLATFORMS.filter((platform) =>
        [...(known?.platforms ?? []), ...pack.recipe.platforms].includes(platform),
      ),
      downloadPolicy: copyPolicy(pack.recipe.downloadPolicy),
      builds: [...(known?.builds ?? []), build],
      serve: [...(known?.serve ?? []), ...serve],
    });
  }
  return Object.fromEntries(adapters);
}

/** A policy as a matrix document holds it: one that may be changed. */
function copyPolicy(policy: DownloadPolicy): NonNullable<AdapterDocument['downloadPolicy']> {
  if ('onDemand' in policy) return { onDemand: {} };
  return 'prefetch' in policy
    ? { prefetch: { installationEventTypes: [...policy.prefetch.installationEventTypes] } }
    : { essential: { installationEventTypes: [...policy.essential.installationEventTypes] } };
}

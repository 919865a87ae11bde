import type { Config } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import { loadIntent, requireSoundMatrix, selectAdapters } from '../matrix/load.ts';
import { type Device, explainResolution, type Resolution, resolve } from '../matrix/resolve.ts';
import { formatOsVersion } from '../model/os-version.ts';
import type { PackRecord } from '../model/release.ts';
import { packUrl } from '../release/projection.ts';
import { readHead } from '../release/read-channel.ts';
import type { OpenChannel } from '../session.ts';
import type { ResolvedPack, ResolveResult } from './result.ts';

/**
 * Resolves one adapter from the matrix. Where that build is published on `channel`, the pack comes with its version
 * and URL; a channel that cannot be read only leaves these out.
 *
 * @throws ReleaseError `ADAPTER_UNKNOWN`, `USAGE` when several adapters could be meant, `MATRIX_UNSOUND`
 */
export async function resolveFromMatrix(
  config: Config,
  channel: OpenChannel | null,
  { adapter: name, ...device }: Device & { readonly adapter: string | undefined },
): Promise<ResolveResult> {
  const intent = await loadIntent(config);
  const [adapter] = selectAdapters(intent, [name ?? onlyAdapter(intent.adapters.map((other) => other.name))]);
  if (adapter === undefined) throw new Error('a selected adapter must exist');
  requireSoundMatrix(intent, [adapter.name]);
  const resolution = resolve(adapter, intent.catalogue.systemModels, device);
  return {
    state: resolution.state,
    adapter: adapter.name,
    platform: device.platform,
    os: formatOsVersion(device.os),
    source: 'matrix',
    revision: null,
    systemModel: resolution.systemModel?.id ?? null,
    baseModelSignature: signatureOf(resolution),
    build: resolution.build?.version ?? null,
    pack:
      resolution.packId === null
        ? null
        : await findPack(channel, resolution.packId, resolution.build?.digest ?? ''),
    fallback: resolution.fallback,
    candidates: resolution.candidates.map(({ id }) => id),
    trail: explainResolution(adapter, intent.catalogue.systemModels, device),
  };
}

/** The one adapter there is; `USAGE` when there are several, or none. */
export function onlyAdapter(names: readonly string[]): string {
  const [first, second] = names;
  if (first !== undefined && second === undefined) return first;
  throw new ReleaseError(
    'USAGE',
    first === undefined
      ? 'There is no adapter to resolve.'
      : `Several adapters could be meant: ${names.join(', ')}.`,
    {
      fix: first === undefined ? 'Register one with `fmrelease adapter add`.' : 'Name one with --adapter.',
    },
  );
}

const signatureOf = ({ build, systemModel }: Resolution): string | null =>
  build?.baseModelSignature ??
  (systemModel?.signature?.complete === true ? systemModel.signature.digits : null);

async function findPack(channel: OpenChannel | null, id: string, buildDigest: string): Promise<ResolvedPack> {
  const head = channel === null ? null : await readHead(channel.store, channel.name).catch(unreadable);
  const published = head?.release?.entry.packs.find(
    (pack) => pack.id === id && pack.buildDigest === buildDigest,
  );
  return published === undefined || channel === null
    ? { id, version: null, url: null, sha256: null, downloadSize: null }
    : toResolvedPack(published, packUrl(published, channel.target.publicUrl));
}

/** A pack record as `resolve` answers it. */
export const toResolvedPack = (
  { id, version, sha256, downloadSize }: Pick<PackRecord, 'id' | 'version' | 'sha256' | 'downloadSize'>,
  url: string,
): ResolvedPack => ({ id, version, url, sha256, downloadSize });

function unreadable(error: unknown): null {
  if (error instanceof ReleaseError) return null;
  throw error;
}

import type { Config } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import { loadIntent, requireSoundMatrix, selectAdapters } from '../matrix/load.ts';
import { type Device, type Resolution, resolve } from '../matrix/resolve.ts';
import { packUrl } from '../release/projection.ts';
import { readHead } from '../release/read-channel.ts';
import type { OpenChannel } from '../session.ts';
import { type AnswerablePack, answerFromMatrix } from './answer.ts';
import type { ResolveResult } from './result.ts';

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
  const { systemModels } = intent.catalogue;
  const resolution = resolve(adapter, systemModels, device);
  const published = await findPack(channel, resolution);
  return answerFromMatrix({ adapter, systemModels, device }, resolution, published);
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

async function findPack(
  channel: OpenChannel | null,
  { packId, build }: Resolution,
): Promise<AnswerablePack | null> {
  if (channel === null || packId === null) return null;
  const head = await readHead(channel.store, channel.name).catch(unreadable);
  const pack = head?.release?.entry.packs.find(
    ({ id, buildDigest }) => id === packId && buildDigest === build?.digest,
  );
  return pack === undefined ? null : { ...pack, url: packUrl(pack, channel.target.publicUrl) };
}

function unreadable(error: unknown): null {
  if (error instanceof ReleaseError) return null;
  throw error;
}

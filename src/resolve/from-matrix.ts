import type { Config } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import { loadIntent } from '../matrix/load.ts';
import { packUrl } from '../release/projection.ts';
import { readHead } from '../release/read-channel.ts';
import type { OpenChannel } from '../session.ts';
import { type AdapterDevice, answerFromMatrix } from './answer-matrix.ts';
import { type ResolvedPack, type ResolveResult, toResolvedPack } from './result.ts';

/**
 * Resolves one adapter from the matrix. Where that build is published on `channel`, the pack comes with its version
 * and URL; a channel that cannot be read only leaves these out.
 *
 * @throws ReleaseError as {@link answerFromMatrix} does
 */
export async function resolveFromMatrix(
  config: Config,
  channel: OpenChannel | null,
  device: AdapterDevice,
): Promise<ResolveResult> {
  const { result, buildDigest } = answerFromMatrix(await loadIntent(config), device);
  if (result.pack === null || channel === null || buildDigest === null) return result;
  return { ...result, pack: (await findPack(channel, result.pack.id, buildDigest)) ?? result.pack };
}

async function findPack(channel: OpenChannel, id: string, buildDigest: string): Promise<ResolvedPack | null> {
  const head = await readHead(channel.store, channel.name).catch(unreadable);
  const published = head?.release?.entry.packs.find(
    (pack) => pack.id === id && pack.buildDigest === buildDigest,
  );
  return published === undefined
    ? null
    : toResolvedPack(published, packUrl(published, channel.target.publicUrl));
}

function unreadable(error: unknown): null {
  if (error instanceof ReleaseError) return null;
  throw error;
}

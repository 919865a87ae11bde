import { ReleaseError } from '../errors.ts';
import { sha256Of } from '../model/digest.ts';
import type { Release } from '../model/release.ts';
import { MANIFEST, manifestKey } from '../release/layout.ts';
import { encodeManifest } from '../release/projection.ts';
import { type ChannelHead, readHead } from '../release/read-channel.ts';
import type { ReleaseStore } from '../store/store.ts';
import { isUnclear } from './commit.ts';

/** What is rolled forward, and whether a projection that no log entry explains may be replaced. */
export interface RollForward {
  readonly channel: string;
  readonly publicUrl: string;
  readonly allowForeign: boolean;
}

/**
 * Brings the projection to the newest log entry, never back. Several writers may do this at once: each replaces only
 * what it has read, and looks again when it lost.
 *
 * @throws ReleaseError `PROJECTION_FOREIGN` when somebody else's manifest stands there, `CHANNEL_BUSY`
 */
export async function rollForward(
  store: ReleaseStore,
  { channel, publicUrl, allowForeign }: RollForward,
): Promise<void> {
  let unclear = 0;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { release, projection } = await readHead(store, channel);
    if (release === null || projection.state === 'current') return;
    if (projection.state === 'foreign' && !allowForeign) throw foreignProjection(channel);
    const bytes = encodeManifest(release.entry, release.cells, publicUrl);
    if (!explains(release, bytes)) throw movedUrl(channel, release);
    try {
      if ((await store.replace(manifestKey(channel), bytes, projection.object?.etag ?? null)) === 'replaced')
        return;
    } catch (error) {
      if (!isUnclear(error) || ++unclear >= MAX_UNCLEAR) throw error; // else the next look tells
    }
  }
  throw new ReleaseError('CHANNEL_BUSY', `The projection of "${channel}" kept moving.`, {
    fix: 'Run the same command again.',
  });
}

/** True when the log entry records exactly these projection bytes. */
export const explains = ({ entry }: Release, bytes: Uint8Array): boolean =>
  entry.projections[MANIFEST] === sha256Of(bytes);

/**
 * Refuses to publish over a manifest that somebody else wrote.
 *
 * @throws ReleaseError `CHANNEL_NOT_ADOPTED` on a channel without a log, `PROJECTION_FOREIGN` on one with a log
 */
export function refuseForeign(
  { release, projection }: ChannelHead,
  channel: string,
  allowForeign: boolean,
): void {
  if (projection.state !== 'foreign' || allowForeign) return;
  if (release !== null) throw foreignProjection(channel);
  throw new ReleaseError(
    'CHANNEL_NOT_ADOPTED',
    `"${channel}" already has a manifest that fmrelease did not write.`,
    {
      fix: 'Find out who wrote it; then run `fmrelease publish --allow-foreign` to replace the manifest above its versions.',
    },
  );
}

const movedUrl = (channel: string, { entry }: Release): ReleaseError =>
  new ReleaseError(
    'PUBLISH_INCOMPLETE',
    `The manifest of "${channel}" lags, and revision ${entry.revision} was published under another publicUrl.`,
    { fix: 'Run `fmrelease publish`: a new revision carries the new URLs.' },
  );

const foreignProjection = (channel: string): ReleaseError =>
  new ReleaseError(
    'PROJECTION_FOREIGN',
    `The manifest of "${channel}" is not what any revision of its log says.`,
    {
      fix: 'Find out who wrote it, then run `fmrelease publish --allow-foreign` to replace it above its versions.',
    },
  );

const MAX_ATTEMPTS = 64;
const MAX_UNCLEAR = 4;

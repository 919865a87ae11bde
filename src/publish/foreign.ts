import { ReleaseError } from '../errors.ts';
import type { ProjectionTarget } from '../release/projection.ts';
import { type ChannelHead, readHead } from '../release/read-channel.ts';
import { type PlatformProjection, readPlatformProjections } from '../release/read-projections.ts';
import type { OpenChannel } from '../session.ts';
import type { StoredObject } from '../store/store.ts';

/** A channel as it stands: its newest release, `manifest.json`, and the download manifests of managed hosting. */
export interface WholeChannel extends ChannelHead {
  readonly platforms: readonly PlatformProjection[];
}

/** A channel, and what decides its projections. */
export interface ProjectedChannel extends Pick<OpenChannel, 'store' | 'name'> {
  readonly target: ProjectionTarget;
}

/** Reads a channel with everything that its target projects it to. */
export async function readWholeChannel({ store, name, target }: ProjectedChannel): Promise<WholeChannel> {
  const head = await readHead(store, name);
  const tip = head.release?.entry ?? null;
  return { ...head, platforms: await readPlatformProjections(store, { channel: name, tip }, target) };
}

/** The manifests of a channel that no entry of its log explains. */
export const foreignObjects = ({ projection, platforms }: WholeChannel): readonly StoredObject[] =>
  [projection, ...platforms].flatMap(({ state, object }) =>
    state === 'foreign' && object !== null ? [object] : [],
  );

/**
 * Refuses to publish over a manifest that somebody else wrote.
 *
 * @throws ReleaseError `CHANNEL_NOT_ADOPTED` on a channel without a log, `PROJECTION_FOREIGN` on one with a log
 */
export function refuseForeign(whole: WholeChannel, channel: string, allowForeign: boolean): void {
  const [first, ...more] = foreignObjects(whole);
  if (first === undefined || allowForeign) return;
  if (whole.release !== null) throw foreignProjection(first.key);
  const names = [first, ...more].map(({ key }) => key).join(', ');
  throw new ReleaseError(
    'CHANNEL_NOT_ADOPTED',
    `"${channel}" has no log, but ${names} ${more.length === 0 ? 'is' : 'are'} there, which fmrelease did not write.`,
    {
      fix: 'Take over what is published with `fmrelease adopt <manifest>`, or replace it above its versions with `fmrelease publish --allow-foreign`.',
    },
  );
}

/** An error for a projection that no entry explains. */
export const foreignProjection = (key: string): ReleaseError =>
  new ReleaseError('PROJECTION_FOREIGN', `${key} is not what any revision of its log says.`, {
    fix: 'Find out who wrote it, then run `fmrelease publish --allow-foreign` to replace it above its versions.',
  });

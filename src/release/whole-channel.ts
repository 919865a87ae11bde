import type { OpenChannel } from '../session.ts';
import type { StoredObject } from '../store/store.ts';
import type { ProjectionTarget } from './projection.ts';
import { type ChannelHead, readHead } from './read-channel.ts';
import { type PlatformProjection, readPlatformProjections } from './read-projections.ts';

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

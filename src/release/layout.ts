import type { Platform } from '../model/platform.ts';

/** `v1/packs/9f86d0…/fmadapter-summarizer-9799725`: immutable, and its last part is the pack id, as Apple's URLs need. */
export const packKey = (sha256: string, packId: string): string => `v1/packs/${sha256}/${packId}`;

/** `v1/cells/3a7bd3….json`: immutable. */
export const cellsKey = (sha256: string): string => `v1/cells/${sha256}.json`;

/** True for the key of a cells document. */
export const isCellsKey = (key: string): boolean => key.startsWith('v1/cells/');

/** `v1/channels/stable/log/12.json`: immutable; creating it is the commit. */
export const logKey = (channel: string, revision: number): string => `${logPrefix(channel)}${revision}.json`;

/** `v1/channels/stable/log/`: everything that was ever committed. */
export const logPrefix = (channel: string): string => `${CHANNELS_PREFIX}${channel}/log/`;

/** `s3://acme-models/editor/v1/channels/…`: where an object lies at a store, for people, so that it can be pasted. */
export const objectPlace = (place: string, key: string): string =>
  `${place}${place.endsWith('/') ? '' : '/'}${key}`;

/** `v1/channels/stable/manifest.json`: the projection that apps read, under both hostings. */
export const manifestKey = (channel: string): string => `${CHANNELS_PREFIX}${channel}/${MANIFEST}`;

/** `v1/channels/stable/iOS.json`: Apple's download manifest of one platform, under managed hosting. */
export const platformManifestKey = (channel: string, platform: Platform): string =>
  `${CHANNELS_PREFIX}${channel}/${platformManifest(platform)}`;

/** `iOS.json`: its name, as log entries record it. */
export const platformManifest = (platform: Platform): string => `${platform}.json`;

/** The revision that a log key names, or undefined. */
export function revisionOf(key: string): number | undefined {
  const match = /\/log\/([1-9]\d*)\.json$/.exec(key);
  return match === null ? undefined : Number(match[1]);
}

/** Below it lies one folder per channel. */
export const CHANNELS_PREFIX = 'v1/channels/';

/** Below it lie all packs. */
export const PACKS_PREFIX = 'v1/packs/';

/** The name of the projection, as log entries record it. */
export const MANIFEST = 'manifest.json';

/** Below it lies one tombstone per pack that `prune` has marked. Not part of any release. */
export const TOMBSTONES_PREFIX = 'v1/tombstones/';

/** `v1/tombstones/9f86d0…/fmadapter-summarizer-9799725.json`: says that a pack is about to be pruned. */
export const tombstoneKey = (key: string): string =>
  `${TOMBSTONES_PREFIX}${key.slice(PACKS_PREFIX.length)}.json`;

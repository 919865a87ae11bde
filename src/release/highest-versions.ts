import pLimit from 'p-limit';
import { isJsonObject, readJsonBytes } from '../json/read.ts';
import type { Release } from '../model/release.ts';
import type { ReleaseStore, StoredObject } from '../store/store.ts';
import { type HighestVersions, mergeHighest, type VersionLedger } from './compose.ts';
import { listChannels, readEntry, readHead, requireLink } from './read-channel.ts';

/** What a channel itself knows: its head, and manifests of somebody else that are about to be replaced. */
export interface OwnLedger {
  readonly channel: string;
  readonly head: Release | null;
  readonly foreign: readonly StoredObject[];
  /** The versions that promoted packs have in the channel that they come from. */
  readonly versionsThere?: HighestVersions;
}

/** The highest version ever used per pack id: of the channel, of every other channel of the target, of a foreign manifest. */
export async function readVersionLedger(
  store: ReleaseStore,
  { channel, head, foreign: objects, versionsThere = {} }: OwnLedger,
): Promise<VersionLedger> {
  const others = (await listChannels(store)).filter((name) => name !== channel);
  const heads = await Promise.all(others.map((name) => readHead(store, name)));
  const foreign = mergeHighest(objects.map((object) => versionsOf(object, head)));
  const known = [head, ...heads.map(({ release }) => release)].map(
    (release) => release?.entry.highestVersion ?? {},
  );
  const kept = await keptVersions(store, head, mergeHighest([versionsThere]));
  return { highest: mergeHighest([...known, foreign]), foreign, kept };
}

/**
 * The versions that this channel can take over as they are. Its newest entry knows the highest ones of all channels;
 * only where that is not below a version, the channel's own log is read for what it used itself.
 */
async function keptVersions(
  store: ReleaseStore,
  head: Release | null,
  there: HighestVersions,
): Promise<HighestVersions> {
  const known = head?.entry.highestVersion ?? {};
  const exceeds = (own: HighestVersions) =>
    Object.entries(there).filter(([id, version]) => version > (own[id] ?? -1)); // 0 is a version: Apple's default
  const plain = exceeds(known);
  if (head === null || plain.length === Object.keys(there).length) return Object.fromEntries(plain);
  return Object.fromEntries(exceeds(await ownVersions(store, head)));
}

/** Reads the whole log of a release, a few slots at a time, and takes each only as the one after it names it. */
async function ownVersions(store: ReleaseStore, head: Release): Promise<HighestVersions> {
  const { channel, revision } = head.entry;
  const limit = pLimit(PARALLEL_READS);
  const older = await Promise.all(
    Array.from({ length: revision - 1 }, (_, index) => limit(() => readEntry(store, channel, index + 1))),
  );
  const slots = [...older, head];
  slots.forEach((slot, index) => {
    if (slot !== null) requireLink(channel, slots[index - 1] ?? null, slot);
  });
  return mergeHighest(
    slots.map((slot) =>
      Object.fromEntries((slot?.entry.packs ?? []).map(({ id, version }) => [id, version])),
    ),
  );
}

const PARALLEL_READS = 16;

/**
 * The versions that a manifest of unknown origin gives its packs. What cannot be read counts as none, and so does a
 * pack that is the head's own: a manifest that only differs elsewhere makes no device fetch its packs again.
 */
export function versionsOf({ bytes, key }: StoredObject, head: Release | null): HighestVersions {
  try {
    const value = readJsonBytes(bytes, key);
    const packs =
      value !== null && typeof value === 'object' && !Array.isArray(value) ? value['assetPacks'] : [];
    const entries = (Array.isArray(packs) ? packs : []).flatMap((pack) => {
      if (pack === null || typeof pack !== 'object' || Array.isArray(pack)) return [];
      const { id, version, userInfo } = pack;
      // Ours has the digest beside the version, Apple's form in what the app is told.
      const sha256 = pack['sha256'] ?? (isJsonObject(userInfo) ? userInfo['sha256'] : undefined);
      const ours = head?.entry.packs.find((own) => own.id === id);
      if (ours?.version === version && ours?.sha256 === sha256) return [];
      return typeof id === 'string' && typeof version === 'number' && Number.isSafeInteger(version)
        ? [[id, version] as const]
        : [];
    });
    return Object.fromEntries(entries);
  } catch {
    return {};
  }
}

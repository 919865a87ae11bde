import { readJsonBytes } from '../json/read.ts';
import type { Release } from '../model/release.ts';
import type { ReleaseStore, StoredObject } from '../store/store.ts';
import { type HighestVersions, mergeHighest } from './compose.ts';
import { listChannels, readHead } from './read-channel.ts';

/** What a channel itself knows: its head, and a manifest of somebody else that is about to be replaced. */
export interface OwnLedger {
  readonly channel: string;
  readonly head: Release | null;
  readonly foreign: StoredObject | null;
}

/** The highest version ever used per pack id: of the channel, of every other channel of the target, of a foreign manifest. */
export async function readHighestVersions(
  store: ReleaseStore,
  { channel, head, foreign }: OwnLedger,
): Promise<HighestVersions> {
  const others = (await listChannels(store)).filter((name) => name !== channel);
  const heads = await Promise.all(others.map((name) => readHead(store, name)));
  return mergeHighest([
    head?.entry.highestVersion ?? {},
    ...heads.map(({ release }) => release?.entry.highestVersion ?? {}),
    foreign === null ? {} : versionsOf(foreign),
  ]);
}

/** The versions that a manifest of unknown origin gives its packs; what cannot be read counts as none. */
function versionsOf({ bytes, key }: StoredObject): HighestVersions {
  try {
    const value = readJsonBytes(bytes, key);
    const packs =
      value !== null && typeof value === 'object' && !Array.isArray(value) ? value['assetPacks'] : [];
    const entries = (Array.isArray(packs) ? packs : []).flatMap((pack) => {
      if (pack === null || typeof pack !== 'object' || Array.isArray(pack)) return [];
      const { id, version } = pack;
      return typeof id === 'string' && typeof version === 'number' && Number.isSafeInteger(version)
        ? [[id, version] as const]
        : [];
    });
    return Object.fromEntries(entries);
  } catch {
    return {};
  }
}

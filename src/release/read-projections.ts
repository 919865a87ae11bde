import { sha256Of } from '../model/digest.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import type { LogEntry } from '../model/release.ts';
import type { ReleaseStore, StoredObject } from '../store/store.ts';
import { platformManifest } from './layout.ts';
import { type ProjectionTarget, platformKeys, readRevisionMark, recordedPlatforms } from './projection.ts';
import { type ProjectionState, readEntry } from './read-channel.ts';

/** A platform's download manifest as it is served under one key, and how it stands to the log. */
export interface PlatformProjection {
  readonly platform: Platform;
  readonly key: string;
  readonly state: ProjectionState;
  readonly object: StoredObject | null;
  /** The revision that it serves; null where there is none or the log does not explain it. */
  readonly revision: number | null;
}

/**
 * Reads every download manifest of a channel: those that its newest entry records, and under managed hosting any other
 * that stands where one would go. `tip` is null before the first revision.
 */
export async function readPlatformProjections(
  store: ReleaseStore,
  { channel, tip }: { readonly channel: string; readonly tip: LogEntry | null },
  target: ProjectionTarget,
): Promise<readonly PlatformProjection[]> {
  const recorded = recordedPlatforms(tip);
  const places = (target.hosting === 'managed' ? PLATFORMS : recorded).flatMap((platform) =>
    platformKeys(channel, platform, target).map((key) => ({ platform, key })),
  );
  const found = await Promise.all(
    places.map(async ({ platform, key }): Promise<PlatformProjection> => {
      const object = (await store.read(key)) ?? null;
      return { platform, key, object, ...(await judge(store, { channel, tip, platform, object })) };
    }),
  );
  return found.filter(({ platform, object }) => object !== null || recorded.includes(platform));
}

interface Judged {
  readonly channel: string;
  readonly tip: LogEntry | null;
  readonly platform: Platform;
  readonly object: StoredObject | null;
}

async function judge(
  store: ReleaseStore,
  { channel, tip, platform, object }: Judged,
): Promise<Pick<PlatformProjection, 'state' | 'revision'>> {
  if (object === null) return { state: 'absent', revision: null };
  if (tip === null) return FOREIGN;
  const digest = sha256Of(object.bytes);
  const marked = readRevisionMark(object.bytes);
  // What `adopt` took over was written by somebody else, and carries no mark: the first entry knows its digest.
  const revision = marked ?? 1;
  const entry = revision === tip.revision ? tip : (await readEntry(store, channel, revision))?.entry;
  if (marked === null)
    return entry?.adopted?.[platform] === digest ? { state: 'behind', revision: null } : FOREIGN;
  if (entry?.projections[platformManifest(platform)] !== digest) return FOREIGN;
  // A newer one than the tip that was read: somebody has published since.
  return { state: revision >= tip.revision ? 'current' : 'behind', revision };
}

const FOREIGN = { state: 'foreign', revision: null } as const;

import { ReleaseError } from '../errors.ts';
import { sha256Of } from '../model/digest.ts';
import type { Release } from '../model/release.ts';
import { versionsOf } from '../release/highest-versions.ts';
import { MANIFEST } from '../release/layout.ts';
import {
  type Projection,
  type ProjectionTarget,
  projectRelease,
  recordedPlatforms,
} from '../release/projection.ts';
import { readHead } from '../release/read-channel.ts';
import { readPlatformProjections } from '../release/read-projections.ts';
import { isUnclear } from '../store/settle.ts';
import type { ReleaseStore, StoredObject } from '../store/store.ts';
import { foreignProjection } from './foreign.ts';

/** What is rolled forward, and whether a projection that no log entry explains may be replaced. */
export interface RollForward {
  readonly channel: string;
  readonly target: ProjectionTarget;
  readonly allowForeign: boolean;
  /** Refuses a release that nobody may project. Asked about the very release that is written. */
  readonly admit: (release: Release) => Promise<void>;
}

/**
 * Brings every projection to the newest log entry, never back, `manifest.json` last. Several writers may do this at
 * once: each replaces only what it has read, and looks again when it lost. Each is replaced at once; together they are
 * not.
 *
 * @throws ReleaseError `PROJECTION_FOREIGN` when somebody else's manifest stands there, `CHANNEL_BUSY`, or as `admit`
 */
export async function rollForward(store: ReleaseStore, order: RollForward): Promise<void> {
  let unclear = 0;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { release, lagging } = await findLagging(store, order);
    if (release === null || lagging.length === 0) return;
    await order.admit(release);
    try {
      if (await replaceAll(store, release, lagging)) return;
    } catch (error) {
      if (!isUnclear(error) || ++unclear >= MAX_UNCLEAR) throw error; // else the next look tells
    }
  }
  throw new ReleaseError('CHANNEL_BUSY', `The projections of "${order.channel}" kept moving.`, {
    fix: 'Run the same command again.',
  });
}

/** A key whose bytes are not those of the newest entry, and what stands there. */
interface Lagging {
  readonly key: string;
  readonly object: StoredObject | null;
  readonly projection: Projection;
}

async function findLagging(
  store: ReleaseStore,
  { channel, target, allowForeign }: RollForward,
): Promise<{ readonly release: Release | null; readonly lagging: readonly Lagging[] }> {
  const { release, projection } = await readHead(store, channel);
  if (release === null) return { release, lagging: [] };
  const { entry, cells } = release;
  const platforms = await readPlatformProjections(store, { channel, tip: entry }, target);
  const projections = projectRelease({ ...entry, cells }, recordedPlatforms(entry), target);
  const lagging = projections.flatMap((wanted) =>
    wanted.keys.flatMap((key): readonly Lagging[] => {
      const served =
        wanted.name === MANIFEST ? projection : (platforms.find((one) => one.key === key) ?? ABSENT);
      if (served.state === 'current') return [];
      if (served.state === 'foreign' && !(allowForeign && staysBelow(served.object, release)))
        throw foreignProjection(key);
      return [{ key, object: served.object, projection: wanted }];
    }),
  );
  return { release, lagging };
}

/**
 * True when a release is above every version that somebody else's manifest gives: it may have been replaced by a newer
 * one since its versions were read, and devices must never see a version fall.
 */
function staysBelow(object: StoredObject | null, release: Release): boolean {
  if (object === null) return true;
  const { packs, highestVersion } = release.entry;
  return Object.entries(versionsOf(object, release)).every(([id, version]) => {
    const own = packs.find((pack) => pack.id === id);
    return own === undefined ? version <= (highestVersion[id] ?? -1) : version < own.version;
  });
}

/** Replaces one after the other; false when somebody else has moved one meanwhile. */
async function replaceAll(
  store: ReleaseStore,
  release: Release,
  lagging: readonly Lagging[],
): Promise<boolean> {
  for (const { key, object, projection } of lagging) {
    if (!explains(release, projection)) throw movedUrl(release);
    if ((await store.replace(key, projection.bytes, object?.etag ?? null)) === 'lost') return false;
  }
  return true;
}

/** True when the log entry records exactly these projection bytes. */
const explains = ({ entry }: Release, { name, bytes }: Projection): boolean =>
  entry.projections[name] === sha256Of(bytes);

const movedUrl = ({ entry }: Release): ReleaseError =>
  new ReleaseError(
    'PUBLISH_INCOMPLETE',
    `The manifest of "${entry.channel}" lags, and revision ${entry.revision} was published under another publicUrl.`,
    { fix: 'Run `fmrelease publish`: a new revision carries the new URLs.' },
  );

const ABSENT = { state: 'absent', object: null } as const;
const MAX_ATTEMPTS = 64;
const MAX_UNCLEAR = 4;

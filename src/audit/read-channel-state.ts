import { createHash } from 'node:crypto';
import { ReleaseError } from '../errors.ts';
import { readJsonBytes } from '../json/read.ts';
import type { PackRecord } from '../model/release.ts';
import type { EntryCache } from '../release/entry-cache.ts';
import { MANIFEST } from '../release/layout.ts';
import { sizesOf } from '../release/object-sizes.ts';
import { isProjectedAs } from '../release/projection.ts';
import { type PlatformProjection, readPlatformProjections } from '../release/read-projections.ts';
import type { Session } from '../session.ts';
import { findOrphans } from './find-orphans.ts';
import type { AuditedLog } from './read-log.ts';
import { readTrust } from './read-trust.ts';
import type { ChannelState, ServedPack } from './state.ts';

/** The day of the question, and whether published packs are hashed. */
export interface ChannelQuestion {
  readonly asOf: Date;
  readonly full: boolean;
  /** What is known of the log of another channel. */
  readonly knownOf: (channel: string) => Promise<EntryCache>;
}

/** Looks at everything that the channel's log and its projection name. */
export async function readChannelState(
  session: Session,
  log: AuditedLog,
  { asOf, full, knownOf }: ChannelQuestion,
): Promise<ChannelState> {
  const { channel, config } = session;
  const { release, projection } = log.head;
  const tip = release?.entry ?? null;
  const platforms = log.headKnown
    ? await readPlatformProjections(channel.store, { channel: channel.name, tip }, channel.target)
    : [];
  return {
    name: channel.name,
    target: channel.target.name,
    place: channel.store.place,
    publicUrl: channel.target.publicUrl,
    head: release,
    headKnown: log.headKnown,
    projection: projection.state,
    trust: await readTrust(channel, log),
    platforms,
    urlsMoved: release !== null && !isProjectedAs(release, channel.target),
    slots: log.slots,
    logFaults: log.faults,
    packs: await lookAtPacks(session, servedPacks(log, platforms), full),
    orphans: await findOrphans(channel.store, {
      channel: channel.name,
      log,
      retention: config.retention,
      asOf,
      knownOf,
    }),
  };
}

/** The packs of the newest entry, and those of the older entries that lagging projections still serve, by key. */
function servedPacks(
  { slots, head: { projection } }: AuditedLog,
  platforms: readonly PlatformProjection[],
): readonly PackRecord[] {
  const newest = slots.at(-1)?.entry;
  const shown = new Set<unknown>(platforms.map(({ revision }) => revision));
  if (projection.state === 'behind') shown.add(revisionOf(projection.object?.bytes));
  const older = slots.filter(({ entry }) => shown.has(entry.revision)).flatMap(({ entry }) => entry.packs);
  const packs = [...(newest?.packs ?? []), ...older];
  return [...new Map(packs.map((pack) => [pack.key, pack])).values()];
}

function revisionOf(manifest: Uint8Array | undefined): unknown {
  if (manifest === undefined) return null;
  try {
    const value = readJsonBytes(manifest, MANIFEST);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value['revision'] : null;
  } catch (error) {
    if (error instanceof ReleaseError) return null;
    throw error;
  }
}

/** Asks the store for the size of each pack; with `full` hashes each that has its size, one after the other. */
async function lookAtPacks(
  session: Session,
  packs: readonly PackRecord[],
  full: boolean,
): Promise<readonly ServedPack[]> {
  const sizes = await sizesOf(
    session.channel.store,
    packs.map(({ key }) => key),
  );
  const looked = packs.map((pack) => ({ pack, sizeBytes: sizes.get(pack.key) ?? null }));
  const states: ServedPack[] = [];
  for (const { pack, sizeBytes } of looked) {
    const isWhole = sizeBytes === pack.downloadSize;
    states.push({ pack, sizeBytes, sha256: full && isWhole ? await hashPack(session, pack) : null });
  }
  return states;
}

async function hashPack({ channel, io }: Session, { id, key, downloadSize }: PackRecord): Promise<string> {
  const hash = createHash('sha256');
  let doneBytes = 0;
  for await (const chunk of channel.store.stream(key)) {
    hash.update(chunk);
    doneBytes += chunk.length;
    io.progress({ kind: 'bytes', text: `Hashing ${id}`, doneBytes, totalBytes: downloadSize });
  }
  return hash.digest('hex');
}

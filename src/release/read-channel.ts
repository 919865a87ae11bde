import { ReleaseError } from '../errors.ts';
import { isJsonObject, type JsonValue, readJsonBytes } from '../json/read.ts';
import { sha256Of } from '../model/digest.ts';
import type { Release } from '../model/release.ts';
import type { ReleaseStore, StoredObject } from '../store/store.ts';
import { parseCells, parseLogEntry } from './documents.ts';
import { type EntryCache, noEntryCache } from './entry-cache.ts';
import { CHANNELS_PREFIX, cellsKey, logKey, logPrefix, MANIFEST, manifestKey, revisionOf } from './layout.ts';

/** How a channel's projection stands to its log. `foreign`: no log entry explains its bytes. */
export type ProjectionState = 'absent' | 'current' | 'behind' | 'foreign';

/** The newest release of a channel, and its projection as it is served. */
export interface ChannelHead {
  readonly release: Release | null;
  readonly projection: { readonly state: ProjectionState; readonly object: StoredObject | null };
}

/**
 * Reads the newest release: from the revision that the projection names forward until a slot is empty; by listing
 * the log only where no projection points into it.
 *
 * @throws ReleaseError `LOG_BROKEN` when a slot is missing, rewritten or unreadable, `DOCUMENT_DAMAGED` for cells
 */
export async function readHead(
  store: ReleaseStore,
  channel: string,
  known: EntryCache = noEntryCache,
): Promise<ChannelHead> {
  const object = (await store.read(manifestKey(channel))) ?? null;
  const served = object === null ? null : readLeniently(object.bytes);
  const named = revisionNamedBy(served);
  const log: EntryReader = (revision) => readSlot(store, { channel, revision, known });
  const start = (named !== null ? await log(named) : null) ?? (await readNewestListed(store, channel));
  if (start === null)
    return { release: null, projection: { state: object === null ? 'absent' : 'foreign', object } };
  const tip = await walkToTip(log, channel, start);
  const release = await withCells(store, tip);
  const state = judgeProjection(object, named === start.entry.revision ? start : null, tip);
  if (object !== null && state === 'current') await requireAgreement(served, object.key, tip);
  return { release, projection: { state, object } };
}

/** Reads one entry of the log at hand. */
type EntryReader = (revision: number) => Promise<Slot | null>;

/** One revision with its cells, or null when the log has none. */
export async function readRelease(
  store: ReleaseStore,
  channel: string,
  revision: number,
): Promise<Release | null> {
  const slot = await readEntry(store, channel, revision);
  return slot === null ? null : withCells(store, slot);
}

/** A log entry without its cells. */
export type Slot = Omit<Release, 'cells'>;

/** Which slot of a log, and what is known of its entries. */
export interface SlotPlace {
  readonly channel: string;
  readonly revision: number;
  readonly known: EntryCache;
}

/** One log entry, or null when its slot is empty. */
export const readEntry = (store: ReleaseStore, channel: string, revision: number): Promise<Slot | null> =>
  readSlot(store, { channel, revision, known: noEntryCache });

/** {@link readEntry} with a memory: bytes of a known digest are not read and checked again. */
export async function readSlot(
  store: ReleaseStore,
  { channel, revision, known }: SlotPlace,
): Promise<Slot | null> {
  const object = await store.read(logKey(channel, revision));
  if (object === undefined) return null;
  const entrySha256 = sha256Of(object.bytes);
  const entry = known.find(entrySha256) ?? (await parseLogEntry(object.bytes, object.key));
  if (entry.revision !== revision || entry.channel !== channel) {
    throw brokenLog(`${object.key} holds revision ${entry.revision} of "${entry.channel}".`);
  }
  known.remember(entrySha256, entry);
  return { entry, entrySha256 };
}

/**
 * The revisions before one, newest first, each of them proved by the entry after it, so that a slot which somebody
 * rewrote is never taken for what was published.
 *
 * @throws ReleaseError `LOG_BROKEN` when a slot is missing, rewritten or unreadable
 */
export async function* readBefore(store: ReleaseStore, slot: Slot): AsyncGenerator<Slot> {
  for (let next = slot; next.entry.revision > 1; ) {
    const { channel, revision } = next.entry;
    const before = await readEntry(store, channel, revision - 1);
    requireLink(channel, before, next);
    if (before === null) return;
    yield before;
    next = before;
  }
}

/** The channels that have anything at this target, sorted. */
export const listChannels = (store: ReleaseStore): Promise<readonly string[]> =>
  store.folders(CHANNELS_PREFIX);

/** Every revision number in the log, ascending; holes are the caller's to notice. */
export async function listRevisions(store: ReleaseStore, channel: string): Promise<readonly number[]> {
  const revisions: number[] = [];
  for await (const { key } of store.list(logPrefix(channel))) {
    const revision = revisionOf(key);
    if (revision !== undefined) revisions.push(revision);
  }
  return revisions.sort((a, b) => a - b);
}

async function readNewestListed(store: ReleaseStore, channel: string): Promise<Slot | null> {
  const newest = (await listRevisions(store, channel)).at(-1);
  return newest === undefined ? null : readEntry(store, channel, newest);
}

async function walkToTip(log: EntryReader, channel: string, start: Slot): Promise<Slot> {
  const before = start.entry.revision === 1 ? null : await log(start.entry.revision - 1);
  requireLink(channel, before, start);
  let tip = start;
  for (;;) {
    const next = await log(tip.entry.revision + 1);
    if (next === null) return tip;
    requireLink(channel, tip, next);
    tip = next;
  }
}

/**
 * Refuses two neighbours of a log when the later one does not name the bytes of the earlier one.
 *
 * @throws ReleaseError `LOG_BROKEN`
 */
export function requireLink(channel: string, before: Slot | null, { entry }: Slot): void {
  if ((before?.entrySha256 ?? null) === entry.previousSha256) return;
  const why =
    before === null
      ? `revision ${entry.revision - 1} is missing`
      : `revision ${entry.revision} does not follow from revision ${before.entry.revision} as it stands`;
  throw brokenLog(`The log of "${channel}" is broken: ${why}.`);
}

/**
 * A slot with its cells.
 *
 * @throws ReleaseError `DOCUMENT_DAMAGED`
 */
export async function withCells(store: ReleaseStore, slot: Slot): Promise<Release> {
  const key = cellsKey(slot.entry.cellsSha256);
  const object = await store.read(key);
  if (object === undefined || sha256Of(object.bytes) !== slot.entry.cellsSha256) {
    throw new ReleaseError(
      'DOCUMENT_DAMAGED',
      `${key}, the cells of revision ${slot.entry.revision}, ${object === undefined ? 'is missing' : 'has other bytes than its name says'}.`,
      {
        fix: `Restore ${key} from a backup.`,
      },
    );
  }
  return { ...slot, cells: (await parseCells(object.bytes, key)).cells };
}

function judgeProjection(object: StoredObject | null, explainedBy: Slot | null, tip: Slot): ProjectionState {
  if (object === null) return 'absent';
  if (explainedBy === null || explainedBy.entry.projections[MANIFEST] !== sha256Of(object.bytes))
    return 'foreign';
  return explainedBy.entry.revision === tip.entry.revision ? 'current' : 'behind';
}

/** Nothing follows the tip that would prove its bytes, but its projection does: both must name the same packs. */
async function requireAgreement(manifest: JsonValue, key: string, { entry }: Slot): Promise<void> {
  const { checkManifest } = await import('./read-manifest.ts');
  const { assetPacks } = checkManifest(manifest, key);
  const named = entry.packs.map(({ id, version, sha256, downloadSize }) => [
    id,
    version,
    sha256,
    downloadSize,
  ]);
  const served = assetPacks.map(({ id, version, sha256, downloadSize }) => [
    id,
    version,
    sha256,
    downloadSize,
  ]);
  if (JSON.stringify(named) === JSON.stringify(served)) return;
  throw brokenLog(
    `The log of "${entry.channel}" is broken: revision ${entry.revision} names other packs than its manifest.`,
  );
}

/** The document of a projection, or null where it is none: whoever wrote that has its own error. */
function readLeniently(bytes: Uint8Array): JsonValue {
  try {
    return readJsonBytes(bytes, MANIFEST);
  } catch (error) {
    if (error instanceof ReleaseError) return null;
    throw error;
  }
}

function revisionNamedBy(manifest: JsonValue): number | null {
  const revision = isJsonObject(manifest) ? manifest['revision'] : null;
  return typeof revision === 'number' && Number.isSafeInteger(revision) && revision > 0 ? revision : null;
}

/** An error for a log that has a hole or a rewritten slot; the message says where. */
export const brokenLog = (message: string): ReleaseError =>
  new ReleaseError('LOG_BROKEN', message, {
    fix: 'Restore the log from a backup; nothing is published until it is whole.',
  });

import { randomUUID } from 'node:crypto';
import { ReleaseError } from '../errors.ts';
import { readJsonBytes } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import { toTimestamp } from '../model/timestamp.ts';
import type { ReleaseStore } from '../store/store.ts';
import { tombstoneKey } from './layout.ts';

/**
 * How far pruning a pack has come.
 *
 * - `marked`: nothing has named it since; it goes when that is still so a day later
 * - `sweeping`: it is being removed right now, by whoever wrote this
 * - `cleared`: somebody is about to serve it
 */
export type TombstoneState = 'marked' | 'sweeping' | 'cleared';

/** The mark of one pack. Not part of any release; replaced only by who has read it. */
export interface Tombstone {
  readonly state: TombstoneState;
  /** When this state began, by the clock of its writer. */
  readonly since: Date;
  /** What the store knows it by: names this very state. */
  readonly etag: string;
}

/** Reads the tombstone of a pack; null where there is none. One that cannot be read counts as cleared. */
export async function readTombstone(store: ReleaseStore, packKey: string): Promise<Tombstone | null> {
  const object = await store.read(tombstoneKey(packKey));
  if (object === undefined) return null;
  return { ...parse(object.bytes, object.key), etag: object.etag };
}

/** Moves a pack's tombstone from the state that was read (null: none) to another. `lost`: somebody else has moved it. */
export function moveTombstone(
  store: ReleaseStore,
  packKey: string,
  { from, to, now }: { readonly from: Tombstone | null; readonly to: TombstoneState; readonly now: Date },
): Promise<'replaced' | 'lost'> {
  // The id makes every state's bytes, and so its etag, different from all before it.
  const document = { formatVersion: 1, key: packKey, state: to, since: toTimestamp(now), id: randomUUID() };
  return store.replace(tombstoneKey(packKey), Buffer.from(writeJson(document)), from?.etag ?? null);
}

function parse(bytes: Uint8Array, source: string): Pick<Tombstone, 'state' | 'since'> {
  const unreadable = { state: 'cleared', since: new Date(0) } as const;
  try {
    const value = readJsonBytes(bytes, source);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return unreadable;
    const { state, since } = value;
    const date = new Date(typeof since === 'string' ? since : Number.NaN);
    const known = state === 'marked' || state === 'sweeping' || state === 'cleared';
    return known && !Number.isNaN(date.getTime()) ? { state, since: date } : unreadable;
  } catch (error) {
    if (error instanceof ReleaseError) return unreadable;
    throw error;
  }
}

/** How long a mark stands before its pack may go. */
export const MARK_MS = 24 * 3_600_000;

/** How long whoever sweeps a pack may take; after that the sweep counts as dead, and its pack as there or not there. */
export const SWEEP_MS = 3_600_000;

/** Within this of beginning a sweep the removal must be sent; the rest of {@link SWEEP_MS} is for slow networks. */
export const SWEEP_START_MS = 10 * 60_000;

/** How long a claim on packs holds: commit within it. Less than {@link MARK_MS} by more than any clock may be off. */
export const CLAIM_MS = 12 * 3_600_000;

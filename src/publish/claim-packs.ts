import { ReleaseError } from '../errors.ts';
import type { PackRecord, Release } from '../model/release.ts';
import { TOMBSTONES_PREFIX, tombstoneKey } from '../release/layout.ts';
import { findPublishedPacks, type PackSearch } from '../release/published-packs.ts';
import { CLAIM_MS, moveTombstone, readTombstone, SWEEP_MS } from '../release/tombstone.ts';
import { isUnclear } from '../store/settle.ts';
import type { ReleaseStore } from '../store/store.ts';

/** What a publisher tells `prune` before it relies on packs that are there already. */
export interface PackClaims {
  /**
   * Claims a pack: from here on it is not removed before this claim ends. Whoever relies on the pack being there looks
   * for it after this. Returns true when the pack had been marked, so that what was seen of it before is worth nothing.
   *
   * @throws ReleaseError `PACK_BEING_PRUNED`
   */
  claim(packKey: string): Promise<boolean>;
  /** Refuses to go on when the claims have run out; called right before the commit. */
  requireValid(): void;
}

/**
 * Lists the tombstones of a target, before anything is looked for: a pack without one cannot go within a day. The
 * claims rest on that, so they end long before.
 */
export async function openClaims(store: ReleaseStore, now: () => Date): Promise<PackClaims> {
  const since = now();
  const marked = new Set<string>();
  for await (const { key } of store.list(TOMBSTONES_PREFIX)) marked.add(key);
  return {
    claim: (packKey) =>
      marked.has(tombstoneKey(packKey)) ? clear(store, packKey, now) : Promise.resolve(false),
    requireValid: () => {
      if (now().getTime() - since.getTime() < CLAIM_MS) return;
      throw new ReleaseError(
        'PUBLISH_INCOMPLETE',
        `This took more than ${CLAIM_MS / 3_600_000} hours: packs that it found may have been pruned since.`,
        { fix: 'Run the same command again: what is uploaded stays.' },
      );
    },
  };
}

/**
 * Finds the packs of a change that the log has published already, and claims them. What was seen of a pack before it
 * was claimed counts only if nobody had marked it.
 */
export async function claimPublishedPacks(
  store: ReleaseStore,
  claims: PackClaims,
  { head, ...search }: PackSearch & { readonly head: Release | null },
): Promise<ReadonlyMap<string, PackRecord>> {
  const found = await findPublishedPacks(store, head, search);
  let wasMarked = false;
  for (const { key } of found.values()) wasMarked = (await claims.claim(key)) || wasMarked;
  return wasMarked ? findPublishedPacks(store, head, search) : found;
}

async function clear(store: ReleaseStore, packKey: string, now: () => Date): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const from = await readTombstone(store, packKey);
    if (from === null || from.state === 'cleared') return true;
    if (from.state === 'sweeping' && now().getTime() - from.since.getTime() < SWEEP_MS)
      throw beingPruned(packKey);
    try {
      if ((await moveTombstone(store, packKey, { from, to: 'cleared', now: now() })) === 'replaced')
        return true;
    } catch (error) {
      if (!isUnclear(error) || attempt >= MAX_ATTEMPTS) throw error; // else the next look tells
    }
    if (attempt >= MAX_ATTEMPTS) throw beingPruned(packKey);
  }
}

const beingPruned = (packKey: string): ReleaseError =>
  new ReleaseError('PACK_BEING_PRUNED', `${packKey} is being pruned at this moment.`, {
    fix: 'Let `fmrelease prune` finish, or wait an hour if it has died; then run the same command again.',
  });

const MAX_ATTEMPTS = 8;

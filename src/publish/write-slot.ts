import { ReleaseError } from '../errors.ts';
import { sha256Of } from '../model/digest.ts';
import type { ComposedRevision } from '../release/compose.ts';
import { isUnclear } from '../store/settle.ts';
import type { ReleaseStore } from '../store/store.ts';
import type { PackClaims } from './claim-packs.ts';

/** A log entry to write, its slot, and the claims that must hold at that moment. */
export interface SlotWrite extends Pick<ComposedRevision, 'entryBytes' | 'entrySha256'> {
  readonly key: string;
  readonly claims: Pick<PackClaims, 'requireValid'>;
}

/**
 * Writes a slot, or learns whose it is. A reply that tells nothing is settled by reading, never by guessing. Our
 * operation in other bytes is another run's: lost here, and found as already committed on the next look.
 *
 * @throws ReleaseError `COMMIT_UNKNOWN` when even reading cannot tell, or as the claims do
 */
export async function writeSlot(
  store: ReleaseStore,
  { key, entryBytes, entrySha256, claims }: SlotWrite,
): Promise<'ours' | 'lost'> {
  let cause: unknown;
  for (let attempt = 0; attempt < MAX_WRITES; attempt++) {
    try {
      claims.requireValid(); // before each write: a machine may have slept for a day over the look that settles one
    } catch (error) {
      throw cause === undefined ? error : commitUnknown(store, key, error);
    }
    try {
      if ((await store.create(key, entryBytes)) === 'created') return 'ours';
    } catch (error) {
      // A write that may still arrive leaves the outcome open, whatever became of the next one.
      if (!isUnclear(error)) throw cause === undefined ? error : commitUnknown(store, key, error);
      cause = error;
    }
    const slot = await store.read(key).catch((error: unknown) => {
      throw commitUnknown(store, key, error);
    });
    if (slot !== undefined) return sha256Of(slot.bytes) === entrySha256 ? 'ours' : 'lost';
  }
  throw commitUnknown(store, key, cause);
}

const commitUnknown = (store: ReleaseStore, key: string, cause: unknown): ReleaseError =>
  new ReleaseError(
    'COMMIT_UNKNOWN',
    `${store.place} answered neither the write of ${key} nor the read that would settle it: the release may or may not be committed.`,
    {
      fix: 'Run the same command again: it finds its own commit, or makes it.',
      cause,
    },
  );

const MAX_WRITES = 4;

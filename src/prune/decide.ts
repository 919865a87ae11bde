import { MARK_MS, SWEEP_MS, type Tombstone } from '../release/tombstone.ts';

/** A pack as the store lists it, with its tombstone. `sizeBytes` is null where only the tombstone is left. */
export interface ListedPack {
  readonly key: string;
  readonly sizeBytes: number | null;
  readonly tombstone: Tombstone | null;
}

/**
 * What happens to a pack now.
 *
 * - `keep`: a release within retention names it; `unmark`: the same, and it was marked before
 * - `mark`: nothing names it; `wait`: it is marked, and not for long enough
 * - `sweep`: it was marked for a day, or a sweep of it died
 * - `busy`: somebody sweeps it at this moment
 */
export type Verdict = 'keep' | 'unmark' | 'mark' | 'wait' | 'sweep' | 'busy';

/** Decides over one pack. Pure. */
export function judge({ sizeBytes, tombstone }: ListedPack, isKept: boolean, now: Date): Verdict {
  const age = tombstone === null ? 0 : now.getTime() - tombstone.since.getTime();
  if (tombstone?.state === 'sweeping') return age >= SWEEP_MS ? 'sweep' : 'busy';
  if (sizeBytes === null) return 'keep'; // the pack is gone, and its mark does no harm
  if (isKept) return tombstone?.state === 'marked' ? 'unmark' : 'keep';
  if (tombstone?.state !== 'marked') return 'mark';
  return age >= MARK_MS ? 'sweep' : 'wait';
}

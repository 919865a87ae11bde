import type { Config } from '../config/config.ts';
import type { EntryCache } from '../release/entry-cache.ts';
import { PACKS_PREFIX } from '../release/layout.ts';
import { listChannels } from '../release/read-channel.ts';
import type { ReleaseStore } from '../store/store.ts';
import { type AuditedLog, chainFaults, readSlots } from './read-log.ts';
import { retainedKeys } from './retention.ts';

/** The audited channel, whose log is read already, and by which rule and day packs are kept. */
export interface OrphanSearch {
  readonly channel: string;
  readonly log: Pick<AuditedLog, 'slots' | 'faults'>;
  readonly retention: Config['retention'];
  readonly asOf: Date;
  /** What is known of the log of another channel. */
  readonly knownOf: (channel: string) => Promise<EntryCache>;
}

/**
 * Returns the keys below `packs/` that no channel's log keeps, sorted. While any log of the target is broken there are
 * none: the entry that names a pack may be the one that cannot be read.
 */
export async function findOrphans(
  store: ReleaseStore,
  { channel, log, retention, asOf, knownOf }: OrphanSearch,
): Promise<readonly string[]> {
  if (log.faults.length > 0) return [];
  const kept = new Set(retainedKeys(log.slots, retention, asOf));
  for (const other of (await listChannels(store)).filter((name) => name !== channel)) {
    const { revisions, slots, faults } = await readSlots(store, other, await knownOf(other));
    if (faults.length > 0 || chainFaults(other, revisions, slots).length > 0) return [];
    for (const key of retainedKeys(slots, retention, asOf)) kept.add(key);
  }
  const orphans: string[] = [];
  for await (const { key } of store.list(PACKS_PREFIX)) if (!kept.has(key)) orphans.push(key);
  return orphans.sort();
}

import { chainFaults, readSlots } from '../audit/read-log.ts';
import { retainedKeys } from '../audit/retention.ts';
import type { Config } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import type { ProjectionTarget } from '../release/projection.ts';
import { brokenLog, listChannels, readEntry, type Slot } from '../release/read-channel.ts';
import { foreignObjects, type ProjectedChannel, readWholeChannel } from '../release/whole-channel.ts';
import type { ReleaseStore } from '../store/store.ts';

/** What the logs of a target name, and what of it retention keeps. */
export interface References {
  readonly kept: ReadonlySet<string>;
  /** The newest revision that names a pack, by key. */
  readonly lastNamed: ReadonlyMap<string, { readonly channel: string; readonly revision: number }>;
}

/** How long packs are kept, and the time of the question. */
export interface RetentionQuestion {
  readonly retention: Config['retention'];
  readonly target: ProjectionTarget;
  readonly now: () => Date;
}

/**
 * Reads the references of every channel of a target, and reads them again on demand. Log entries never change, so a
 * second reading asks only for what came since.
 */
export interface ReferenceReader {
  /** @throws ReleaseError `LOG_BROKEN` or `PROJECTION_FOREIGN`: what nobody can tell keeps everything */
  read(): Promise<References>;
}

/** Opens the references of a target. */
export function openReferences(
  store: ReleaseStore,
  { retention, target, now }: RetentionQuestion,
): ReferenceReader {
  const logs = new Map<string, Slot[]>();
  return {
    read: async () => {
      const kept = new Set<string>();
      const lastNamed = new Map<string, { readonly channel: string; readonly revision: number }>();
      for (const channel of await listChannels(store)) {
        const slots = logs.get(channel) ?? (await readWholeLog(store, channel));
        logs.set(channel, slots);
        await readOn(store, channel, slots);
        for (const key of retainedKeys(slots, retention, now())) kept.add(key);
        for (const key of await servedKeys({ store, name: channel, target }, slots)) kept.add(key);
        for (const { entry } of slots)
          for (const { key } of entry.packs) lastNamed.set(key, { channel, revision: entry.revision });
      }
      return { kept, lastNamed };
    },
  };
}

async function readWholeLog(store: ReleaseStore, channel: string): Promise<Slot[]> {
  const { revisions, slots, faults } = await readSlots(store, channel);
  const [fault] = [...faults, ...chainFaults(channel, revisions, slots)];
  if (fault !== undefined) throw brokenLog(fault);
  return [...slots];
}

async function readOn(store: ReleaseStore, channel: string, slots: Slot[]): Promise<void> {
  for (;;) {
    const next = await readEntry(store, channel, (slots.at(-1)?.entry.revision ?? 0) + 1);
    if (next === null) return;
    slots.push(next);
  }
}

/** What devices read at this moment: a projection that lags serves an older revision, whatever retention says. */
async function servedKeys(channel: ProjectedChannel, slots: readonly Slot[]): Promise<readonly string[]> {
  const whole = await readWholeChannel(channel);
  const [foreign] = foreignObjects(whole);
  if (foreign !== undefined)
    throw new ReleaseError(
      'PROJECTION_FOREIGN',
      `${foreign.key} is not what any revision of its log says: what it serves cannot be told.`,
      { fix: 'Find out who wrote it, and publish to the channel; then prune.' },
    );
  if ([whole.projection, ...whole.platforms].every(({ state }) => state !== 'behind')) return [];
  return slots.flatMap(({ entry }) => entry.packs.map(({ key }) => key)); // until it has caught up, all of it stays
}

import { loadIntent, selectAdapters } from '../matrix/load.ts';
import type { Fleet } from '../model/fleet.ts';
import { desiredStatesOf } from '../plan/desired.ts';
import { publishedAdapters } from '../release/adapters.ts';
import { type EntryCache, openEntryCache } from '../release/entry-cache.ts';
import type { Session } from '../session.ts';
import { intentOn } from './intent-on.ts';
import { readBuilds } from './read-builds.ts';
import { readChannelState } from './read-channel-state.ts';
import { readLog } from './read-log.ts';
import { type AuditState, type ChannelState, dayOf } from './state.ts';

/** What to audit: the day, the scope, and whether published packs are hashed. */
export interface AuditRequest {
  readonly asOf: Date;
  readonly only: readonly string[];
  readonly full: boolean;
  /** Names that another target knows: they may be in scope without being known here. */
  readonly knownElsewhere?: readonly string[];
  /** Which OS versions the users have; null where nobody told. */
  readonly fleet?: Fleet | null;
}

/**
 * Reads everything that the rules look at: matrix, served builds, log, head, projection, objects. Writes nothing but
 * the caches of `.fmrelease/`. What is wrong with any of it becomes a finding, as long as it can be read at all.
 *
 * @throws ReleaseError `ADAPTER_UNKNOWN` for a name that neither matrix nor log knows, or as matrix and store do
 */
export async function gatherAuditState(session: Session, request: AuditRequest): Promise<AuditState> {
  const { config, channel, io } = session;
  const { asOf, only, full, fleet = null, knownElsewhere = [] } = request;
  const day = dayOf({ asOf });
  const intent = intentOn(await loadIntent(config), config.support, { day, upcoming: null });
  const knownOf = (name: string): Promise<EntryCache> =>
    openEntryCache({ root: config.root, name: `${channel.target.publicUrl} ${name}`, distrust: full });
  const log = await readLog(channel.store, channel.name, await knownOf(channel.name));
  const adapters = selectAdapters(
    intent,
    only,
    only.length === 0
      ? []
      : [...everPublished({ head: log.head.release, slots: log.slots }), ...knownElsewhere],
  );
  const names = new Set(adapters.map(({ name }) => name));
  const desired = desiredStatesOf(adapters, intent, channel.target);
  const { systemModels } = intent.catalogue;
  const builds = await readBuilds(session, { adapters, systemModels, desired, log });
  await io.digests.save();
  return {
    asOf,
    only,
    fleet,
    config,
    intent,
    adapters,
    cells: intent.cells.filter(({ adapter }) => names.has(adapter)),
    builds,
    desired,
    channel: await readChannelState(session, log, { asOf, full, knownOf }),
  };
}

/** Every adapter that the channel knows or knew, so that one that was dropped can still be asked about. */
export function everPublished({ head, slots }: Pick<ChannelState, 'head' | 'slots'>): readonly string[] {
  const names = new Set(publishedAdapters(head));
  for (const { entry } of slots) for (const { adapter } of entry.packs) names.add(adapter);
  return [...names];
}

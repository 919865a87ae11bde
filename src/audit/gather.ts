import { type Intent, loadIntent, selectAdapters } from '../matrix/load.ts';
import type { Fleet } from '../model/fleet.ts';
import { desiredStatesOf } from '../plan/desired.ts';
import { publishedAdapters } from '../release/adapters.ts';
import { type EntryCache, openEntryCache } from '../release/entry-cache.ts';
import type { Session } from '../session.ts';
import { intentOn } from './intent-on.ts';
import { readBuilds } from './read-builds.ts';
import { readChannelState } from './read-channel-state.ts';
import { readLog } from './read-log.ts';
import { type AuditedStates, type AuditState, type ChannelState, dayOf } from './state.ts';

/** What to audit: the day, the scope, and whether published packs are hashed. */
export interface AuditRequest {
  readonly asOf: Date;
  readonly only: readonly string[];
  readonly full: boolean;
  /** Which OS versions the users have; null where nobody told. */
  readonly fleet?: Fleet | null;
}

/** What another target has told already. */
export interface KnownElsewhere {
  /** Adapters that may be in scope without being known here. */
  readonly knownElsewhere?: readonly string[];
  /** The intent on the day of the question, which is that of the config and not of a target. */
  readonly intent?: Intent;
}

/** Sessions of one config and one channel name, a target each. */
export type AuditedSessions = readonly [Session, ...Session[]];

/**
 * Gathers the state at each target, one after the other.
 *
 * @throws ReleaseError `ADAPTER_UNKNOWN` for a name that neither the matrix nor any of the targets knows
 */
export async function gatherAuditStates(
  [first, ...others]: AuditedSessions,
  request: AuditRequest,
): Promise<AuditedStates> {
  const knownElsewhere = others.length === 0 ? [] : request.only; // each alone may not know what another does
  const states: [AuditState, ...AuditState[]] = [
    await gatherAuditState(first, { ...request, knownElsewhere }),
  ];
  const { intent } = states[0];
  for (const session of others)
    states.push(await gatherAuditState(session, { ...request, knownElsewhere, intent }));
  selectAdapters(
    states[0].intent,
    request.only,
    states.flatMap(({ channel }) => everPublished(channel)),
  );
  return states;
}

/**
 * Reads everything that the rules look at: matrix, served builds, log, head, projection, objects. Writes nothing but
 * the caches of `.fmrelease/`. What is wrong with any of it becomes a finding, as long as it can be read at all.
 *
 * @throws ReleaseError `ADAPTER_UNKNOWN` for a name that neither matrix, log nor `knownElsewhere` knows, or as matrix and
 *   store do
 */
export async function gatherAuditState(
  session: Session,
  request: AuditRequest & KnownElsewhere,
): Promise<AuditState> {
  const { config, channel, io } = session;
  const { asOf, only, full, fleet = null, knownElsewhere = [] } = request;
  const day = dayOf({ asOf });
  const knownOf = (name: string): Promise<EntryCache> =>
    openEntryCache({ root: config.root, name: `${channel.target.publicUrl} ${name}`, distrust: full });
  const [log, intent] = await Promise.all([
    knownOf(channel.name).then((known) => readLog(channel.store, channel.name, known)),
    request.intent ??
      loadIntent(config).then((now) => intentOn(now, config.support, { day, upcoming: null })),
  ]);
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
function everPublished({ head, slots }: Pick<ChannelState, 'head' | 'slots'>): readonly string[] {
  const names = new Set(publishedAdapters(head));
  for (const { entry } of slots) for (const { adapter } of entry.packs) names.add(adapter);
  return [...names];
}

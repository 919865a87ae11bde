import type { LogEntry, Release } from '../model/release.ts';
import { revisionFacts } from '../release/revision-facts.ts';
import { readWholeChannel } from '../release/whole-channel.ts';
import type { Session } from '../session.ts';
import { openClaims, type PackClaims } from './claim-packs.ts';
import { type CommitOutcome, type CommitRequest, commitRevision } from './commit.ts';
import { refuseForeign } from './foreign.ts';

/** A change, and what its log entry records of it. What is left out is as for a change that plans on its own head. */
export type Change = Pick<
  CommitRequest,
  'base' | 'adapters' | 'liftHolds' | 'holdsAfter' | 'claims' | 'seal'
> &
  Partial<Pick<CommitRequest, 'evenIfEqual' | 'movedCode' | 'foreign' | 'versionsThere'>> & {
    readonly kind: LogEntry['kind'];
    readonly operation: string;
    readonly message: string | null;
    /** The digests of the manifests that were taken over, by platform. */
    readonly adopted?: LogEntry['adopted'];
  };

/** Commits a change to the channel of a session, as {@link commitRevision} does. */
export function commitChange(session: Session, change: Change): Promise<CommitOutcome> {
  const { kind, operation, message, adopted, ...request } = change;
  const { store, singleWriter } = session.channel;
  return commitRevision(store, {
    evenIfEqual: () => false,
    movedCode: 'CHANNEL_MOVED',
    foreign: [],
    ...request,
    facts: {
      ...revisionFacts(session, { kind, operation, message }),
      ...(adopted === undefined ? {} : { adopted }),
    },
    singleWriter,
  });
}

/**
 * Where a change starts that moves packs which are published already: the newest release of a channel that is all
 * ours, and the claims on packs.
 *
 * @throws ReleaseError `CHANNEL_NOT_ADOPTED` or `PROJECTION_FOREIGN` where somebody else's manifest stands
 */
export async function openChange({
  channel,
  io,
}: Session): Promise<{ readonly head: Release | null; readonly claims: PackClaims }> {
  await channel.store.prepare();
  const whole = await readWholeChannel(channel);
  refuseForeign(whole, channel.name, false);
  return { head: whole.release, claims: await openClaims(channel.store, io.wallClock) };
}

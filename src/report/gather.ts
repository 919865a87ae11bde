import { basename } from 'node:path';
import { type AuditRequest, gatherAuditState } from '../audit/gather.ts';
import type { Session } from '../session.ts';
import { type ReportedState, type ReportFacts, reportFacts, type TargetLeft } from './facts.ts';

/** What a report is about. */
export interface ReportQuestion extends Omit<Required<AuditRequest>, 'full'> {
  /** Targets of the config that no session was opened for. */
  readonly notLookedAt: readonly TargetLeft[];
}

/** Sessions of one config and one channel name, a target each. */
export type ReportSessions = readonly [Session, ...Session[]];

/**
 * Audits the channel at each target and tells what a report of it says. Writes nothing but the digest cache.
 *
 * @throws ReleaseError as `audit` does: `ADAPTER_UNKNOWN`, or as matrix and store do
 */
export async function gatherReport(
  [first, ...others]: ReportSessions,
  { notLookedAt, ...request }: ReportQuestion,
): Promise<ReportFacts> {
  const read = async (session: Session): Promise<ReportedState> => ({
    state: await gatherAuditState(session, { ...request, full: false }),
    publicUrl: session.channel.target.publicUrl,
  });
  const reported: [ReportedState, ...ReportedState[]] = [await read(first)];
  for (const session of others) reported.push(await read(session));
  return reportFacts(reported, {
    project: basename(first.config.root),
    toolVersion: first.io.toolVersion,
    notLookedAt,
  });
}

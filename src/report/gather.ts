import { basename } from 'node:path';
import { type AuditedSessions, type AuditRequest, gatherAuditStates } from '../audit/gather.ts';
import type { TargetNotLookedAt } from '../session.ts';
import { type ReportFacts, reportFacts } from './facts.ts';

/** What a report is about. */
export interface ReportQuestion extends Omit<Required<AuditRequest>, 'full'> {
  /** Targets of the config that no session was opened for. */
  readonly notLookedAt: readonly TargetNotLookedAt[];
}

/**
 * Audits the channel at each target and tells what a report of it says. Writes nothing but the digest cache.
 *
 * @throws ReleaseError as `audit` does: `ADAPTER_UNKNOWN`, or as matrix and store do
 */
export async function gatherReport(
  sessions: AuditedSessions,
  { notLookedAt, ...request }: ReportQuestion,
): Promise<ReportFacts> {
  const states = await gatherAuditStates(sessions, { ...request, full: false });
  const [{ config, io }] = sessions;
  return reportFacts(states, { project: basename(config.root), toolVersion: io.toolVersion, notLookedAt });
}

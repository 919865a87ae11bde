import { basename } from 'node:path';
import { type AuditRequest, gatherAuditState } from '../audit/gather.ts';
import { loadFleet } from '../fleet/load-fleet.ts';
import type { Session } from '../session.ts';
import { type ReportFacts, reportFacts } from './facts.ts';

/**
 * Audits the channel and tells what a report of it says. Writes nothing but the digest cache.
 *
 * @throws ReleaseError as `audit` does: `ADAPTER_UNKNOWN`, or as matrix and store do
 */
export async function gatherReport(
  session: Session,
  request: Omit<AuditRequest, 'full' | 'fleet'>,
): Promise<ReportFacts> {
  const { config, channel, io } = session;
  const state = await gatherAuditState(session, {
    ...request,
    full: false,
    fleet: await loadFleet(config, undefined),
  });
  return reportFacts(state, {
    project: basename(config.root),
    target: channel.target.name,
    publicUrl: channel.target.publicUrl,
    toolVersion: io.toolVersion,
  });
}

import { type FleetReport, weighCells } from '../fleet/report.ts';
import { toCell } from '../matrix/coverage.ts';
import type { Cell } from '../model/cell.ts';
import type { Finding } from '../model/finding.ts';
import type { Fleet } from '../model/fleet.ts';
import { formatOsVersion, type OsVersion } from '../model/os-version.ts';
import { type AuditFindings, auditTargets, type WaivedFinding } from './audit.ts';
import { type AuditedSessions, type AuditRequest, gatherAuditStates } from './gather.ts';
import { intentOn } from './intent-on.ts';
import { type AuditState, dayOf } from './state.ts';
import { type UpcomingImpact, upcomingImpacts } from './upcoming.ts';

/** What is asked of an audit. */
export interface AuditQuestion extends AuditRequest {
  readonly fleet: Fleet | null;
  /** An OS version that ships on the day of the question; null asks about no such thing. */
  readonly upcoming: OsVersion | null;
}

/** The answer of an audit: what was found, and what it was found in. */
export interface AuditReport {
  /** `2026-11-22`. */
  readonly asOf: string;
  readonly channel: string;
  readonly targets: readonly string[];
  /** With `upcoming`: those alone that the OS version brings. */
  readonly findings: readonly Finding[];
  readonly waived: readonly WaivedFinding[];
  readonly unusedWaivers: AuditFindings['unusedWaivers'];
  /** With `upcoming`: as of the day that it ships. Every cell of the adapters in scope, and how many are gaps or rest on inference. */
  readonly coverage: {
    readonly cells: readonly Cell[];
    readonly total: number;
    readonly gaps: number;
    readonly inferred: number;
  };
  readonly fleet: FleetReport | null;
  readonly upcoming: { readonly os: string; readonly impacts: readonly UpcomingImpact[] } | null;
}

/**
 * Audits one project at one or several targets.
 *
 * @throws ReleaseError `ADAPTER_UNKNOWN` for a name that neither the matrix nor any of the targets knows
 */
export async function runAudit(sessions: AuditedSessions, question: AuditQuestion): Promise<AuditReport> {
  return reportOf(await gatherAuditStates(sessions, question), question);
}

/** The report of states that are gathered already. Pure. */
export function reportOf(
  states: readonly AuditState[],
  { fleet, upcoming }: Pick<AuditQuestion, 'fleet' | 'upcoming'>,
): AuditReport {
  const [first] = states;
  if (first === undefined) throw new Error('an audit needs a target');
  const today = auditTargets(states);
  const then = upcoming === null ? null : auditTargets(states.map((state) => onceShipped(state, upcoming)));
  const shown = upcoming === null ? first : onceShipped(first, upcoming);
  const cells = shown.cells.map(toCell);
  return {
    asOf: dayOf(first),
    channel: first.channel.name,
    targets: states.map(({ channel }) => channel.target),
    findings: then === null ? today.findings : newOf(then.findings, today.findings),
    waived: then === null ? today.waived : newOf(then.waived, today.waived),
    unusedWaivers: today.unusedWaivers,
    coverage: {
      cells,
      total: cells.length,
      gaps: cells.filter(({ state }) => state === 'gap').length,
      inferred: shown.cells.filter(({ inferred, state }) => inferred && state !== 'not-offered').length,
    },
    fleet: fleet === null ? null : weighCells(cells, sizesOf(first), fleet),
    upcoming:
      upcoming === null
        ? null
        : {
            os: formatOsVersion(upcoming),
            impacts: upcomingImpacts(upcoming, first.cells, {
              catalogue: first.intent.catalogue,
              support: first.config.support,
            }),
          },
  };
}

/** The state on the day that an OS version ships. */
function onceShipped(state: AuditState, upcoming: OsVersion): AuditState {
  const intent = intentOn(state.intent, state.config.support, { day: dayOf(state), upcoming });
  const names = new Set(state.adapters.map(({ name }) => name));
  return { ...state, intent, cells: intent.cells.filter(({ adapter }) => names.has(adapter)) };
}

/** What one list of findings says that the other does not. */
function newOf<Item extends Finding>(after: readonly Item[], before: readonly Finding[]): readonly Item[] {
  const key = ({ code, subject, message, target = '' }: Finding): string =>
    JSON.stringify([code, subject, message, target]);
  const known = new Set(before.map(key));
  return after.filter((finding) => !known.has(key(finding)));
}

/** What each pack weighs: as it is published, else as its build is registered. */
export const sizesOf = ({ channel, desired }: AuditState): ReadonlyMap<string, number> =>
  new Map([
    ...desired.flatMap(({ packs }) => packs.map(({ id, sizeBytes }) => [id, sizeBytes] as const)),
    ...(channel.head?.entry.packs ?? []).map(({ id, downloadSize }) => [id, downloadSize] as const),
  ]);

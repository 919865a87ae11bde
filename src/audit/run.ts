import { type FleetReport, weighCells } from '../fleet/report.ts';
import { countCells, toCell } from '../matrix/coverage.ts';
import type { Cell, MatrixCell } from '../model/cell.ts';
import type { Finding } from '../model/finding.ts';
import { formatOsVersion, type OsVersion } from '../model/os-version.ts';
import { type AuditFindings, auditTargets, type WaivedFinding } from './audit.ts';
import { type AuditedSessions, type AuditRequest, gatherAuditStates } from './gather.ts';
import { intentOn } from './intent-on.ts';
import { type AuditedStates, type AuditState, dayOf } from './state.ts';
import { type UpcomingImpact, upcomingImpacts } from './upcoming.ts';

/** What is asked of an audit. */
export interface AuditQuestion extends AuditRequest {
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
  return reportOfStates(await gatherAuditStates(sessions, question), question.upcoming);
}

/** The report of states that are gathered already, with the fleet that they were gathered with. Pure. */
export function reportOfStates(states: AuditedStates, upcoming: OsVersion | null): AuditReport {
  const [first] = states;
  const { cells, findings, waived, unusedWaivers } =
    upcoming === null ? outcomeOf(states) : newOnce(upcoming, states);
  const written = cells.map(toCell);
  return {
    asOf: dayOf(first),
    channel: first.channel.name,
    targets: states.map(({ channel }) => channel.target),
    findings,
    waived,
    unusedWaivers,
    coverage: { cells: written, ...countCells(cells) },
    fleet: first.fleet === null ? null : weighCells(written, sizesOf(first), first.fleet),
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

/** What a report tells of one day. */
interface Outcome extends AuditFindings {
  readonly cells: readonly MatrixCell[];
}

const outcomeOf = (states: AuditedStates): Outcome => ({ ...auditTargets(states), cells: states[0].cells });

/** The outcome on the day that an OS version ships, with those findings alone that it brings. */
function newOnce(upcoming: OsVersion, [first, ...others]: AuditedStates): Outcome {
  const today = auditTargets([first, ...others]);
  const then = outcomeOf([
    onceShipped(first, upcoming),
    ...others.map((state) => onceShipped(state, upcoming)),
  ]);
  return {
    cells: then.cells,
    findings: newOf(then.findings, today.findings),
    waived: newOf(then.waived, today.waived),
    unusedWaivers: today.unusedWaivers,
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

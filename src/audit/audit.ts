import type { Waiver } from '../config/config.ts';
import { type Finding, SEVERITIES, type Severity } from '../model/finding.ts';
import { buildFilesRule } from './rules/build-files.ts';
import { declineExpiredRule } from './rules/decline-expired.ts';
import { draftCompileLimitRule } from './rules/draft-compile-limit.ts';
import { driftRule } from './rules/drift.ts';
import { evidenceStaleRule } from './rules/evidence-stale.ts';
import { gapRule } from './rules/gap.ts';
import { heldRule } from './rules/held.ts';
import { identityRule } from './rules/identity.ts';
import { inferredRowRule } from './rules/inferred-row.ts';
import { inspectionRule } from './rules/inspection.ts';
import { logBrokenRule } from './rules/log-broken.ts';
import { matrixFaultsRule } from './rules/matrix-faults.ts';
import { notNewestRule } from './rules/not-newest.ts';
import { orphanPackRule } from './rules/orphan-pack.ts';
import { prefetchUnfilteredRule } from './rules/prefetch-unfiltered.ts';
import { projectionRule } from './rules/projection.ts';
import { servedPacksRule } from './rules/served-packs.ts';
import { signatureRule } from './rules/signature.ts';
import { staleSignatureRule } from './rules/stale-signature.ts';
import { sunsetRule } from './rules/sunset.ts';
import { toolkitRemovedRule } from './rules/toolkit-removed.ts';
import { unsignedRule } from './rules/unsigned.ts';
import { untestedOsRule } from './rules/untested-os.ts';
import { versionFellRule } from './rules/version-fell.ts';
import { waiverExpiredRule } from './rules/waiver-expired.ts';
import { scopeTest } from './scope.ts';
import { type AuditedStates, type AuditState, dayOf, type Rule } from './state.ts';

/** A finding that a waiver of the config covers, and why the team lives with it. */
export interface WaivedFinding extends Finding {
  readonly reason: string;
  readonly until: string | null;
}

/** What the rules found: what counts, and what is waived. */
export interface AuditFindings {
  readonly findings: readonly Finding[];
  readonly waived: readonly WaivedFinding[];
  /** Waivers that are in force and cover nothing: mended by now, or misspelt. Empty where `only` leaves
   * part of the project out. */
  readonly unusedWaivers: readonly Waiver[];
}

/**
 * Runs every rule; returns the findings in scope worst first, severities and waivers of the config applied. Pure: the
 * same state gives the same findings in the same order.
 */
export const audit = (state: AuditState): readonly Finding[] => auditTargets([state]).findings;

/**
 * {@link audit} of one project at several targets: what is true of the project is said once, what is true of a channel
 * once for each target that it is true of, with its name.
 */
export function auditTargets(states: AuditedStates): AuditFindings {
  const [first] = states;
  const everything = RULES.flatMap((rule) => runRule(rule, states)).flatMap((finding) =>
    adjust(finding, first),
  );
  const used = new Set(everything.map((finding) => waiverOf(finding, first)));
  const found = everything
    .filter(scopeTest(states))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const judged = found.map((finding) => ({ finding, waiver: waiverOf(finding, first) }));
  return {
    findings: judged.flatMap(({ finding, waiver }) => (waiver === undefined ? [finding] : [])),
    waived: judged.flatMap(({ finding, waiver }) =>
      waiver === undefined ? [] : [{ ...finding, reason: waiver.reason, until: waiver.until ?? null }],
    ),
    unusedWaivers: first.config.audit.waive.filter(
      (waiver) => first.only.length === 0 && isInForce(waiver, first) && !used.has(waiver),
    ),
  };
}

/** A rule about channels speaks for each target; of any other, what all targets agree on is one finding. */
function runRule({ speaksOf, run }: ListedRule, states: AuditedStates): readonly Finding[] {
  const found = states.map((state) => run(state));
  const [only, another] = found;
  if (only === undefined || another === undefined) return only ?? [];
  const texts = found.map((own) => new Set(own.map((finding) => JSON.stringify(finding))));
  const isShared = (finding: Finding): boolean =>
    speaksOf === 'project' && texts.every((own) => own.has(JSON.stringify(finding)));
  return [
    ...only.filter(isShared),
    ...found.flatMap((own, index) =>
      own
        .filter((finding) => !isShared(finding))
        .map((finding) => ({ ...finding, target: states[index]?.channel.target ?? '' })),
    ),
  ];
}

function adjust(found: Finding, { config }: AuditState): readonly Finding[] {
  const wanted = config.audit.severity[found.code];
  if (wanted === 'off') return [];
  return isSeverity(wanted) ? [{ ...found, severity: wanted }] : [found];
}

const isSeverity = (text: string | undefined): text is Severity =>
  SEVERITIES.some((severity) => severity === text);

/** A waiver covers its last day too. */
const waiverOf = ({ code, subject }: Finding, state: AuditState): Waiver | undefined =>
  state.config.audit.waive.find(
    (waiver) =>
      waiver.code === code &&
      (waiver.subject === undefined || waiver.subject === subject) &&
      isInForce(waiver, state),
  );

const isInForce = ({ until }: Waiver, state: AuditState): boolean =>
  until === undefined || until >= dayOf(state);

/** A rule, and whether two targets that have the same to say share one finding. */
interface ListedRule {
  readonly speaksOf: 'project' | 'channel';
  readonly run: Rule;
}

const project = (run: Rule): ListedRule => ({ speaksOf: 'project', run });
const channel = (run: Rule): ListedRule => ({ speaksOf: 'channel', run });

/** In this order findings of one severity are listed: intent, builds, what is served, what has aged, the rest. */
const RULES: readonly ListedRule[] = [
  project(matrixFaultsRule),
  project(gapRule),
  project(buildFilesRule),
  project(inspectionRule),
  project(identityRule),
  channel(logBrokenRule),
  channel(signatureRule),
  channel(servedPacksRule),
  channel(versionFellRule),
  channel(projectionRule),
  channel(driftRule),
  channel(heldRule),
  project(staleSignatureRule),
  project(notNewestRule),
  project(untestedOsRule),
  project(toolkitRemovedRule),
  project(evidenceStaleRule),
  project(draftCompileLimitRule),
  project(prefetchUnfilteredRule),
  channel(orphanPackRule),
  project(declineExpiredRule),
  project(waiverExpiredRule),
  project(inferredRowRule),
  project(sunsetRule),
  channel(unsignedRule),
];

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
import { type AuditState, dayOf, type Rule } from './state.ts';

/**
 * Runs every rule; returns the findings in scope worst first, severities and waivers of the config applied. Pure: the
 * same state gives the same findings in the same order.
 */
export function audit(state: AuditState): readonly Finding[] {
  return RULES.flatMap((rule) => rule(state))
    .filter(scopeTest(state))
    .flatMap((found) => adjust(found, state))
    .filter((found) => !isWaived(found, state))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

function adjust(found: Finding, { config }: AuditState): readonly Finding[] {
  const wanted = config.audit.severity[found.code];
  if (wanted === 'off') return [];
  return isSeverity(wanted) ? [{ ...found, severity: wanted }] : [found];
}

const isSeverity = (text: string | undefined): text is Severity =>
  SEVERITIES.some((severity) => severity === text);

/** A waiver covers its last day too. */
const isWaived = ({ code, subject }: Finding, state: AuditState): boolean =>
  state.config.audit.waive.some(
    (waiver) =>
      waiver.code === code &&
      (waiver.subject === undefined || waiver.subject === subject) &&
      (waiver.until === undefined || waiver.until >= dayOf(state)),
  );

/** In this order findings of one severity are listed: intent, builds, what is served, what has aged, the rest. */
const RULES: readonly Rule[] = [
  matrixFaultsRule,
  gapRule,
  buildFilesRule,
  inspectionRule,
  identityRule,
  logBrokenRule,
  signatureRule,
  servedPacksRule,
  versionFellRule,
  projectionRule,
  driftRule,
  heldRule,
  staleSignatureRule,
  notNewestRule,
  untestedOsRule,
  toolkitRemovedRule,
  evidenceStaleRule,
  draftCompileLimitRule,
  prefetchUnfilteredRule,
  orphanPackRule,
  declineExpiredRule,
  waiverExpiredRule,
  inferredRowRule,
  sunsetRule,
  unsignedRule,
];

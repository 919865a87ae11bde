import type { Config } from '../config/config.ts';
import { type Finding, SEVERITIES, type Severity } from '../model/finding.ts';
import { buildFilesRule, inspectionRule, signatureRule } from './rules/builds.ts';
import {
  driftRule,
  logRule,
  orphanRule,
  packsRule,
  projectionRule,
  unsignedRule,
  versionFellRule,
} from './rules/channel.ts';
import { gapRule, inferredRowRule, matrixFaultsRule, sunsetRule } from './rules/coverage.ts';
import { declineRule, heldRule, waiverRule } from './rules/decisions.ts';
import { draftRule, prefetchRule } from './rules/delivery.ts';
import {
  evidenceRule,
  notNewestRule,
  staleSignatureRule,
  toolkitRule,
  untestedOsRule,
} from './rules/stale.ts';
import type { AuditState, Rule } from './state.ts';

/** Runs every rule; returns the findings worst first, severities and waivers of the config applied. Pure. */
export function audit(state: AuditState): readonly Finding[] {
  return RULES.flatMap((rule) => rule(state))
    .flatMap((found) => adjust(found, state.config))
    .filter((found) => !isWaived(found, state))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

function adjust(found: Finding, { audit: { severity } }: Config): readonly Finding[] {
  const wanted = severity[found.code];
  if (wanted === 'off') return [];
  return isSeverity(wanted) ? [{ ...found, severity: wanted }] : [found];
}

const isSeverity = (text: string | undefined): text is Severity =>
  SEVERITIES.some((severity) => severity === text);

const isWaived = ({ code, subject }: Finding, { config, asOf }: AuditState): boolean =>
  config.audit.waive.some(
    (waiver) =>
      waiver.code === code &&
      (waiver.subject === undefined || waiver.subject === subject) &&
      (waiver.until === undefined || waiver.until >= asOf.toISOString().slice(0, 10)),
  );

const RULES: readonly Rule[] = [
  matrixFaultsRule,
  gapRule,
  buildFilesRule,
  inspectionRule,
  signatureRule,
  logRule,
  packsRule,
  versionFellRule,
  projectionRule,
  driftRule,
  staleSignatureRule,
  notNewestRule,
  untestedOsRule,
  toolkitRule,
  evidenceRule,
  draftRule,
  prefetchRule,
  orphanRule,
  heldRule,
  declineRule,
  waiverRule,
  inferredRowRule,
  sunsetRule,
  unsignedRule,
];

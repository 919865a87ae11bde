import type { Config } from '../config/config.ts';
import { countFindings, isAtLeast, SEVERITIES, type Severity } from '../model/finding.ts';
import type { TargetNotLookedAt } from '../session.ts';
import type { WaivedFinding } from './audit.ts';
import { locateFindings, type PlacedFinding } from './locate.ts';
import { repositoryRoot } from './repository-root.ts';
import type { AuditReport } from './run.ts';

/** A report, and the places that formats for machines point at. */
export interface PlacedReport {
  readonly report: AuditReport;
  readonly findings: readonly PlacedFinding[];
  readonly waived: readonly PlacedFinding<WaivedFinding>[];
}

/** Where places are counted from, and whether anybody asks for them: they take another look at the matrix files. */
export interface PlaceRequest {
  readonly config: Config;
  /** The checkout as the CI names it; null outside of one. */
  readonly workspace: string | null;
  readonly pointing: boolean;
}

/** Finds the places of a report's findings, relative to the repository; of none where nothing points. */
export async function placeReport(
  report: AuditReport,
  { config, workspace, pointing }: PlaceRequest,
): Promise<PlacedReport> {
  if (!pointing) return { report, findings: [], waived: [] };
  const repository = repositoryRoot(config.root, workspace);
  return {
    report,
    findings: await locateFindings(report.findings, config, repository),
    waived: await locateFindings(report.waived, config, repository),
  };
}

/** The document of `audit --json`: the report, its counts, whether it failed, the targets that were left out. */
export interface AuditAnswer extends AuditReport {
  readonly counts: Readonly<Record<Severity, number>>;
  readonly failed: boolean;
  readonly notLookedAt: readonly TargetNotLookedAt[];
}

/** Judges a report: it fails by a finding that is at least as bad as `failOn`; `none` never fails. Pure. */
export function judgeReport(
  report: AuditReport,
  { failOn, notLookedAt }: Pick<AuditAnswer, 'notLookedAt'> & { readonly failOn: string },
): AuditAnswer {
  const level = SEVERITIES.find((severity) => severity === failOn);
  return {
    ...report,
    counts: countFindings(report.findings),
    failed: level !== undefined && report.findings.some((finding) => isAtLeast(finding, level)),
    notLookedAt,
  };
}

/** How bad a finding is: `error` stops what it touches, `warning` wants an answer, `note` informs. */
export type Severity = 'error' | 'warning' | 'note';

/** Every stable finding code, lower case and hyphenated. `docs/findings/` has a page per code. */
export type FindingCode = AuditFindingCode | ArchiveFindingCode | AppFindingCode;

/** What only looking into an archive finds (`pack inspect`). */
export type ArchiveFindingCode =
  | 'archive-damaged'
  | 'archive-unreadable'
  | 'bad-manifest'
  | 'pack-differs'
  | 'generic-pack';

/** What the matrix, its builds and a channel can raise: all that `audit` reports. */
export type AuditFindingCode =
  | 'gap'
  | 'os-overlap'
  | 'duplicate-version'
  | 'pack-id-conflict'
  | 'fallback-broken'
  | 'bad-name'
  | 'identifier-mismatch'
  | 'signature-mismatch'
  | 'bad-metadata'
  | 'bad-weights'
  | 'half-draft'
  | 'unsafe-file'
  | 'unknown-file'
  | 'build-missing'
  | 'build-changed'
  | 'pack-missing'
  | 'size-mismatch'
  | 'digest-mismatch'
  | 'version-fell'
  | 'log-broken'
  | 'signature-invalid'
  | 'signature-missing'
  | 'projection-foreign'
  | 'projection-behind'
  | 'on-demand-null'
  | 'pack-id-dotted'
  | 'platform-invalid'
  | 'unpublished'
  | 'published-only'
  | 'stale-signature'
  | 'not-newest'
  | 'untested-os'
  | 'toolkit-removed'
  | 'evidence-stale'
  | 'inferred-row'
  | 'draft-compile-limit'
  | 'prefetch-unfiltered'
  | 'orphan-pack'
  | 'held'
  | 'decline-expired'
  | 'waiver-expired'
  | 'sunset'
  | 'unsigned';

/** What `doctor --app` finds in an app's project; `audit` never raises these. */
export type AppFindingCode =
  | 'app-plist-unreadable'
  | 'app-extension-missing'
  | 'app-key-missing'
  | 'app-key-forbidden'
  | 'app-key-invalid'
  | 'app-manifest-url'
  | 'app-host-not-allowed'
  | 'app-size-limit'
  | 'app-group-mismatch'
  | 'app-entitlement-missing'
  | 'app-deployment-target';

/** One fault or remark: what it is about, what is the matter, and one imperative sentence that mends it. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly subject: string;
  readonly message: string;
  readonly fix: string;
  /** The target that it is true of, where several were looked at. */
  readonly target?: string;
}

/** True when `finding` is at least as bad as `level`. */
export const isAtLeast = (finding: Finding, level: Severity): boolean =>
  SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(level);

/** All severities, worst first. */
export const SEVERITIES = ['error', 'warning', 'note'] as const satisfies readonly Severity[];

/** Builds an error finding: the message says what and why, the fix what to do. */
export const errorFinding = (
  code: FindingCode,
  words: Pick<Finding, 'subject' | 'message' | 'fix'>,
): Finding => ({
  code,
  severity: 'error',
  ...words,
});

/** How many findings there are of each severity. */
export const countFindings = (findings: readonly Finding[]): Readonly<Record<Severity, number>> => ({
  error: findings.filter(({ severity }) => severity === 'error').length,
  warning: findings.filter(({ severity }) => severity === 'warning').length,
  note: findings.filter(({ severity }) => severity === 'note').length,
});

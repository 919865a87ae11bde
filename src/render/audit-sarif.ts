import type { WaivedFinding } from '../audit/audit.ts';
import { AUDIT_FINDING_WORDS, FINDING_WORDS } from '../audit/finding-words.ts';
import type { PlacedFinding } from '../audit/locate.ts';
import { SUBJECTS } from '../audit/subjects.ts';
import { sha256Of } from '../model/digest.ts';
import type { AuditFindingCode, Finding, FindingCode } from '../model/finding.ts';

/** What a SARIF log is made of: the findings and the waived ones, each with its place, and the tool's version. */
export interface SarifFacts {
  readonly findings: readonly PlacedFinding[];
  readonly waived: readonly PlacedFinding<WaivedFinding>[];
  readonly toolVersion: string;
}

/**
 * An audit as a SARIF 2.1.0 log: one run, every code that an audit raises as a rule, one result a finding. Waived findings are results with
 * a suppression. The fingerprint of a result is made of its code, subject and target, so that it outlives its wording
 * wherever a code is true of a subject once.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/
 */
export function toSarif({ findings, waived, toolVersion }: SarifFacts): Record<string, unknown> {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'fmrelease', semanticVersion: toolVersion, rules: CODES.map(toRule) } },
        columnKind: 'utf16CodeUnits',
        results: [
          ...findings.map(({ finding, place }) => toResult(finding, place)),
          ...waived.map(({ finding, place }) => ({
            ...toResult(finding, place),
            suppressions: [
              {
                kind: 'external',
                status: 'accepted',
                justification: `${finding.reason}${finding.until === null ? '' : ` (until ${finding.until})`}`,
              },
            ],
          })),
        ],
      },
    ],
  };
}

const CODES: readonly FindingCode[] = Object.keys(AUDIT_FINDING_WORDS).filter(
  (code): code is AuditFindingCode => Object.hasOwn(AUDIT_FINDING_WORDS, code),
);

function toRule(code: FindingCode): Record<string, unknown> {
  const { title, severity, why } = FINDING_WORDS[code];
  return {
    id: code,
    name: code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: `${title}.` },
    fullDescription: { text: why },
    help: { text: `${title}. ${why}`, markdown: `**${title}.** ${why}` },
    defaultConfiguration: { level: severity },
  };
}

const toResult = (
  { code, severity, subject, message, fix, target }: Finding,
  { file, line }: PlacedFinding['place'],
): Record<string, unknown> => ({
  ruleId: code,
  ruleIndex: CODES.indexOf(code),
  level: severity,
  message: { text: `${message} ${fix}` },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
        region: { startLine: line },
      },
      logicalLocations: [
        { name: subject, ...(target === undefined ? {} : { fullyQualifiedName: `${target}/${subject}` }) },
      ],
    },
  ],
  partialFingerprints: { 'fmrelease/v1': fingerprintOf({ code, subject, message, target }) },
});

/** A message is part of it only where one subject can have several findings of the code. */
const fingerprintOf = ({
  code,
  subject,
  message,
  target = '',
}: Pick<Finding, 'code' | 'subject' | 'message'> & { readonly target: string | undefined }): string =>
  sha256Of(JSON.stringify([code, subject, target, ...(SUBJECTS[code].several ? [message] : [])]));

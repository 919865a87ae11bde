import { FINDING_WORDS } from '../audit/finding-words.ts';
import { type Finding, type FindingCode, SEVERITIES, type Severity } from '../model/finding.ts';
import { groupBy } from '../model/group-by.ts';
import { alikeFindings } from '../render/alike-findings.ts';

/** The findings of one code and severity: what is always true of the code, and every case. */
export interface FindingGroup {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly count: number;
  readonly cases: readonly FindingCase[];
}

/** One message with its fix. `alsoFor`: the subjects that have the same message, but for their own name in it. */
export interface FindingCase {
  readonly subject: string;
  /** The targets that it is true of, where several were looked at and it is not true of the project as such. */
  readonly targets: readonly string[];
  readonly message: string;
  readonly fix: string;
  readonly alsoFor: readonly string[];
}

/** Groups findings by severity, worst first, then by code in the order of the audit; nothing is left out. */
export const groupFindings = (findings: readonly Finding[]): readonly FindingGroup[] =>
  SEVERITIES.flatMap((severity) => {
    const own = findings.filter((finding) => finding.severity === severity);
    return [...groupBy(own, ({ code }) => code).values()].flatMap((group) => toGroup(group));
  });

function toGroup(findings: readonly Finding[]): readonly FindingGroup[] {
  const [first] = findings;
  if (first === undefined) return [];
  const { title, why } = FINDING_WORDS[first.code];
  const alike = alikeFindings(acrossTargets(findings));
  return [
    {
      code: first.code,
      severity: first.severity,
      title,
      why,
      count: findings.length,
      cases: alike.flatMap(([one, ...others]) =>
        one === undefined
          ? []
          : [
              {
                subject: one.subject,
                targets: one.target === undefined ? [] : one.target.split(BETWEEN_TARGETS),
                message: one.message,
                fix: one.fix,
                alsoFor: others.map(({ subject }) => subject),
              },
            ],
      ),
    },
  ];
}

/** What is said alike of several targets, once, with all their names as its target. */
const acrossTargets = (findings: readonly Finding[]): readonly Finding[] =>
  [
    ...groupBy(findings, ({ target, subject, message, fix }) =>
      JSON.stringify([target === undefined, subject, message, fix]),
    ).values(),
  ].flatMap((same) => {
    const [first] = same;
    if (first?.target === undefined) return same;
    return [{ ...first, target: same.flatMap(({ target }) => target ?? []).join(BETWEEN_TARGETS) }];
  });

/** No name of a target has it. */
const BETWEEN_TARGETS = '\u0002';

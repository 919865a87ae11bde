import { type Finding, SEVERITIES, type Severity } from '../model/finding.ts';
import type { Style } from './style.ts';
import { count } from './units.ts';

/** Findings as lines, worst first: code and subject, the message, the fix. */
export function renderFindings(findings: readonly Finding[], style: Style): readonly string[] {
  return SEVERITIES.flatMap((severity) =>
    findings
      .filter((finding) => finding.severity === severity)
      .flatMap(({ code, subject, message, fix }) => [
        `${emphasis(severity, style)(severity.padEnd(7))}  ${style.bold(code)}  ${subject}`,
        `         ${message}`,
        `         ${style.dim(fix)}`,
      ]),
  );
}

/** `2 errors, 1 warning, 5 notes.` */
export const renderCounts = (counts: Readonly<Record<Severity, number>>): string =>
  `${SEVERITIES.map((severity) => count(counts[severity], severity)).join(', ')}.`;

/** How many findings there are of each severity. */
export const countFindings = (findings: readonly Finding[]): Readonly<Record<Severity, number>> => ({
  error: findings.filter(({ severity }) => severity === 'error').length,
  warning: findings.filter(({ severity }) => severity === 'warning').length,
  note: findings.filter(({ severity }) => severity === 'note').length,
});

function emphasis(severity: Severity, style: Style): (text: string) => string {
  switch (severity) {
    case 'error':
      return style.red;
    case 'warning':
      return style.yellow;
    case 'note':
      return style.dim;
  }
}

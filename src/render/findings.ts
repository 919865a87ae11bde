import { type Finding, SEVERITIES, type Severity } from '../model/finding.ts';
import { visible } from '../model/hidden-characters.ts';
import { alikeFindings } from './alike-findings.ts';
import type { Style } from './style.ts';
import { count } from './units.ts';
import { wrapText } from './wrap.ts';

/**
 * Findings as lines, worst first: code and subject, the message, the fix. Messages are wrapped to `width` columns;
 * null leaves each on one line. Notes,
 * and what one command mends for all of them, are printed once where they differ in their subject alone.
 */
export function renderFindings(
  findings: readonly Finding[],
  style: Style,
  width: number | null = null,
): readonly string[] {
  const room = width === null ? Number.POSITIVE_INFINITY : Math.max(width - INDENT.length, LEAST_ROOM);
  const indented = (text: string): readonly string[] =>
    wrapText(text, room).map((line) => `${INDENT}${line}`);
  return SEVERITIES.flatMap((severity) =>
    folded(findings.filter((finding) => finding.severity === severity)).flatMap(
      ([{ code, subject, message, fix, target }, others]) => [
        `${emphasis(severity, style)(severity.padEnd(7))}  ${style.bold(code)}  ${visible(subject)}${target === undefined ? '' : `  at ${target}`}`,
        ...indented(visible(message)),
        ...(others.length === 0
          ? []
          : indented(`The same for ${others.map((other) => visible(other.subject)).join(', ')}.`)),
        ...wrapText(visible(fix), room).map((line) => `${INDENT}${style.dim(line)}`),
      ],
    ),
  );
}

/** Notes that differ in their subject alone are one; most errors and warnings want an answer of their own. */
function folded(findings: readonly Finding[]): readonly (readonly [Finding, readonly Finding[]])[] {
  const groups = new Map(
    alikeFindings(findings.filter(isFolded)).flatMap(([one, ...others]) =>
      one === undefined ? [] : [[one, others] as const],
    ),
  );
  return findings.flatMap((finding): readonly (readonly [Finding, readonly Finding[]])[] => {
    const others = isFolded(finding) ? groups.get(finding) : [];
    return others === undefined ? [] : [[finding, others]];
  });
}

/** One plan shows all that is unpublished, and one publish mends it. */
const isFolded = ({ code, severity }: Finding): boolean => severity === 'note' || code === 'unpublished';

const INDENT = ' '.repeat(9);
const LEAST_ROOM = 30;

/** `2 errors, 1 warning, 5 notes.` */
export const renderCounts = (counts: Readonly<Record<Severity, number>>): string =>
  `${SEVERITIES.map((severity) => count(counts[severity], severity)).join(', ')}.`;

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

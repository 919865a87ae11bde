import type { PlacedFinding } from '../audit/locate.ts';
import type { Severity } from '../model/finding.ts';

/**
 * Findings as workflow commands of GitHub Actions, one a line: annotations at the lines they are about. Values are
 * escaped as the runner reads them, so that no finding can start another command.
 */
export const renderAnnotations = (findings: readonly PlacedFinding[]): readonly string[] =>
  findings.map(({ finding: { code, severity, subject, message, fix, target }, place }) => {
    const title = `${code}: ${subject}${target === undefined ? '' : ` at ${target}`}`;
    const properties = [
      `file=${escapeProperty(place.file)}`,
      `line=${place.line}`,
      `title=${escapeProperty(title)}`,
    ];
    return `::${COMMANDS[severity]} ${properties.join(',')}::${escapeData(`${message} ${fix}`)}`;
  });

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

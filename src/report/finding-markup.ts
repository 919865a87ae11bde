import type { Severity } from '../model/finding.ts';
import type { FindingGroup } from './group-findings.ts';

/** Severities as the page writes them. */
export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  error: 'Error',
  warning: 'Warning',
  note: 'Note',
};

/** Where a group of findings is on the page. */
export const findingId = ({ code, severity }: Pick<FindingGroup, 'code' | 'severity'>): string =>
  `${severity}-${code}`;

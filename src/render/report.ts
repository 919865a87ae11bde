import type { ReportResult } from '../report/write-report.ts';
import { renderCounts } from './findings.ts';
import { count, formatBytes } from './units.ts';

/** Where the page is and what it says, in a few lines. */
export const renderReportAnswer = ({
  file,
  sizeBytes,
  targets,
  channel,
  adapters,
  cells,
  counts,
  notLookedAt,
}: ReportResult): readonly string[] => [
  `Wrote ${file}, ${formatBytes(sizeBytes)}: ${targets.map(({ target, revision }) => `${target}/${channel}, ${revision === null ? 'no release yet' : `revision ${revision}`}`).join('; ')}.`,
  ...notLookedAt.map(({ target, why }) => `Not looked at: ${target}. ${why}`),
  `${count(adapters, 'adapter')}, ${count(cells.total, 'cell')}, ${count(cells.gap, 'gap')}. ${renderCounts(counts)}`,
  'Open it in any browser; it needs no network.',
];

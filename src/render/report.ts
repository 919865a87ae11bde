import type { ReportResult } from '../report/write-report.ts';
import { renderCounts } from './findings.ts';
import { count, formatBytes } from './units.ts';

/** Where the page is and what it says, in three lines. */
export const renderReportAnswer = ({
  file,
  sizeBytes,
  target,
  channel,
  revision,
  adapters,
  cells,
  counts,
}: ReportResult): readonly string[] => [
  `Wrote ${file}, ${formatBytes(sizeBytes)}: ${target}/${channel}, ${revision === null ? 'no release yet' : `revision ${revision}`}.`,
  `${count(adapters, 'adapter')}, ${count(cells.total, 'cell')}, ${count(cells.gap, 'gap')}. ${renderCounts(counts)}`,
  'Open it in any browser; it needs no network.',
];

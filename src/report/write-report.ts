import { writeFileAtomically } from '../disk/atomic-write.ts';
import type { Session } from '../session.ts';
import type { ReportFacts } from './facts.ts';
import { gatherReport } from './gather.ts';
import { readPageAssets } from './page-assets.ts';
import { renderReport } from './render-report.ts';

/** What a report is about, and where its page goes. */
export interface ReportRequest {
  readonly asOf: Date;
  readonly only: readonly string[];
  /** The file to write, relative to the working directory. */
  readonly file: string;
  /** Where fmrelease itself is installed. */
  readonly packageRoot: string;
}

/** What was written, and the figures of the page: the fields of `report --json`. */
export interface ReportResult extends Pick<ReportFacts, 'target' | 'channel' | 'day' | 'counts'> {
  readonly file: string;
  readonly sizeBytes: number;
  readonly revision: number | null;
  readonly adapters: number;
  readonly cells: ReportFacts['matrix']['counts'] & { readonly total: number; readonly inferred: number };
}

/**
 * Audits the channel and writes the report of it, whole or not at all.
 *
 * @throws ReleaseError `FILE_UNWRITABLE`, or as {@link gatherReport} does
 */
export async function writeReport(
  session: Session,
  { asOf, only, file, packageRoot }: ReportRequest,
): Promise<ReportResult> {
  const facts = await gatherReport(session, { asOf, only });
  const page = Buffer.from(renderReport(facts, await readPageAssets(packageRoot)), 'utf8');
  await writeFileAtomically(file, page);
  const { target, channel, day, counts, matrix, releases } = facts;
  return {
    file,
    sizeBytes: page.length,
    target,
    channel,
    day,
    revision: releases[0]?.revision ?? null,
    adapters: matrix.rows.length,
    cells: { total: matrix.total, inferred: matrix.inferred, ...matrix.counts },
    counts,
  };
}

import { open } from 'node:fs/promises';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import { isSystemError, ReleaseError } from '../errors.ts';
import type { ReportFacts } from './facts.ts';
import { gatherReport, type ReportQuestion, type ReportSessions } from './gather.ts';
import { readPageAssets } from './page-assets.ts';
import { PAGE_HEAD, renderReport } from './render-report.ts';

/** What a report is about, and where its page goes. */
export interface ReportRequest extends ReportQuestion {
  /** The file to write, relative to the working directory. */
  readonly file: string;
  /** Where fmrelease itself is installed. */
  readonly packageRoot: string;
}

/** What was written, and the figures of the page: the fields of `report --json`. */
export interface ReportResult extends Pick<ReportFacts, 'channel' | 'day' | 'counts' | 'notLookedAt'> {
  readonly file: string;
  readonly sizeBytes: number;
  /** The first of `targets`, and its newest revision. */
  readonly target: string;
  readonly revision: number | null;
  readonly targets: readonly { readonly target: string; readonly revision: number | null }[];
  readonly adapters: number;
  readonly cells: ReportFacts['matrix']['counts'] & { readonly total: number; readonly inferred: number };
}

/**
 * Audits the channel at each target and writes the report of it, whole or not at all. Replaces an older report, and nothing else.
 *
 * @throws ReleaseError `FILE_EXISTS` where another kind of file is, `FILE_UNWRITABLE`, or as {@link gatherReport} does
 */
export async function writeReport(
  sessions: ReportSessions,
  { file, packageRoot, ...question }: ReportRequest,
): Promise<ReportResult> {
  await refuseOtherFile(file);
  const facts = await gatherReport(sessions, question);
  const page = Buffer.from(renderReport(facts, await readPageAssets(packageRoot)), 'utf8');
  await writeFileAtomically(file, page);
  const { channel, day, counts, matrix, notLookedAt } = facts;
  const targets = facts.channels.map(({ target, releases: [newest] }) => ({
    target,
    revision: newest?.revision ?? null,
  }));
  return {
    file,
    sizeBytes: page.length,
    target: targets[0]?.target ?? '',
    channel,
    day,
    revision: targets[0]?.revision ?? null,
    targets,
    notLookedAt,
    adapters: matrix.rows.length,
    cells: { total: matrix.total, inferred: matrix.inferred, ...matrix.counts },
    counts,
  };
}

/** A file that holds anything but a report is somebody's work. What cannot be read as a file is left to the writing. */
async function refuseOtherFile(path: string): Promise<void> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG')) return null;
    throw error;
  });
  if (handle === null) return;
  try {
    const found = await handle.stat();
    if (found.isDirectory() || (found.isFile() && found.size === 0)) return;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(PAGE_HEAD.length), 0, PAGE_HEAD.length, 0);
    if (buffer.subarray(0, bytesRead).toString('utf8') === PAGE_HEAD) return;
  } finally {
    await handle.close();
  }
  throw new ReleaseError('FILE_EXISTS', `"${path}" is there already, and is not a report.`, {
    fix: 'Name another file with --out, or remove that one first.',
  });
}

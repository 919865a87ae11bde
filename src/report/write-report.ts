import { open, stat } from 'node:fs/promises';
import type { AuditedSessions } from '../audit/gather.ts';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import { isSystemError, ReleaseError } from '../errors.ts';
import type { ReportFacts } from './facts.ts';
import { gatherReport, type ReportQuestion } from './gather.ts';
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
 * @throws ReleaseError `FILE_EXISTS` where another kind of file is, `FILE_UNWRITABLE`, `STORE_PERMISSION`, or as {@link gatherReport} does
 */
export async function writeReport(
  sessions: AuditedSessions,
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

/** What holds anything but a report is somebody's work. What cannot be there as a file is left to the writing. */
async function refuseOtherFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG')) return null;
    throw explainRefusal(error, path);
  });
  if (found === null || found.isDirectory() || (found.isFile() && found.size === 0)) return;
  if (found.isFile() && (await readHead(path)) === PAGE_HEAD) return;
  throw new ReleaseError('FILE_EXISTS', `"${path}" is there already, and is not a report.`, {
    fix: 'Name another file with --out, or remove that one first.',
  });
}

/** As much of a file as a report begins with. Of a regular file only: opening a pipe would wait for its writer. */
async function readHead(path: string): Promise<string> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw explainRefusal(error, path);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(PAGE_HEAD.length), 0, PAGE_HEAD.length, 0);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await handle.close();
  }
}

const explainRefusal = (cause: unknown, path: string): unknown =>
  isSystemError(cause, 'EACCES', 'EPERM')
    ? new ReleaseError(
        'STORE_PERMISSION',
        `This user may not read "${path}", so whether it is a report is not known.`,
        {
          fix: 'Name another file with --out, or give this user access to that one.',
          cause,
        },
      )
    : cause;

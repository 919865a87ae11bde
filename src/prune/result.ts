import { toTimestamp } from '../model/timestamp.ts';
import { MARK_MS } from '../release/tombstone.ts';
import type { PruneResult } from './prune.ts';

/** The result of a prune as `--json` prints it. */
export const toPruneResult = ({ dryRun, packs, uploads, kept, freedBytes }: PruneResult) => ({
  dryRun,
  packs: packs.map(({ markedAt, ...pack }) => ({
    ...pack,
    markedAt: markedAt === null ? null : toTimestamp(markedAt),
    removableAt: markedAt === null ? null : toTimestamp(new Date(markedAt.getTime() + MARK_MS)),
  })),
  uploads: uploads.map(({ key, id, startedAt }) => ({ key, id, startedAt: toTimestamp(startedAt) })),
  kept,
  freedBytes,
});

import pLimit from 'p-limit';
import type { LogEntry } from '../model/release.ts';
import type { ReleaseStore } from '../store/store.ts';
import { listRevisions, readEntry } from './read-channel.ts';

/** One revision, and whether every pack of it is still there. */
export interface Revision {
  readonly entry: LogEntry;
  readonly rollbackable: boolean;
}

/** Every revision of a channel, newest first. A hole in the log is left out; `audit` reports it. */
export async function readHistory(store: ReleaseStore, channel: string): Promise<readonly Revision[]> {
  const limit = pLimit(PARALLEL_READS);
  const present = new Map<string, Promise<number | undefined>>();
  const sizeOf = (key: string): Promise<number | undefined> => {
    const known = present.get(key) ?? limit(async () => (await store.head(key))?.sizeBytes);
    present.set(key, known);
    return known;
  };
  const revisions = await listRevisions(store, channel);
  const slots = await Promise.all(
    revisions.map((revision) => limit(() => readEntry(store, channel, revision))),
  );
  const entries = slots.flatMap((slot) => (slot === null ? [] : [slot.entry])).reverse();
  return Promise.all(
    entries.map(async (entry) => {
      const sizes = await Promise.all(entry.packs.map(({ key }) => sizeOf(key)));
      return {
        entry,
        rollbackable: entry.packs.every(({ downloadSize }, index) => sizes[index] === downloadSize),
      };
    }),
  );
}

const PARALLEL_READS = 16;

/** One revision as `history --json` prints it. */
export const toHistoryResult = ({ entry, rollbackable }: Revision): HistoryResult => ({
  revision: entry.revision,
  kind: entry.kind,
  createdAt: entry.createdAt,
  operation: entry.operation,
  message: entry.message,
  source: entry.source,
  toolVersion: entry.toolVersion,
  packs: entry.packs.map(({ id, version, adapter, build, sha256, downloadSize }) => ({
    id,
    version,
    adapter,
    build,
    sha256,
    downloadSize,
  })),
  holds: entry.holds,
  rollbackable,
});

/** What {@link toHistoryResult} returns. */
export interface HistoryResult
  extends Pick<
    LogEntry,
    'revision' | 'kind' | 'createdAt' | 'operation' | 'message' | 'source' | 'toolVersion' | 'holds'
  > {
  readonly packs: readonly Pick<
    LogEntry['packs'][number],
    'id' | 'version' | 'adapter' | 'build' | 'sha256' | 'downloadSize'
  >[];
  readonly rollbackable: boolean;
}

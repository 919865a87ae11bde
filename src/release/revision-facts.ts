import type { LogEntry } from '../model/release.ts';
import { toTimestamp } from '../model/timestamp.ts';
import type { Session } from '../session.ts';
import type { RevisionFacts } from './compose.ts';

/** What a revision records about its making: its own kind and operation, and the time, tool and run of the session. */
export const revisionFacts = (
  { channel, io }: Session,
  own: { readonly kind: LogEntry['kind']; readonly operation: string; readonly message: string | null },
): RevisionFacts => ({
  ...own,
  channel: channel.name,
  createdAt: toTimestamp(io.now()),
  toolVersion: io.toolVersion,
  source: io.source,
  target: channel.target,
});

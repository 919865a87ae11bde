import type { LogEntry, PackRecord } from '../model/release.ts';

/** One revision of the channel, as people look back at it. */
export interface ReleaseFacts {
  readonly revision: number;
  readonly kind: LogEntry['kind'];
  readonly createdAt: string;
  readonly message: string | null;
  readonly commit: string | null;
  /** An http or https address, or null. */
  readonly runUrl: string | null;
  readonly packs: number;
  /** All packs of the revision together. */
  readonly totalBytes: number;
  /** The packs that the revision before did not have. */
  readonly newBytes: number;
}

/** The log, newest revision first. What is new is told against the revision before, as far as that can be read. */
export function releaseFacts(entries: readonly LogEntry[]): readonly ReleaseFacts[] {
  return entries
    .map((entry, index): ReleaseFacts => {
      const before = new Set((entries[index - 1]?.packs ?? []).map(({ key }) => key));
      return {
        revision: entry.revision,
        kind: entry.kind,
        createdAt: entry.createdAt,
        message: entry.message,
        commit: entry.source?.commit ?? null,
        runUrl: webAddress(entry.source?.runUrl ?? null),
        packs: entry.packs.length,
        totalBytes: bytesOf(entry.packs),
        newBytes: bytesOf(entry.packs.filter(({ key }) => !before.has(key))),
      };
    })
    .reverse();
}

const bytesOf = (packs: readonly PackRecord[]): number =>
  packs.reduce((total, { downloadSize }) => total + downloadSize, 0);

/** A link to anything else, such as a script, is no link. */
const webAddress = (text: string | null): string | null =>
  text !== null && /^https?:\/\//i.test(text) ? text : null;

import type { Statement } from './statement.ts';

/**
 * What a reader remembers of one feed: the highest revision that it accepted, and what each subject of that revision
 * said. A manifest and the statements in `userInfo` are feeds of their own, since one may be cached longer.
 */
export interface Seen {
  readonly revision: number;
  /** SHA-256 of the accepted payload, by subject: a pack id, or `manifest.json`. */
  readonly payloads: Readonly<Record<string, string>>;
}

/** A verified statement and the SHA-256 of its payload. */
export interface SeenStatement {
  readonly statement: Statement;
  readonly payloadSha256: string;
}

/**
 * Accepts a statement after what was seen before, or refuses it: a lower revision is a `rollback`, the same revision
 * with other bytes an `equivocation`. Null has seen nothing yet.
 */
export function advance(
  seen: Seen | null,
  { statement, payloadSha256 }: SeenStatement,
): Seen | 'rollback' | 'equivocation' {
  const { revision } = statement;
  const subject = subjectOf(statement);
  if (seen === null || revision > seen.revision) return { revision, payloads: { [subject]: payloadSha256 } };
  if (revision < seen.revision) return 'rollback';
  const known = Object.hasOwn(seen.payloads, subject) ? seen.payloads[subject] : undefined;
  if (known !== undefined && known !== payloadSha256) return 'equivocation';
  return { revision, payloads: { ...seen.payloads, [subject]: payloadSha256 } };
}

function subjectOf(statement: Statement): string {
  switch (statement.kind) {
    case 'pack':
      return statement.id;
    case 'manifest':
      return 'manifest.json';
    case 'log-entry':
      return 'log';
  }
}

import { signingOf } from '../config/config.ts';
import type { Release } from '../model/release.ts';
import { readEntry } from '../release/read-channel.ts';
import type { Session } from '../session.ts';
import type { ReleaseStore, WriteCondition } from '../store/store.ts';
import type { CommitOutcome } from './commit.ts';

/**
 * What whoever published must see to, one sentence each: a store that ignores conditions, statements dated long ago, and
 * what a signature was put on top of that nobody signed.
 *
 * @param promoted - the release of another channel that was taken over
 */
export async function publishNotes(
  { channel, io }: Session,
  { ignored, committed, alreadyCommitted, release }: CommitOutcome,
  promoted: Release | null,
): Promise<readonly string[]> {
  return [
    ...(ignored.length === 0 ? [] : [singleWriterNote(channel.store, ignored)]),
    ...(committed && !alreadyCommitted ? dateNotes(release, io) : []),
    ...(committed && release?.entry.signature !== undefined
      ? [...(await beginningNotes(channel, release)), ...promotionNotes(promoted)]
      : []),
  ];
}

const singleWriterNote = (store: ReleaseStore, ignored: readonly WriteCondition[]): string =>
  `${store.place} ignores ${ignored.join(' and ')}: that nothing else publishes at the same time is yours to see to.`;

/** A statement is dated by SOURCE_DATE_EPOCH where that is set: apps that limit the age of a release take it at its word. */
function dateNotes(
  release: Release | null,
  { wallClock }: Pick<Session['io'], 'wallClock'>,
): readonly string[] {
  if (release?.entry.signature === undefined) return [];
  const { createdAt } = release.entry;
  if (Math.abs(wallClock().getTime() - Date.parse(createdAt)) <= DAY_MS) return [];
  return [
    `The signatures say that they were made at ${createdAt}, as SOURCE_DATE_EPOCH does: apps with a \`maxAge\` may find this release stale.`,
  ];
}

/** A signature vouches for what it is put on top of: said where that was not signed itself. */
async function beginningNotes(
  { store, target }: Session['channel'],
  { entry: { channel, revision } }: Release,
): Promise<readonly string[]> {
  const before = revision === 1 ? null : await readEntry(store, channel, revision - 1);
  if (before === null || before.entry.signature !== undefined) return [];
  const isKnown = signingOf(target)?.since.has(channel) === true;
  const then = isKnown ? '' : `, then set \`signing.since\` to { "${channel}": ${revision} }`;
  return [
    `Revision ${revision - 1} of "${channel}" and those before it are not signed, so nothing tells who wrote them: compare them with what you published (\`fmrelease history\`)${then}.`,
  ];
}

function promotionNotes(promoted: Release | null): readonly string[] {
  if (promoted === null || promoted.entry.signature !== undefined) return [];
  const { channel, revision } = promoted.entry;
  return [
    `Revision ${revision} of "${channel}" is not signed, so nothing tells who wrote it: compare it with what you published (\`fmrelease history\`), then publish "${channel}" signed.`,
  ];
}

const DAY_MS = 86_400_000;

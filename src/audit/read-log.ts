import pLimit from 'p-limit';
import { ReleaseError } from '../errors.ts';
import { type EntryCache, noEntryCache } from '../release/entry-cache.ts';
import { type ChannelHead, listRevisions, readHead, readSlot, type Slot } from '../release/read-channel.ts';
import type { ReleaseStore } from '../store/store.ts';

/** A whole log as it stands, and what is wrong with it. */
export interface AuditedLog {
  readonly head: ChannelHead;
  /** False when the log is too broken to tell its newest release. */
  readonly headKnown: boolean;
  /** Every readable entry, ascending. */
  readonly slots: readonly Slot[];
  readonly faults: readonly string[];
}

/** Reads every slot and checks the chain. A broken log becomes faults; a store that fails stays an error. */
export async function readLog(
  store: ReleaseStore,
  channel: string,
  known: EntryCache = noEntryCache,
): Promise<AuditedLog> {
  const { revisions, slots, faults } = await readSlots(store, channel, known);
  const logFaults = [...faults, ...chainFaults(channel, revisions, slots)];
  const head = await orFault(readHead(store, channel, known));
  if (!(head instanceof ReleaseError)) return { head, headKnown: true, slots, faults: logFaults };
  return {
    head: NO_HEAD,
    headKnown: false,
    slots,
    faults: isSaid(head, logFaults) ? logFaults : [...logFaults, head.message],
  };
}

/** Every entry of a log in ascending order, what could not be read left out. */
export async function readSlots(
  store: ReleaseStore,
  channel: string,
  known: EntryCache = noEntryCache,
): Promise<{
  readonly revisions: readonly number[];
  readonly slots: readonly Slot[];
  readonly faults: readonly string[];
}> {
  const limit = pLimit(PARALLEL_READS);
  const revisions = await listRevisions(store, channel);
  const read = await Promise.all(
    revisions.map((revision) => limit(() => orFault(readSlot(store, { channel, revision, known })))),
  );
  await known.save();
  return {
    revisions,
    slots: read.flatMap((slot) => (slot === null || slot instanceof ReleaseError ? [] : [slot])),
    faults: read.filter((slot) => slot instanceof ReleaseError).map(({ message }) => message),
  };
}

/** What is wrong between the slots: missing revisions, and entries that do not name the bytes before them. */
export function chainFaults(
  channel: string,
  revisions: readonly number[],
  slots: readonly Slot[],
): readonly string[] {
  const broken = (why: string): string => `The log of "${channel}" is broken: ${why}.`;
  const holes = revisions.flatMap((revision, index) => {
    const first = (revisions[index - 1] ?? 0) + 1;
    if (first === revision) return [];
    const last = revision - 1;
    return [
      broken(first === last ? `revision ${first} is missing` : `revisions ${first} to ${last} are missing`),
    ];
  });
  const breaks = slots.flatMap(({ entry: { revision, previousSha256 } }, index) => {
    const before = slots[index - 1];
    if (revision === 1) return previousSha256 === null ? [] : [broken('revision 1 names an entry before it')];
    if (before?.entry.revision !== revision - 1 || before.entrySha256 === previousSha256) return [];
    return [broken(`revision ${revision} does not follow from revision ${revision - 1} as it stands`)];
  });
  return [...holes, ...breaks];
}

/** Reading the head stops at the first break; where that is one of the log, the log's own check has named it whole. */
const isSaid = ({ code, message }: ReleaseError, faults: readonly string[]): boolean =>
  faults.includes(message) ||
  (code === 'LOG_BROKEN' && MISSING.test(message) && faults.some((fault) => MISSING.test(fault)));

/** What was read, or why it is damaged. A store that does not answer tells nothing about the log and throws. */
async function orFault<T>(reading: Promise<T>): Promise<T | ReleaseError> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ReleaseError && (error.code === 'LOG_BROKEN' || error.code === 'DOCUMENT_DAMAGED'))
      return error;
    throw error;
  }
}

const NO_HEAD: ChannelHead = { release: null, projection: { state: 'absent', object: null } };
const MISSING = /: revisions? .+ (is|are) missing\.$/;
const PARALLEL_READS = 16;

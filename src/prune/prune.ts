import pLimit from 'p-limit';
import { PACKS_PREFIX, TOMBSTONES_PREFIX, tombstoneKey } from '../release/layout.ts';
import { moveTombstone, readTombstone, SWEEP_START_MS, type Tombstone } from '../release/tombstone.ts';
import type { Session } from '../session.ts';
import { notConditional } from '../store/settle.ts';
import type { UnfinishedUpload } from '../store/store.ts';
import { judge, type ListedPack, type Verdict } from './decide.ts';
import { openReferences, type ReferenceReader, type References } from './references.ts';

/** What became of one pack that nothing keeps. */
export interface PrunedPack {
  readonly key: string;
  readonly sizeBytes: number;
  /** `marked`, `swept` and `unmarked` are done, or would be in a dry run; `waiting` and `busy` are left alone. */
  readonly outcome: 'marked' | 'swept' | 'unmarked' | 'waiting' | 'busy';
  /** When its mark was set; null before it has one. */
  readonly markedAt: Date | null;
  /** The newest revision that named it; null when none ever did. */
  readonly lastNamed: { readonly channel: string; readonly revision: number } | null;
}

/** What a prune came to, or would come to. */
export interface PruneResult {
  readonly dryRun: boolean;
  readonly packs: readonly PrunedPack[];
  /** Uploads that nobody has finished for days. */
  readonly uploads: readonly UnfinishedUpload[];
  readonly kept: number;
  readonly freedBytes: number;
}

/**
 * Prunes a target: what nothing has named within retention is marked, and removed a day later if that is still so.
 * Before each removal the references of every channel are read again. Without `act` nothing is written.
 *
 * @throws ReleaseError `LOG_BROKEN`, `PROJECTION_FOREIGN`: nothing is removed while references cannot be told
 */
export async function prunePacks(session: Session, { act }: { readonly act: boolean }): Promise<PruneResult> {
  const { channel, config, io } = session;
  const references = openReferences(channel.store, {
    retention: config.retention,
    target: channel.target,
    now: io.wallClock,
  });
  io.progress({ kind: 'step', text: 'Reading what every channel names' });
  const known = await references.read();
  const listed = await listPacks(session);
  const uploads = await staleUploads(session); // before anything is removed: whoever may not ask hears of it first
  const packs: PrunedPack[] = [];
  let [kept, freedBytes] = [0, 0];
  for (const pack of listed) {
    const verdict = judge(pack, known.kept.has(pack.key), io.wallClock());
    const outcome = act ? await carryOut(session, { pack, verdict, references }) : FORECAST[verdict];
    if (outcome === 'kept') kept += pack.sizeBytes === null ? 0 : 1;
    else packs.push(describe(pack, outcome, known));
    if (outcome === 'swept') freedBytes += pack.sizeBytes ?? 0;
  }
  if (act) for (const upload of uploads) await channel.store.abandonUpload(upload);
  return { dryRun: !act, packs, uploads, kept, freedBytes };
}

type Outcome = PrunedPack['outcome'] | 'kept';

const FORECAST: Readonly<Record<Verdict, Outcome>> = {
  keep: 'kept',
  unmark: 'unmarked',
  mark: 'marked',
  wait: 'waiting',
  sweep: 'swept',
  busy: 'busy',
};

interface Deed {
  readonly pack: ListedPack;
  readonly verdict: Verdict;
  readonly references: ReferenceReader;
}

async function carryOut(session: Session, { pack, verdict, references }: Deed): Promise<Outcome> {
  const { key, tombstone } = pack;
  switch (verdict) {
    case 'keep':
      return 'kept';
    case 'wait':
      return 'waiting';
    case 'busy':
      return 'busy';
    case 'mark':
      return (await move(session, key, { from: tombstone, to: 'marked' })) ? 'marked' : 'busy';
    case 'unmark':
      return (await move(session, key, { from: tombstone, to: 'cleared' })) ? 'unmarked' : 'busy';
    case 'sweep':
      return sweep(session, pack, references);
  }
}

/**
 * Removes a pack. The order is what makes it safe: first the tombstone says `sweeping`, so that no publisher relies on
 * the pack from here on; then the references are read, which shows every publisher that relied on it before.
 */
async function sweep(
  session: Session,
  { key, tombstone }: ListedPack,
  references: ReferenceReader,
): Promise<Outcome> {
  const { store } = session.channel;
  await requireConditional(session, key);
  const since = session.io.wallClock();
  const inTime = (): boolean => session.io.wallClock().getTime() - since.getTime() < SWEEP_START_MS;
  if (!(await move(session, key, { from: tombstone, to: 'sweeping' }))) return 'busy';
  if ((await references.read()).kept.has(key)) {
    const now = await readTombstone(store, key);
    await move(session, key, { from: now, to: 'cleared' });
    return 'unmarked';
  }
  if (!inTime()) return 'busy';
  await store.remove(key);
  if (inTime()) await store.remove(tombstoneKey(key));
  return 'swept';
}

/**
 * Refuses to remove anything from a store that ignores conditions: there a publisher that takes a mark back and a
 * pruner that sweeps would both believe that they were the only one.
 *
 * @throws ReleaseError `STORE_NOT_CONDITIONAL` unless the user vouches that nobody else is at work
 */
async function requireConditional({ channel: { store, singleWriter } }: Session, key: string): Promise<void> {
  if (singleWriter) return;
  const tombstone = await store.read(tombstoneKey(key));
  if (tombstone === undefined) return; // somebody else has moved on, and so will this sweep
  const ignored = await store.ignoredConditions(tombstone.key, tombstone.bytes);
  if (ignored.length > 0) throw notConditional(store, ignored);
}

const move = async (
  { channel, io }: Session,
  key: string,
  step: { readonly from: Tombstone | null; readonly to: Tombstone['state'] },
): Promise<boolean> =>
  (await moveTombstone(channel.store, key, { ...step, now: io.wallClock() })) === 'replaced';

/** Every pack with its tombstone, and every tombstone whose pack is gone, by key. */
async function listPacks({ channel: { store } }: Session): Promise<readonly ListedPack[]> {
  const sizes = new Map<string, number>();
  for await (const { key, sizeBytes } of store.list(PACKS_PREFIX)) sizes.set(key, sizeBytes);
  const marked: string[] = [];
  for await (const { key } of store.list(TOMBSTONES_PREFIX))
    marked.push(`${PACKS_PREFIX}${key.slice(TOMBSTONES_PREFIX.length, -'.json'.length)}`);
  const limit = pLimit(PARALLEL_READS);
  const tombstones = new Map(
    await Promise.all(
      marked.map((key) => limit(async () => [key, await readTombstone(store, key)] as const)),
    ),
  );
  return [...new Set([...sizes.keys(), ...marked])]
    .sort()
    .map((key) => ({ key, sizeBytes: sizes.get(key) ?? null, tombstone: tombstones.get(key) ?? null }));
}

async function staleUploads({ channel: { store }, io }: Session): Promise<readonly UnfinishedUpload[]> {
  const stale: UnfinishedUpload[] = [];
  for await (const upload of store.unfinishedUploads(PACKS_PREFIX))
    if (io.wallClock().getTime() - upload.startedAt.getTime() >= STALE_UPLOAD_MS) stale.push(upload);
  return stale;
}

const describe = (
  { key, sizeBytes, tombstone }: ListedPack,
  outcome: PrunedPack['outcome'],
  { lastNamed }: References,
): PrunedPack => ({
  key,
  sizeBytes: sizeBytes ?? 0,
  outcome,
  markedAt: tombstone?.state === 'marked' ? tombstone.since : null,
  lastNamed: lastNamed.get(key) ?? null,
});

/** An upload that is begun and not finished for so long is nobody's any more. */
const STALE_UPLOAD_MS = 3 * 24 * 3_600_000;
const PARALLEL_READS = 16;

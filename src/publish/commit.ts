import { ReleaseError } from '../errors.ts';
import type { Cell } from '../model/cell.ts';
import type { Hold, PackRecord, Release } from '../model/release.ts';
import {
  type AdapterState,
  type ComposedRevision,
  composeRevision,
  type HighestVersions,
  type RevisionFacts,
} from '../release/compose.ts';
import { sortCells, sortPacks } from '../release/documents.ts';
import { readVersionLedger } from '../release/highest-versions.ts';
import { cellsKey, logKey } from '../release/layout.ts';
import {
  brokenLog,
  listRevisions,
  readBefore,
  readHead,
  readRelease,
  withCells,
} from '../release/read-channel.ts';
import { createContent, notConditional } from '../store/settle.ts';
import type { ReleaseStore, StoredObject, WriteCondition } from '../store/store.ts';
import type { PackClaims } from './claim-packs.ts';
import type { Seal } from './seal.ts';
import { writeSlot } from './write-slot.ts';

/** A change that is ready to commit: every pack it names is in the store, proved. */
export interface CommitRequest {
  readonly facts: RevisionFacts;
  readonly base: { readonly revision: number; readonly sha256: string } | null;
  readonly adapters: readonly AdapterState[];
  /** Adapters whose holds are lifted: these must not have moved either. */
  readonly liftHolds: readonly string[];
  /** The holds of the next revision, given the head that it follows. May refuse: a head can hold what it serves. */
  readonly holdsAfter: (head: Release | null) => readonly Hold[];
  /** Commits on this head even when packs and cells stay the same, such as under a new public URL. */
  readonly evenIfEqual: (head: Release | null) => boolean | Promise<boolean>;
  /** What to call it when something that the change touches has moved. */
  readonly movedCode: 'PLAN_STALE' | 'CHANNEL_MOVED';
  /** The claims on the packs, which must hold at the commit. */
  readonly claims: Pick<PackClaims, 'requireValid'>;
  /** The versions that promoted packs have where they come from: kept where this channel never used as high a one. */
  readonly versionsThere?: HighestVersions;
  /** The user vouches that nobody else publishes: a store that ignores conditions may be written to. */
  readonly singleWriter: boolean;
  /** Signs the revision, or leaves it as it is. */
  readonly seal: Pick<Seal, 'apply'>;
  /** Manifests of somebody else that this commit's projections will replace: versions go above them. */
  readonly foreign: readonly StoredObject[];
}

/** How a commit ended. `release` is what it wrote, or what an earlier run wrote (`alreadyCommitted`), or the head. */
export interface CommitOutcome {
  readonly committed: boolean;
  readonly alreadyCommitted: boolean;
  readonly release: Release | null;
  /** The newest release, where an earlier run's was found behind it. */
  readonly head?: Release | null;
  /** Conditions of writes that the store ignores, and that a single writer can do without. */
  readonly ignored: readonly WriteCondition[];
}

/**
 * Writes the next log entry create-only: that write is the commit. A lost race re-applies the change on the new
 * head, as long as nothing it touches has moved; an unclear reply is settled by reading the slot.
 *
 * @throws ReleaseError `PLAN_STALE` or `CHANNEL_MOVED`, `COMMIT_UNKNOWN` when even reading cannot tell
 */
export async function commitRevision(store: ReleaseStore, request: CommitRequest): Promise<CommitOutcome> {
  const { channel, operation } = request.facts;
  for (let attempt = 0; attempt < MAX_RACES; attempt++) {
    const { release: head } = await readHead(store, channel);
    const own = await findOperation(store, { operation, base: request.base }, head);
    if (own !== null) return { committed: true, alreadyCommitted: true, release: own, head, ignored: [] };
    await refuseMoved(store, request, head);
    const holds = request.holdsAfter(head);
    const { foreign, versionsThere = {} } = request;
    const ledger = await readVersionLedger(store, { channel, head, foreign, versionsThere });
    const change = { adapters: request.adapters, holds, replaces: foreign.map(({ key }) => key) };
    const draft = composeRevision(head, change, { ...request.facts, ledger });
    if (isSameContent(head, draft) && !(await request.evenIfEqual(head)))
      return { committed: false, alreadyCommitted: false, release: head, ignored: [] };
    if (await isBehind(store, channel, draft.entry.revision)) continue;
    const next = await request.seal.apply(draft, head);
    const cells = cellsKey(next.entry.cellsSha256);
    await createContent(store, cells, next.cellsBytes);
    const ignored = await store.ignoredConditions(cells, next.cellsBytes);
    if (ignored.length > 0 && !request.singleWriter) throw notConditional(store, ignored);
    const slot = { ...next, key: logKey(channel, next.entry.revision), claims: request.claims };
    if ((await writeSlot(store, slot)) === 'ours') {
      return {
        committed: true,
        alreadyCommitted: false,
        release: { entry: next.entry, entrySha256: next.entrySha256, cells: next.cells },
        ignored,
      };
    }
  }
  throw new ReleaseError(
    'CHANNEL_MOVED',
    `"${channel}" kept moving: ${MAX_RACES} other publishers were faster.`,
    { fix: 'Run the same command again.' },
  );
}

/** An operation and the revision it started from. */
export interface OperationName {
  readonly operation: string;
  readonly base: CommitRequest['base'];
}

/**
 * The release that an operation wrote after its base, or null: so a repeated command finds its own commit. What lies
 * between is read as the head's chain names it.
 *
 * @throws ReleaseError `LOG_BROKEN`
 */
export async function findOperation(
  store: ReleaseStore,
  { operation, base }: OperationName,
  head: Release | null,
): Promise<Release | null> {
  const after = base?.revision ?? 0;
  if (head === null || head.entry.revision <= after) return null;
  if (head.entry.operation === operation) return head;
  if (head.entry.revision === after + 1) return null;
  for await (const slot of readBefore(store, head)) {
    if (slot.entry.operation === operation) return withCells(store, slot);
    if (slot.entry.revision <= after + 1) break;
  }
  return null;
}

/** Refuses when an adapter, pack id or hold that the change touches differs between its base and the head. */
async function refuseMoved(
  store: ReleaseStore,
  { facts, base, adapters, liftHolds, movedCode }: CommitRequest,
  head: Release | null,
): Promise<void> {
  if ((base?.sha256 ?? null) === (head?.entrySha256 ?? null)) return;
  const then = base === null ? null : await readRelease(store, facts.channel, base.revision);
  const rewritten = base !== null && then?.entrySha256 !== base.sha256;
  const touched = [...new Set([...adapters.map(({ adapter }) => adapter), ...liftHolds])];
  const moved = touched.filter((adapter) => stateOf(then, adapter) !== stateOf(head, adapter));
  if (!rewritten && moved.length === 0) return;
  const why = rewritten
    ? `the log of "${facts.channel}" has no such revision ${base.revision}`
    : `${moved.map((adapter) => `"${adapter}"`).join(', ')} changed on "${facts.channel}" since revision ${base?.revision ?? 0}, which is at ${head?.entry.revision ?? 0} now`;
  throw new ReleaseError(movedCode, `This change no longer fits: ${why}.`, {
    fix:
      movedCode === 'PLAN_STALE'
        ? 'Run `fmrelease plan --out <file>` again and review the new plan.'
        : 'Run the same command again.',
  });
}

/** One text for everything that a release says about an adapter: packs, cells, holds. */
function stateOf(release: Release | null, adapter: string): string {
  const of = (item: PackRecord | Cell | Hold): boolean => item.adapter === adapter;
  return JSON.stringify([
    sortPacks((release?.entry.packs ?? []).filter(of)),
    sortCells((release?.cells ?? []).filter(of)),
    (release?.entry.holds ?? []).filter(of),
  ]);
}

/** True when the revision would say nothing that the head does not; an empty one says nothing on an empty channel. */
function isSameContent(head: Release | null, { entry, cells }: ComposedRevision): boolean {
  if (head === null) return entry.packs.length === 0 && cells.length === 0 && entry.holds.length === 0;
  return (
    head.entry.cellsSha256 === entry.cellsSha256 &&
    JSON.stringify(head.entry.packs) === JSON.stringify(entry.packs) &&
    JSON.stringify(head.entry.holds) === JSON.stringify(entry.holds)
  );
}

/**
 * True when the slot was taken meanwhile. A later slot without it is a hole, which must never be filled.
 *
 * @throws ReleaseError `LOG_BROKEN`
 */
async function isBehind(store: ReleaseStore, channel: string, next: number): Promise<boolean> {
  const revisions = await listRevisions(store, channel);
  const hole = revisions.findIndex((revision, index) => revision !== index + 1);
  if (hole === -1) return revisions.length >= next;
  throw brokenLog(
    `The log of "${channel}" is broken: revision ${hole + 1} is missing, though ${revisions[hole] ?? ''} is there.`,
  );
}

const MAX_RACES = 64;

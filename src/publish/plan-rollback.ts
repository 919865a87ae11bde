import { ReleaseError } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import type { Cell } from '../model/cell.ts';
import { sha256Of } from '../model/digest.ts';
import type { Hold, PackRecord, Release } from '../model/release.ts';
import type { AdapterState } from '../release/compose.ts';
import { sizesOf } from '../release/object-sizes.ts';
import { readRelease } from '../release/read-channel.ts';
import type { ReleaseStore } from '../store/store.ts';
import type { PackClaims } from './claim-packs.ts';
import type { CommitRequest } from './commit.ts';

/** Where a rollback goes: an earlier revision, or to nothing. `only` names adapters, empty means all. */
export interface RollbackTarget {
  readonly to: number | 'none';
  readonly only: readonly string[];
}

/** The channel as it stands, and the claims on packs. */
export interface RollbackPlace {
  readonly channel: string;
  readonly head: Release | null;
  readonly claims: PackClaims;
}

/** What a rollback commits, as far as it does not depend on time and place. */
export type RollbackChange = Pick<CommitRequest, 'base' | 'adapters' | 'liftHolds' | 'holdsAfter'> & {
  readonly operation: string;
  /** The earlier revision that comes back; null for `none`. */
  readonly source: Release | null;
};

/**
 * Works out a rollback: every adapter in scope gets the packs and cells of the earlier revision. Builds that the head
 * serves and the earlier revision does not are held from then on; builds that come back are held no longer.
 *
 * @throws ReleaseError `RELEASE_NOT_FOUND` without that revision, `ADAPTER_UNKNOWN`, or `PACK_MISSING` when a pack of
 *   it is gone from the store
 */
export async function planRollback(
  store: ReleaseStore,
  { channel, head, claims }: RollbackPlace,
  { to, only }: RollbackTarget,
): Promise<RollbackChange> {
  if (head === null)
    throw new ReleaseError('RELEASE_NOT_FOUND', `"${channel}" has no release yet.`, {
      fix: 'Publish one with `fmrelease publish`.',
    });
  const earlier = to === 'none' ? null : await readRelease(store, channel, to);
  if (to !== 'none' && earlier === null) {
    throw new ReleaseError(
      'RELEASE_NOT_FOUND',
      `"${channel}" has no revision ${to}: its newest is ${head.entry.revision}.`,
      { fix: 'Pick one that `fmrelease history` lists.' },
    );
  }
  const adapters = adaptersInScope(head, earlier, only);
  const states = adapters.map((adapter) => stateAt(earlier, head, adapter));
  await requirePresent(
    store,
    claims,
    states.flatMap(({ packs }) => packs),
  );
  const base = { revision: head.entry.revision, sha256: head.entrySha256 };
  return {
    base,
    source: earlier,
    adapters: states,
    operation: sha256Of(writeJson({ channel, base, rollback: { to, only: [...only].sort() } })),
    liftHolds: [],
    holdsAfter: (now) => holdsAfterRollback(now, states),
  };
}

/** The holds once `states` stand: what they take back is held, what they serve is not. */
export function holdsAfterRollback(head: Release | null, states: readonly AdapterState[]): readonly Hold[] {
  const served = new Set(states.flatMap(({ packs }) => packs).map(buildKey));
  const touched = new Set(states.map(({ adapter }) => adapter));
  const taken = (head?.entry.packs ?? [])
    .filter((pack) => touched.has(pack.adapter) && !served.has(buildKey(pack)))
    .map(
      ({ adapter, build, buildDigest }): Hold => ({
        adapter,
        build,
        buildDigest,
        sinceRevision: (head?.entry.revision ?? 0) + 1,
      }),
    );
  const kept = (head?.entry.holds ?? []).filter(
    (hold) => !served.has(buildKey(hold)) && !taken.some((other) => buildKey(other) === buildKey(hold)),
  );
  return [...kept, ...taken].sort((a, b) => (buildKey(a) < buildKey(b) ? -1 : 1));
}

function adaptersInScope(head: Release, earlier: Release | null, only: readonly string[]): readonly string[] {
  const known = new Set(
    [head, earlier].flatMap((release) =>
      [...(release?.entry.packs ?? []), ...(release?.cells ?? [])].map(({ adapter }) => adapter),
    ),
  );
  const unknown = only.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new ReleaseError(
      'ADAPTER_UNKNOWN',
      `Neither revision has an adapter ${unknown.map((name) => `"${name}"`).join(', ')}.`,
      { fix: `Name one of ${[...known].sort().join(', ')}.` },
    );
  }
  return [...known].filter((name) => only.length === 0 || only.includes(name)).sort();
}

function stateAt(earlier: Release | null, head: Release, adapter: string): AdapterState {
  const of = (item: PackRecord | Cell): boolean => item.adapter === adapter;
  if (earlier !== null)
    return { adapter, packs: earlier.entry.packs.filter(of), cells: earlier.cells.filter(of) };
  return { adapter, packs: [], cells: head.cells.filter(of).map(withdraw) };
}

/** A withdrawn adapter is declined where it was covered, so that an app knows to use the base model. */
const withdraw = (cell: Cell): Cell =>
  cell.state === 'covered' ? { ...cell, state: 'declined', pack: null, fallback: 'base-model' } : cell;

/**
 * Claims each pack of a release that is about to be served again, and asks the store for it.
 *
 * @throws ReleaseError `PACK_MISSING` with every pack that is gone or has another size
 */
export async function requirePresent(
  store: ReleaseStore,
  claims: PackClaims,
  packs: readonly Pick<PackRecord, 'id' | 'key' | 'downloadSize'>[],
): Promise<void> {
  for (const { key } of packs) await claims.claim(key);
  const sizes = await sizesOf(
    store,
    packs.map(({ key }) => key),
  );
  const missing = packs.filter(({ key, downloadSize }) => sizes.get(key) !== downloadSize);
  if (missing.length === 0) return;
  throw new ReleaseError(
    'PACK_MISSING',
    `That revision is no longer whole: ${missing.map(({ key }) => key).join(', ')} is gone or has another size.`,
    {
      fix: 'Pick a revision that `fmrelease history` marks as rollbackable, or publish the build again.',
    },
  );
}

const buildKey = ({
  adapter,
  buildDigest,
}: {
  readonly adapter: string;
  readonly buildDigest: string;
}): string => `${adapter}\u0000${buildDigest}`;

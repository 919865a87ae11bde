import { ReleaseError } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import type { Cell } from '../model/cell.ts';
import { sha256Of } from '../model/digest.ts';
import type { PackRecord, Release } from '../model/release.ts';
import type { AdapterState, HighestVersions } from '../release/compose.ts';
import { leavingPacks } from '../release/diff.ts';
import type { ReleaseStore } from '../store/store.ts';
import type { PackClaims } from './claim-packs.ts';
import type { CommitRequest } from './commit.ts';
import { refuseHeld, refuseRemovals, standingHolds } from './permits.ts';
import { requirePresent } from './plan-rollback.ts';

/** What is promoted: the newest release of another channel, or the adapters of it that `only` names. */
export interface Promotion {
  readonly from: string;
  readonly only: readonly string[];
  /** Pack ids that may leave the channel. */
  readonly remove: readonly string[];
  /** Adapters whose held builds may be served again. */
  readonly liftHolds: readonly string[];
}

/** The two channels as they stand. */
export interface PromotionPlace {
  /** The channel that is promoted to. */
  readonly channel: string;
  readonly head: Release | null;
  readonly source: Release | null;
  readonly claims: PackClaims;
}

/** What a promotion commits, as far as it does not depend on time and place. */
export type PromotionChange = Pick<
  CommitRequest,
  'base' | 'adapters' | 'liftHolds' | 'holdsAfter' | 'versionsThere'
> & {
  readonly operation: string;
};

/**
 * Works out a promotion: every adapter in scope gets the packs and cells that the source channel serves. Without
 * `only` the channel becomes what the source is, so adapters that the source lacks leave, if that is allowed.
 *
 * @throws ReleaseError `RELEASE_NOT_FOUND` when the source has no release, `ADAPTER_UNKNOWN`, `REMOVAL_NOT_ALLOWED`,
 *   `BUILD_HELD`, `PACK_MISSING`
 */
export async function planPromotion(
  store: ReleaseStore,
  { channel, head, source, claims }: PromotionPlace,
  { from, only, remove, liftHolds }: Promotion,
): Promise<PromotionChange> {
  if (source === null)
    throw new ReleaseError('RELEASE_NOT_FOUND', `"${from}" has no release to promote.`, {
      fix: `Publish one with \`fmrelease publish --channel ${from}\`.`,
    });
  const states = adaptersInScope(source, head, only).map((adapter) => stateOf(source, adapter));
  const packs = states.flatMap((state) => state.packs);
  refuseRemovals(idsThatLeave(head, states), remove);
  refuseHeld(packs, liftHolds, head);
  await requirePresent(store, claims, packs);
  const base = head === null ? null : { revision: head.entry.revision, sha256: head.entrySha256 };
  const change = {
    from,
    source: source.entrySha256,
    only: [...only].sort(),
    liftHolds: [...liftHolds].sort(),
  };
  return {
    base,
    adapters: states,
    operation: sha256Of(writeJson({ channel, base, promote: change })),
    liftHolds,
    holdsAfter: (now) => {
      refuseHeld(packs, liftHolds, now);
      return standingHolds(now, liftHolds);
    },
    versionsThere: versionsOf(source.entry.packs),
  };
}

function adaptersInScope(source: Release, head: Release | null, only: readonly string[]): readonly string[] {
  const inSource = new Set([...source.entry.packs, ...source.cells].map(({ adapter }) => adapter));
  const here = [...(head?.entry.packs ?? []), ...(head?.cells ?? [])].map(({ adapter }) => adapter);
  const unknown = only.filter((name) => !inSource.has(name));
  if (unknown.length > 0)
    throw new ReleaseError(
      'ADAPTER_UNKNOWN',
      `"${source.entry.channel}" has no adapter ${unknown.map((name) => `"${name}"`).join(', ')}.`,
      { fix: `Name one of ${[...inSource].sort().join(', ')}.` },
    );
  return only.length > 0 ? [...new Set(only)].sort() : [...new Set([...inSource, ...here])].sort();
}

function stateOf(source: Release, adapter: string): AdapterState {
  const of = (item: PackRecord | Cell): boolean => item.adapter === adapter;
  return { adapter, packs: source.entry.packs.filter(of), cells: source.cells.filter(of) };
}

function idsThatLeave(head: Release | null, states: readonly AdapterState[]): readonly string[] {
  const touched = new Set(states.map(({ adapter }) => adapter));
  const kept = new Set(states.flatMap(({ packs }) => packs.map(({ id }) => id)));
  const before = (head?.entry.packs ?? []).filter(({ adapter }) => touched.has(adapter));
  const after = states.flatMap(({ packs }) => packs);
  return [
    ...before.filter(({ id }) => !kept.has(id)).map(({ id }) => id),
    ...leavingPacks(before, after).map(({ packId }) => packId),
  ];
}

const versionsOf = (packs: readonly PackRecord[]): HighestVersions =>
  Object.fromEntries(packs.map(({ id, version }) => [id, version]));

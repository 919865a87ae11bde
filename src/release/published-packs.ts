import type { PackRecord, Recipe, Release } from '../model/release.ts';
import type { ReleaseStore } from '../store/store.ts';
import { sizesOf } from './object-sizes.ts';
import { readBefore, type Slot } from './read-channel.ts';

/** What decides whether a published pack can be served again instead of building one. */
export interface PackNeed {
  readonly id: string;
  readonly buildDigest: string;
  readonly recipe: Recipe;
}

/** What is searched for, and which of the older revisions may be the source of a pack. */
export interface PackSearch {
  readonly needs: readonly PackNeed[];
  /** Asked only about a revision that has what is missing. The head is not asked about: who commits judges it. */
  readonly vouches: Vouches;
}

/** Tells whether a revision may be built on. */
export type Vouches = (slot: Slot) => Promise<boolean>;

/**
 * Finds, for each need, a pack of the channel's log with the same build in the same archive whose object is still
 * there with its size. Reads the head first, then older revisions while something is missing, at most
 * {@link REUSE_DEPTH} of them, each as the one after it names it. Local files are never touched.
 *
 * @throws ReleaseError `LOG_BROKEN`
 */
export async function findPublishedPacks(
  store: ReleaseStore,
  head: Release | null,
  { needs, vouches }: PackSearch,
): Promise<ReadonlyMap<string, PackRecord>> {
  const found = new Map<string, PackRecord>();
  if (head === null) return found;
  const take = (packs: readonly PackRecord[]): readonly PackNeed[] => {
    for (const pack of packs) found.set(pack.id, pack);
    return needs.filter(({ id }) => !found.has(id));
  };
  let missing = take(await findAmong(store, head.entry.packs, needs));
  if (missing.length === 0) return found;
  for await (const slot of readBefore(store, head)) {
    if (slot.entry.revision <= head.entry.revision - REUSE_DEPTH) break;
    const there = await findAmong(store, slot.entry.packs, missing);
    if (there.length > 0 && (await vouches(slot))) missing = take(there);
    if (missing.length === 0) break;
  }
  return found;
}

async function findAmong(
  store: ReleaseStore,
  packs: readonly PackRecord[],
  needs: readonly PackNeed[],
): Promise<readonly PackRecord[]> {
  const byId = new Map(packs.map((pack) => [pack.id, pack]));
  const matches = needs.flatMap((need) => {
    const pack = byId.get(need.id);
    return pack !== undefined &&
      pack.buildDigest === need.buildDigest &&
      isSameArchive(pack.recipe, need.recipe)
      ? [pack]
      : [];
  });
  const sizes = await sizesOf(
    store,
    matches.map(({ key }) => key),
  );
  return matches.filter(({ key, downloadSize }) => sizes.get(key) === downloadSize);
}

/**
 * Our own archives depend on contents and container only: platforms and policy travel in the manifest. An asset pack
 * has both inside, and its tool need not make the same bytes twice: what is published is that pack.
 */
const isSameArchive = (a: Recipe, b: Recipe): boolean =>
  a.format === b.format &&
  a.compression === b.compression &&
  (a.format !== 'asset-pack' || JSON.stringify(a) === JSON.stringify(b));

/** How many revisions are searched: well beyond what the default retention keeps. */
export const REUSE_DEPTH = 100;

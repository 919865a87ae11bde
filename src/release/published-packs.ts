import type { PackRecord, Recipe, Release } from '../model/release.ts';
import type { ReleaseStore } from '../store/store.ts';
import { sizesOf } from './object-sizes.ts';
import { readEntry } from './read-channel.ts';

/** What decides whether a published pack can be served again instead of building one. */
export interface PackNeed {
  readonly id: string;
  readonly buildDigest: string;
  readonly recipe: Recipe;
}

/**
 * Finds, for each need, a pack of the channel's log with the same build in the same archive whose object is still
 * there with its size. Reads the head first, then older revisions while something is missing, at most
 * {@link REUSE_DEPTH} of them. Local files are never touched.
 */
export async function findPublishedPacks(
  store: ReleaseStore,
  head: Release | null,
  needs: readonly PackNeed[],
): Promise<ReadonlyMap<string, PackRecord>> {
  const found = new Map<string, PackRecord>();
  if (head === null) return found;
  let missing = needs;
  let packs = head.entry.packs;
  for (let revision = head.entry.revision; missing.length > 0; ) {
    for (const pack of await findAmong(store, packs, missing)) found.set(pack.id, pack);
    missing = missing.filter(({ id }) => !found.has(id));
    revision -= 1;
    if (missing.length === 0 || revision < 1 || revision <= head.entry.revision - REUSE_DEPTH) break;
    packs = (await readEntry(store, head.entry.channel, revision))?.entry.packs ?? [];
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

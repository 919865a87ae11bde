import pLimit from 'p-limit';
import type { ReleaseStore } from '../store/store.ts';
import { PACKS_PREFIX } from './layout.ts';

/**
 * The sizes of those packs that are there, by key. A few are asked for one by one; for many the packs are listed, which
 * tells a thousand of them at a time. A listing that grows longer than asking would be is given up.
 */
export async function sizesOf(
  store: ReleaseStore,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = new Set(keys);
  if (wanted.size > FEW) {
    const sizes = new Map<string, number>();
    let listed = 0;
    for await (const { key, sizeBytes } of store.list(PACKS_PREFIX)) {
      if (wanted.has(key)) sizes.set(key, sizeBytes);
      if (sizes.size === wanted.size) return sizes;
      listed += 1;
      if (listed > (wanted.size + 1) * PAGE) return askEach(store, wanted);
    }
    return sizes;
  }
  return askEach(store, wanted);
}

async function askEach(store: ReleaseStore, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const limit = pLimit(PARALLEL_HEADS);
  const found = await Promise.all(
    [...keys].map((key) => limit(async () => [key, (await store.head(key))?.sizeBytes] as const)),
  );
  return new Map(found.flatMap(([key, size]) => (size === undefined ? [] : [[key, size] as const])));
}

/** Up to so many packs are asked for one by one. */
const FEW = 4;
/** What a bucket lists in one answer. */
const PAGE = 1000;
const PARALLEL_HEADS = 16;

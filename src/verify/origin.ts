import type { ReleaseStore } from '../store/store.ts';
import type { PublishedReader } from './reader.ts';

/** Reads a published prefix where it is stored. */
export const originReader = (store: ReleaseStore): PublishedReader => ({
  place: store.place,
  get: async (key, range) => {
    const found = await store.head(key);
    if (found === undefined) return null;
    return { totalBytes: found.sizeBytes, headers: null, bytes: store.stream(key, range) };
  },
});

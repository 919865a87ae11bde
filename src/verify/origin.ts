import { Readable } from 'node:stream';
import type { ReleaseStore } from '../store/store.ts';
import type { PublishedReader } from './reader.ts';

/** Reads a published prefix where it is stored. */
export const originReader = (store: ReleaseStore): PublishedReader => ({
  place: store.place,
  get: async (key, range) => {
    const found = await store.head(key);
    if (found === undefined) return null;
    if (range === undefined && found.sizeBytes <= SMALL_BYTES) {
      const whole = await store.read(key); // checked against what its writer wrote down, as a stream cannot be
      if (whole === undefined) return null;
      return { totalBytes: whole.sizeBytes, headers: null, bytes: Readable.from([whole.bytes]) };
    }
    return { totalBytes: found.sizeBytes, headers: null, bytes: store.stream(key, range) };
  },
});

const SMALL_BYTES = 1 << 20;

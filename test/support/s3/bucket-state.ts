import type { Bucket, BucketObject, Upload } from './bucket.ts';

/** Remembers everything that a bucket holds, unfinished uploads included; what it returns puts it back. */
export function saveBucket({ objects, uploads }: Bucket): () => void {
  const kept = new Map<string, BucketObject>(objects);
  const begun = [...uploads.values()].map(copyOf);
  return () => {
    objects.clear();
    uploads.clear();
    for (const [key, object] of kept) objects.set(key, object);
    for (const upload of begun) uploads.set(upload.id, copyOf(upload));
  };
}

/** The bytes of every object by its key below a prefix. */
export const objectsBelow = ({ objects }: Bucket, prefix: string): ReadonlyMap<string, Uint8Array> =>
  new Map([...objects].map(([key, { bytes }]) => [key.slice(prefix.length), bytes]));

/** Uploads that were begun, hold parts, and are not finished: a text each. Empty ones take no room. */
export const unfinishedParts = ({ uploads }: Bucket): readonly string[] =>
  [...uploads.values()]
    .filter(({ parts }) => parts.size > 0)
    .map(({ key, parts }) => `unfinished ${key} with ${[...parts.keys()].sort().join(' ')}`)
    .sort();

const copyOf = (upload: Upload): Upload => ({ ...upload, parts: new Map(upload.parts) });

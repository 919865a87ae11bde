import type { ByteRange } from '../store/store.ts';

/** What a device can do with a published prefix: ask for an object, whole or in part. */
export interface PublishedReader {
  /** Where it reads, for messages. */
  readonly place: string;
  /** Null when the object is absent. */
  get(key: string, range?: ByteRange): Promise<PublishedObject | null>;
}

/** An answer: the size of the whole object, headers in lower case (null at the origin), the bytes asked for. */
export interface PublishedObject {
  readonly totalBytes: number;
  readonly headers: ReadonlyMap<string, string> | null;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Collects a small object's bytes. */
export async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

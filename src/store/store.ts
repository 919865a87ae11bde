import type { Sha256 } from '../model/digest.ts';

/** What a store tells of an object without its bytes. */
export interface ObjectInfo {
  readonly key: string;
  readonly sizeBytes: number;
  /** The digest that its writer recorded beside it. A claim: it proves bytes only where the store proves uploads. */
  readonly recordedSha256?: string | undefined;
}

/** A small object, read whole. `etag` is opaque: it only says whether the object is still the same. */
export interface StoredObject extends ObjectInfo {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** A file to upload under a key that names its digest. */
export interface FileUpload {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  /** The digests of its parts, where its builder has taken them: a store that sends such parts need not hash them. */
  readonly parts?: { readonly partBytes: number; readonly sha256: readonly Sha256[] } | undefined;
  /** Hears of every part that is there; of a negative number where an upload is lost and its parts are sent anew. */
  readonly onBytes: (bytes: number) => void;
}

/** How an upload ended, and how many bytes of it went over the wire. An interrupted one that is resumed sends fewer. */
export interface UploadReceipt {
  readonly outcome: 'created' | 'exists';
  readonly sentBytes: number;
}

/** An upload that somebody began and nobody has finished: it takes room, and no reader sees it. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly id: string;
  readonly startedAt: Date;
}

/** A header that makes a write depend on what is there. */
export type WriteCondition = 'If-None-Match' | 'If-Match';

/** First and last byte to read, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Where releases live: immutable objects that are created once, and a few projections that are replaced only while
 * they are what the writer has read. Keys are relative to the target's prefix.
 *
 * Every method may throw ReleaseError `STORE_PERMISSION` or `STORE_UNAVAILABLE`; after the latter a write may or may
 * not have happened, and the caller reads to find out.
 */
export interface ReleaseStore {
  /** What to call the place in messages: a path or a bucket. */
  readonly place: string;
  /** True when the store itself checks every uploaded byte against a digest; else the publisher reads back. */
  provesUploads(): Promise<boolean>;
  /**
   * Tries to replace an immutable object by its own bytes under conditions that must fail, and returns those that the
   * store ignored: none on a store that several may publish to. `key` exists and holds `bytes`.
   */
  ignoredConditions(key: string, bytes: Uint8Array): Promise<readonly WriteCondition[]>;
  /** Clears what dead writers left half-done. Called once by a command that writes. */
  prepare(): Promise<void>;
  head(key: string): Promise<ObjectInfo | undefined>;
  read(key: string): Promise<StoredObject | undefined>;
  /** The bytes of an object, streamed; throws `FILE_NOT_FOUND` when it is absent. */
  stream(key: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** Creates a small object. `exists` leaves what is there untouched. */
  create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** Creates an object from a file; the bytes sent must have the digest named, or nothing is created. */
  createFromFile(key: string, upload: FileUpload): Promise<UploadReceipt>;
  /** Replaces a projection that still has `etag`, or creates it when `etag` is null. `lost`: it has moved. */
  replace(key: string, bytes: Uint8Array, etag: string | null): Promise<'replaced' | 'lost'>;
  /** Every object whose key starts with `prefix`, in no order. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** The names right below `prefix` (which ends in a slash) that have objects below them, sorted. */
  folders(prefix: string): Promise<readonly string[]>;
  /** Removes an object, by exact key; an absent one is no error. Only `prune` and the probe of a store may call it. */
  remove(key: string): Promise<void>;
  /** Uploads below `prefix` that were begun and not finished. */
  unfinishedUploads(prefix: string): AsyncIterable<UnfinishedUpload>;
  /** Gives up an unfinished upload; one that is gone is no error. */
  abandonUpload(upload: UnfinishedUpload): Promise<void>;
}

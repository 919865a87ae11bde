import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteRange, ObjectInfo, StoredObject, UnfinishedUpload } from '../store.ts';
import type { S3Connection } from './client.ts';
import { digestOf } from './digest-header.ts';
import { readFailure } from './failure.ts';
import { REPEATABLE } from './patience.ts';

/** What the store tells of an object, or undefined where there is none. */
export async function headObject(connection: S3Connection, key: string): Promise<ObjectInfo | undefined> {
  const found = await headWithEtag(connection, key);
  return found === undefined
    ? undefined
    : { key, sizeBytes: found.sizeBytes, recordedSha256: found.recordedSha256 };
}

/** As {@link headObject}, with the etag that a conditional write may name. */
export async function headWithEtag(
  connection: S3Connection,
  key: string,
): Promise<(ObjectInfo & { readonly etag: string }) | undefined> {
  const tried = await connection.ask(
    (sdk, client) => client.send(new sdk.HeadObjectCommand(addressOf(connection, key))),
    { repeatable: true },
  );
  if (tried.ok) {
    const { ContentLength = -1, ETag = '', Metadata = {} } = tried.value;
    return { key, sizeBytes: ContentLength, recordedSha256: Metadata[DIGEST_METADATA], etag: ETag };
  }
  if (tried.failure.kind === 'absent') return undefined;
  throw connection.explain({ operation: 'HeadObject', key }, tried.failure, tried.cause);
}

/**
 * A small object, whole, or undefined where there is none. An answer whose bytes are not those that its writer wrote
 * down the digest of was altered on the way, and is asked for again; what comes twice is what the store has.
 */
export async function readObject(connection: S3Connection, key: string): Promise<StoredObject | undefined> {
  let doubtful: Buffer | undefined;
  const tried = await connection.ask(
    async (sdk, client) => {
      const {
        Body,
        ETag = '',
        ContentLength,
        Metadata = {},
      } = await client.send(new sdk.GetObjectCommand(addressOf(connection, key)));
      const chunks: Uint8Array[] = [];
      for await (const chunk of watched(Body as Body, connection.patience.stallMs)) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (ContentLength !== undefined && ContentLength !== bytes.length) throw brokenOff();
      const recorded = Metadata[DIGEST_METADATA];
      if (recorded !== undefined && recorded !== digestOf(bytes).hex && doubtful?.equals(bytes) !== true) {
        doubtful = bytes;
        throw altered();
      }
      return { bytes, etag: ETag };
    },
    { repeatable: true },
  );
  if (tried.ok) return { key, sizeBytes: tried.value.bytes.length, ...tried.value };
  if (tried.failure.kind === 'absent') return undefined;
  throw connection.explain({ operation: 'GetObject', key }, tried.failure, tried.cause);
}

/**
 * The bytes of an object. When an answer breaks off, the rest is asked for, of the same object: it is named by its
 * etag. Gives up when nothing came in as many attempts as patience has.
 */
export async function* streamObject(
  connection: S3Connection,
  key: string,
  range?: ByteRange,
): AsyncIterable<Uint8Array> {
  const { patience } = connection;
  let [next, etag, barren] = [range?.first ?? 0, undefined as string | undefined, 0];
  for (;;) {
    try {
      const { Body, ETag, end } = await openBody(connection, key, { first: next, last: range?.last, etag });
      etag ??= ETag;
      for await (const chunk of watched(Body, patience.stallMs)) {
        yield chunk;
        next += chunk.length;
        barren = 0;
      }
      if (next < end) throw brokenOff(); // shorter than it said, under a length that says so too
      return;
    } catch (cause) {
      const failure = readFailure(cause);
      barren += 1;
      if (barren >= patience.attempts || !REPEATABLE.has(failure.kind))
        throw connection.explain({ operation: 'GetObject', key }, failure, cause);
      await sleep(Math.random() * Math.min(patience.longestPauseMs, patience.firstPauseMs * 2 ** barren));
    }
  }
}

interface Opening {
  readonly first: number;
  readonly last: number | undefined;
  readonly etag: string | undefined;
}

async function openBody(
  connection: S3Connection,
  key: string,
  { first, last, etag }: Opening,
): Promise<{ readonly Body: Body; readonly ETag: string | undefined; readonly end: number }> {
  const Range = first === 0 && last === undefined ? undefined : `bytes=${first}-${last ?? ''}`;
  const tried = await connection.ask(
    (sdk, client) =>
      client.send(
        new sdk.GetObjectCommand({
          ...addressOf(connection, key),
          ...(Range === undefined ? {} : { Range }),
          ...(etag === undefined ? {} : { IfMatch: etag }),
        }),
      ),
    { repeatable: true },
  );
  if (!tried.ok) throw tried.cause;
  const { Body, ETag, ContentRange = '' } = tried.value;
  const [, lastByte] = /^bytes \d+-(\d+)\//.exec(ContentRange) ?? [];
  return { Body: Body as Body, ETag, end: lastByte === undefined ? 0 : Number(lastByte) + 1 };
}

/** Every object below a prefix, page by page. */
export async function* listObjects(connection: S3Connection, prefix: string): AsyncIterable<ObjectInfo> {
  for await (const { Contents = [] } of pages(connection, prefix, undefined))
    for (const { Key, Size } of Contents)
      if (Key !== undefined) yield { key: Key.slice(connection.target.prefix.length), sizeBytes: Size ?? 0 };
}

/** The names right below a prefix that have objects below them. */
export async function listFolders(connection: S3Connection, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  const start = connection.fullKey(prefix).length;
  for await (const { CommonPrefixes = [] } of pages(connection, prefix, '/'))
    for (const { Prefix } of CommonPrefixes) if (Prefix !== undefined) names.push(Prefix.slice(start, -1));
  return names.sort();
}

async function* pages(connection: S3Connection, prefix: string, Delimiter: string | undefined) {
  for (let ContinuationToken: string | undefined; ; ) {
    const page = await connection.demand({ operation: 'ListObjectsV2', key: prefix }, (sdk, client) =>
      client.send(
        new sdk.ListObjectsV2Command({
          Bucket: connection.target.bucket,
          Prefix: connection.fullKey(prefix),
          ...(Delimiter === undefined ? {} : { Delimiter }),
          ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
        }),
      ),
    );
    yield page;
    if (page.IsTruncated !== true || page.NextContinuationToken === undefined) return;
    ContinuationToken = page.NextContinuationToken;
  }
}

/**
 * Multipart uploads below a prefix that nobody has finished. MinIO lists them for a whole key or the whole bucket and
 * answers nothing to any other prefix, so where nothing is listed the bucket is asked.
 */
export async function* listUnfinishedBelow(
  connection: S3Connection,
  prefix: string,
): AsyncIterable<UnfinishedUpload> {
  let found = false;
  for await (const upload of listUnfinished(connection, prefix)) {
    found = true;
    yield upload;
  }
  if (!found)
    for await (const upload of pagesOfUploads(connection, prefix, {}))
      if (upload.key.startsWith(prefix)) yield upload;
}

/** Multipart uploads that nobody has finished, of the keys that start with `prefix`: of that very key on MinIO. */
export const listUnfinished = (connection: S3Connection, prefix: string): AsyncIterable<UnfinishedUpload> =>
  pagesOfUploads(connection, prefix, { Prefix: connection.fullKey(prefix) });

async function* pagesOfUploads(
  connection: S3Connection,
  prefix: string,
  where: { readonly Prefix?: string },
): AsyncIterable<UnfinishedUpload> {
  for (let marker: { KeyMarker?: string; UploadIdMarker?: string } = {}; ; ) {
    const asked = marker;
    const tried = await connection.ask(
      (sdk, client) =>
        client.send(
          new sdk.ListMultipartUploadsCommand({
            Bucket: connection.target.bucket,
            ...where,
            ...asked,
          }),
        ),
      { repeatable: true },
    );
    if (!tried.ok) {
      if (tried.failure.kind === 'unsupported') return; // a store that cannot tell
      throw connection.explain(
        { operation: 'ListMultipartUploads', key: prefix },
        tried.failure,
        tried.cause,
      );
    }
    const page = tried.value;
    for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
      if (Key?.startsWith(connection.target.prefix) === true && UploadId !== undefined)
        yield {
          key: Key.slice(connection.target.prefix.length),
          id: UploadId,
          startedAt: Initiated ?? new Date(), // where a store does not say, it may be somebody's at work
        };
    if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return;
    marker = {
      KeyMarker: page.NextKeyMarker,
      ...(page.NextUploadIdMarker === undefined ? {} : { UploadIdMarker: page.NextUploadIdMarker }),
    };
  }
}

/** Gives up a multipart upload; one that is gone already is as good. */
export async function abandonUpload(
  connection: S3Connection,
  { key, id }: Pick<UnfinishedUpload, 'key' | 'id'>,
): Promise<void> {
  const tried = await connection.ask(
    (sdk, client) =>
      client.send(new sdk.AbortMultipartUploadCommand({ ...addressOf(connection, key), UploadId: id })),
    { repeatable: true },
  );
  if (tried.ok || tried.failure.kind === 'absent') return;
  throw connection.explain({ operation: 'AbortMultipartUpload', key }, tried.failure, tried.cause);
}

/** Removes an object by exact key; in a versioned bucket its versions stay. */
export async function removeObject(connection: S3Connection, key: string): Promise<void> {
  const tried = await connection.ask(
    (sdk, client) => client.send(new sdk.DeleteObjectCommand(addressOf(connection, key))),
    { repeatable: true },
  );
  if (tried.ok || tried.failure.kind === 'absent') return;
  throw connection.explain({ operation: 'DeleteObject', key }, tried.failure, tried.cause);
}

/** The bucket and the whole key. */
export const addressOf = ({ target, fullKey }: S3Connection, key: string) => ({
  Bucket: target.bucket,
  Key: fullKey(key),
});

/** An answer's body, as Node streams it. */
type Body = AsyncIterable<Uint8Array> & { destroy(error?: Error): unknown };

/** Passes a body on, and gives it up when nothing comes for too long. */
async function* watched(body: Body, stallMs: number): AsyncIterable<Uint8Array> {
  const giveUp = (): void => void body.destroy(brokenOff());
  let timer = setTimeout(giveUp, stallMs);
  try {
    for await (const chunk of body) {
      clearTimeout(timer);
      yield chunk;
      timer = setTimeout(giveUp, stallMs);
    }
  } finally {
    clearTimeout(timer);
  }
}

const altered = (): Error =>
  Object.assign(new Error('the answer was altered on the way'), { code: 'EALTERED' });

const brokenOff = (): Error => Object.assign(new Error('the answer broke off'), { code: 'EINCOMPLETE' });

/** Where the digest of an object is written down beside it. */
export const DIGEST_METADATA = 'sha256';

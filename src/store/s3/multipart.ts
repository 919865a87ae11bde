import { createHash } from 'node:crypto';
import type { FileUpload } from '../store.ts';
import type { S3Connection } from './client.ts';
import { type BodyDigest, digestOf, signedBody } from './digest-header.ts';
import { readFailure } from './failure.ts';
import { abandonUpload, addressOf, DIGEST_METADATA, headObject, listUnfinished } from './objects.ts';
import type { PartBuffers } from './part-buffers.ts';
import type { Part, StoredPart } from './parts.ts';
import { MAX_ALTERED } from './patience.ts';
import { IMMUTABLE } from './write.ts';

/** An upload that was begun, and what the store has of it by part number. */
export interface FoundUpload {
  readonly id: string;
  readonly parts: ReadonlyMap<number, StoredPart>;
}

/**
 * The newest unfinished upload of a key with its parts: what an earlier run, on this machine or another, has left.
 * Undefined where there is none, and where the store or the permissions cannot tell.
 */
export async function findUpload(connection: S3Connection, key: string): Promise<FoundUpload | undefined> {
  try {
    let newest: { readonly id: string; readonly startedAt: Date } | undefined;
    for await (const upload of listUnfinished(connection, key))
      if (upload.key === key && (newest === undefined || upload.startedAt >= newest.startedAt))
        newest = upload;
    return newest === undefined
      ? undefined
      : { id: newest.id, parts: await listParts(connection, key, newest.id) };
  } catch (error) {
    const { kind } = readFailure(error instanceof Error ? error.cause : error);
    if (kind === 'unsupported' || kind === 'denied' || kind === 'absent') return undefined;
    throw error;
  }
}

async function listParts(
  connection: S3Connection,
  key: string,
  id: string,
): Promise<ReadonlyMap<number, StoredPart>> {
  const found = new Map<number, StoredPart>();
  for (let PartNumberMarker: string | undefined; ; ) {
    const page = await connection.demand({ operation: 'ListParts', key }, (sdk, client) =>
      client.send(
        new sdk.ListPartsCommand({
          ...addressOf(connection, key),
          UploadId: id,
          ...(PartNumberMarker === undefined ? {} : { PartNumberMarker }),
        }),
      ),
    );
    for (const { PartNumber, Size, ETag, ChecksumSHA256 } of page.Parts ?? [])
      if (PartNumber !== undefined)
        found.set(PartNumber, {
          number: PartNumber,
          sizeBytes: Size ?? -1,
          etag: ETag ?? '',
          sha256: ChecksumSHA256,
        });
    if (page.IsTruncated !== true || page.NextPartNumberMarker === undefined) return found;
    PartNumberMarker = page.NextPartNumberMarker;
  }
}

/** Begins an upload whose object will carry the headers of a pack; returns its id. */
export async function startUpload(connection: S3Connection, key: string, sha256: string): Promise<string> {
  const { UploadId = '' } = await connection.demand(
    { operation: 'CreateMultipartUpload', key },
    (sdk, client) =>
      client.send(
        new sdk.CreateMultipartUploadCommand({
          ...addressOf(connection, key),
          ContentType: 'application/octet-stream',
          ...IMMUTABLE,
          Metadata: { [DIGEST_METADATA]: sha256 },
          ...(connection.target.checksums === 'sha256' ? { ChecksumAlgorithm: 'SHA256' as const } : {}),
        }),
      ),
  );
  return UploadId;
}

/** A part that is to be in the store: its bytes, their digest, and what is there under its number. */
export interface PartUpload {
  readonly id: string;
  readonly part: Part;
  readonly body: Buffer;
  readonly digest: BodyDigest;
  readonly stored: StoredPart | undefined;
}

/** A part as Complete must name it: with its checksum where the store keeps one. `sent` is false for one that was there. */
export interface SentPart {
  readonly etag: string;
  readonly sha256: string | undefined;
  readonly sent: boolean;
}

/**
 * Sends a part unless the store has it with these bytes. `gone`: the store no longer knows the upload; `changed`: the
 * store refused the part, and rightly, as its bytes no longer have that digest.
 */
export async function uploadPart(
  { connection, buffers, key }: PartPlace,
  { id, part, body, digest, stored }: PartUpload,
): Promise<SentPart | 'gone' | 'changed'> {
  if (stored !== undefined && holds(stored, body, digest))
    return { etag: stored.etag, sha256: stored.sha256, sent: false };
  for (let attempt = 1; ; attempt++) {
    const tried = await connection.ask(
      (sdk, client) =>
        client
          .send(
            new sdk.UploadPartCommand({
              ...addressOf(connection, key),
              UploadId: id,
              PartNumber: part.number,
              Body: signedBody(body, digest),
              ContentLength: body.length,
              ...(connection.target.checksums === 'sha256' ? { ChecksumSHA256: digest.base64 } : {}),
            }),
          )
          .catch((error: unknown) => {
            if (readFailure(error).kind === 'throttled') buffers.slowDown();
            throw error;
          }),
      { repeatable: true },
    );
    if (tried.ok) {
      buffers.speedUp();
      return { etag: tried.value.ETag ?? '', sha256: tried.value.ChecksumSHA256, sent: true };
    }
    if (tried.failure.kind === 'absent') return 'gone';
    const isRefused = tried.failure.kind === 'corrupt';
    if (isRefused && digestOf(body).hex !== digest.hex) return 'changed';
    // Altered on the way: once may be the network.
    if (!isRefused || attempt >= MAX_ALTERED)
      throw connection.explain({ operation: 'UploadPart', key }, tried.failure, tried.cause);
  }
}

interface PartPlace {
  readonly connection: S3Connection;
  readonly buffers: PartBuffers;
  readonly key: string;
}

/**
 * True when the part in the store has these bytes. Its checksum says so, or its etag where that is an MD5; an etag
 * that is none, as under a key of KMS, means that the part is sent again.
 */
function holds({ sizeBytes, etag, sha256 }: StoredPart, body: Buffer, digest: BodyDigest): boolean {
  if (sizeBytes !== body.length) return false;
  if (sha256 !== undefined) return sha256 === digest.base64;
  return etag.replaceAll('"', '') === createHash('md5').update(body).digest('hex');
}

/**
 * Makes the object of its parts, unless somebody else has made it. An answer that tells nothing, a 200 with an error
 * in it included, is settled by looking for the object; `gone` when there is neither object nor upload.
 */
export async function completeUpload(
  { connection, key, upload }: Pick<PartPlace, 'connection' | 'key'> & { readonly upload: FileUpload },
  { id, parts }: { readonly id: string; readonly parts: readonly SentPart[] },
): Promise<'created' | 'exists' | 'gone'> {
  const Parts = parts.map(({ etag, sha256 }, index) => ({
    PartNumber: index + 1,
    ETag: etag,
    ...(sha256 === undefined ? {} : { ChecksumSHA256: sha256 }),
  }));
  for (let [attempt, condition] = [1, true]; ; attempt++) {
    const tried = await connection.ask(
      (sdk, client) =>
        client.send(
          new sdk.CompleteMultipartUploadCommand({
            ...addressOf(connection, key),
            UploadId: id,
            MultipartUpload: { Parts },
            ...(condition ? { IfNoneMatch: '*' } : {}),
          }),
        ),
      { repeatable: false, resendAltered: true },
    );
    if (tried.ok) return 'created'; // what it says of etag and size is not looked at: HEAD is asked before the commit
    const there = await headObject(connection, key);
    if (there?.sizeBytes === upload.sizeBytes) {
      await abandonUpload(connection, { key, id });
      return tried.failure.kind === 'unclear' ? 'created' : 'exists';
    }
    const { kind } = tried.failure;
    if (kind === 'conflict') await abandonUpload(connection, { key, id }); // it must be made anew (AWS)
    if (kind === 'absent' || kind === 'conflict') return 'gone';
    if (kind === 'unsupported' && condition)
      condition = false; // its key names its bytes: unconditional is as good
    else if (kind !== 'unclear' || attempt >= connection.patience.attempts)
      throw connection.explain({ operation: 'CompleteMultipartUpload', key }, tried.failure, tried.cause);
  }
}

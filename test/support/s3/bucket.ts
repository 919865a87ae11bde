import { createHash, randomUUID } from 'node:crypto';
import type { Body } from './body.ts';
import { S3Error } from './s3-error.ts';

/** An object as the bucket holds it. */
export interface BucketObject {
  /** Empty where bodies are thrown away. */
  readonly bytes: Buffer;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly modifiedAt: Date;
}

interface Part {
  readonly bytes: Buffer;
  readonly sizeBytes: number;
  readonly md5: Buffer;
  readonly sha256: string | undefined;
}

/** An upload that was begun. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly startedAt: Date;
  readonly parts: Map<number, Part>;
}

/** The conditions of a write. */
export interface Conditions {
  readonly ifNoneMatch: string | undefined;
  readonly ifMatch: string | undefined;
  /** When the request arrived, by `performance.now()`. */
  readonly arrivedAt?: number;
}

/** How a store is laxer, or odder, than AWS. All are off unless set. */
export interface Lax {
  readonly ignoreIfNoneMatch?: boolean;
  readonly ignoreIfMatch?: boolean;
  readonly ignoreConditionsOnComplete?: boolean;
  readonly conditionsNotImplemented?: boolean;
  /** What If-Match on an absent key answers: AWS says 404. */
  readonly ifMatchMissing?: 404 | 412;
  readonly acceptWrongBodyHash?: boolean;
  readonly acceptWrongChecksum?: boolean;
  /** R2: all parts but the last of one size. */
  readonly equalParts?: boolean;
  readonly noListParts?: boolean;
  readonly emptyCompleteEtag?: boolean;
  /** Ceph 16: If-Match fits only without the quotes. */
  readonly unquotedEtagOnly?: boolean;
  /** Ceph 16: an If-Match that another write overtook while it was under way is answered by 500, and nothing is written. */
  readonly lostRaceIs500?: boolean;
  /** MinIO: uploads are listed for a whole key or for the whole bucket, and for no other prefix. */
  readonly listsUploadsByKeyOnly?: boolean;
  readonly noChecksums?: boolean;
  /** A write to a key within a second of the one before is 429. */
  readonly oneWritePerSecond?: boolean;
  /** If-None-Match: * succeeds over a delete marker anyway; with this, deleted objects leave one. */
  readonly versioning?: boolean;
}

/** What a bucket holds, with S3's rules for writing to it. Every method is one atomic step. */
export class Bucket {
  readonly objects = new Map<string, BucketObject>();
  readonly uploads = new Map<string, Upload>();
  readonly deleteMarkers = new Set<string>();
  readonly #writtenAt = new Map<string, number>();
  readonly #writtenTick = new Map<string, number>();
  readonly #finished = new Map<string, string>();
  readonly #lax: Lax;
  /** So many of the next conditional writes answer 409, and nothing is written. */
  conflicts = 0;

  constructor(lax: Lax) {
    this.#lax = lax;
  }

  put(
    key: string,
    body: Body,
    { headers, conditions }: { readonly headers: BucketObject['headers']; readonly conditions: Conditions },
  ): BucketObject {
    this.#check(key, conditions);
    const made = {
      bytes: body.bytes,
      sizeBytes: body.sizeBytes,
      etag: `"${body.md5.toString('hex')}"`,
      headers,
      modifiedAt: new Date(),
    };
    this.#set(key, made);
    return made;
  }

  begin(key: string, headers: BucketObject['headers']): string {
    const id = randomUUID().replaceAll('-', '');
    this.uploads.set(id, { id, key, headers, startedAt: new Date(), parts: new Map() });
    return id;
  }

  upload(key: string, id: string): Upload {
    const found = this.uploads.get(id);
    if (found === undefined || found.key !== key) throw new S3Error(404, 'NoSuchUpload');
    return found;
  }

  putPart(
    key: string,
    id: string,
    {
      number,
      body,
      sha256,
    }: { readonly number: number; readonly body: Body; readonly sha256: string | undefined },
  ): string {
    if (!(number >= 1 && number <= 10_000)) throw new S3Error(400, 'InvalidArgument');
    this.upload(key, id).parts.set(number, {
      bytes: body.bytes,
      sizeBytes: body.sizeBytes,
      md5: body.md5,
      sha256,
    });
    return `"${body.md5.toString('hex')}"`;
  }

  complete(
    key: string,
    id: string,
    {
      parts,
      conditions,
    }: {
      readonly parts: readonly {
        readonly number: number;
        readonly etag: string;
        readonly sha256: string | undefined;
      }[];
      readonly conditions: Conditions;
    },
  ): string {
    const earlier = this.#finished.get(id);
    if (earlier !== undefined && this.objects.get(key)?.etag === earlier) return earlier;
    const upload = this.upload(key, id);
    if (parts.length === 0) throw new S3Error(400, 'MalformedXML');
    const chosen = parts.map(({ number, etag, sha256 }, index) => {
      if (index > 0 && number <= (parts[index - 1]?.number ?? 0)) throw new S3Error(400, 'InvalidPartOrder');
      const part = upload.parts.get(number);
      if (part === undefined || etag.replaceAll('"', '') !== part.md5.toString('hex'))
        throw new S3Error(400, 'InvalidPart');
      if (
        upload.headers['x-amz-checksum-algorithm'] === 'SHA256' &&
        this.#lax.noChecksums !== true &&
        sha256 !== part.sha256
      )
        throw new S3Error(400, 'InvalidPart');
      return part;
    });
    const body = chosen.slice(0, -1);
    if (body.some(({ sizeBytes }) => sizeBytes < 5 << 20)) throw new S3Error(400, 'EntityTooSmall');
    if (this.#lax.equalParts === true && body.some(({ sizeBytes }) => sizeBytes !== body[0]?.sizeBytes))
      throw new S3Error(400, 'InvalidPart');
    if (this.#lax.ignoreConditionsOnComplete !== true) this.#check(key, conditions);
    const etag = `"${createHash('md5')
      .update(Buffer.concat(chosen.map(({ md5 }) => md5)))
      .digest('hex')}-${chosen.length}"`;
    this.#set(key, {
      bytes: Buffer.concat(chosen.map(({ bytes }) => bytes)),
      sizeBytes: chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      etag,
      headers: upload.headers,
      modifiedAt: new Date(),
    });
    this.uploads.delete(id);
    this.#finished.set(id, etag);
    return this.#lax.emptyCompleteEtag === true ? '' : etag;
  }

  remove(key: string): void {
    this.objects.delete(key);
    if (this.#lax.versioning === true) this.deleteMarkers.add(key);
  }

  #set(key: string, made: BucketObject): void {
    this.objects.set(key, made);
    this.deleteMarkers.delete(key);
    this.#writtenAt.set(key, Date.now());
    this.#writtenTick.set(key, performance.now());
  }

  #check(key: string, { ifNoneMatch, ifMatch, arrivedAt }: Conditions): void {
    const {
      ignoreIfMatch,
      ignoreIfNoneMatch,
      conditionsNotImplemented,
      ifMatchMissing = 404,
      unquotedEtagOnly,
      oneWritePerSecond,
      lostRaceIs500,
    } = this.#lax;
    if (oneWritePerSecond === true && Date.now() - (this.#writtenAt.get(key) ?? 0) < 1000)
      throw new S3Error(429, 'TooManyRequests');
    if (ifNoneMatch === undefined && ifMatch === undefined) return;
    if (conditionsNotImplemented === true) throw new S3Error(501, 'NotImplemented');
    if (this.conflicts > 0) {
      this.conflicts -= 1;
      throw new S3Error(409, 'ConditionalRequestConflict');
    }
    const there = this.objects.get(key);
    if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw new S3Error(501, 'NotImplemented');
    if (ifNoneMatch !== undefined && ignoreIfNoneMatch !== true && there !== undefined)
      throw new S3Error(412, 'PreconditionFailed');
    if (ifMatch === undefined || ignoreIfMatch === true) return;
    if (there === undefined)
      throw ifMatchMissing === 404 ? new S3Error(404, 'NoSuchKey') : new S3Error(412, 'PreconditionFailed');
    const fits =
      unquotedEtagOnly === true
        ? ifMatch === there.etag.replaceAll('"', '')
        : ifMatch.replaceAll('"', '') === there.etag.replaceAll('"', '');
    if (fits) return;
    const overtaken = arrivedAt !== undefined && (this.#writtenTick.get(key) ?? -1) >= arrivedAt;
    throw lostRaceIs500 === true && overtaken
      ? new S3Error(500, 'UnknownError')
      : new S3Error(412, 'PreconditionFailed');
  }
}

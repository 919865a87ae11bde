import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { WriteCondition } from '../store.ts';
import type { S3Connection } from './client.ts';
import { digestOf, signedBody } from './digest-header.ts';
import { addressOf, DIGEST_METADATA, headWithEtag, readObject } from './objects.ts';
import type { Tried } from './patience.ts';

/** How a bucket is written to: what its headers are, and whether its conditions may be trusted alone. */
export interface S3Writer {
  readonly connection: S3Connection;
  /** True when the user vouches that nobody else writes: then what is there is looked at before each write. */
  readonly singleWriter: boolean;
}

/** Creates a small immutable object, or finds that there is one. A lost answer is the caller's to settle. */
export async function createObject(
  writer: S3Writer,
  key: string,
  bytes: Uint8Array,
): Promise<'created' | 'exists'> {
  const { connection, singleWriter } = writer;
  if (singleWriter && (await headWithEtag(connection, key)) !== undefined) return 'exists';
  let tried = await put(connection, { key, bytes, headers: { IfNoneMatch: '*', ...IMMUTABLE } });
  if (singleWriter && !tried.ok && tried.failure.kind === 'unsupported')
    tried = await put(connection, { key, bytes, headers: IMMUTABLE });
  if (tried.ok) return 'created';
  if (tried.failure.kind === 'precondition') return 'exists';
  throw connection.explain({ operation: 'PutObject', key }, tried.failure, tried.cause);
}

/**
 * Replaces a projection that still has `etag`, or creates it when `etag` is null. A missing object answers 404 on AWS
 * and 412 elsewhere: both mean that it has moved. When the answer tells nothing, what is there does, unless nothing has
 * moved yet: Ceph 16 answers 500 to those who lose a race.
 */
export async function replaceObject(
  writer: S3Writer,
  { key, bytes, etag }: { readonly key: string; readonly bytes: Uint8Array; readonly etag: string | null },
): Promise<'replaced' | 'lost'> {
  const { connection, singleWriter } = writer;
  if (singleWriter && ((await readObject(connection, key))?.etag ?? null) !== etag) return 'lost';
  const condition = etag === null ? { IfNoneMatch: '*' } : { IfMatch: etag };
  let tried = await put(connection, { key, bytes, headers: { ...condition, ...PROJECTION } });
  if (!tried.ok && etag !== null && tried.failure.kind === 'precondition' && isQuoted(etag)) {
    // Ceph 16 compares If-Match with its etag as it is, without the quotes that it sends itself.
    if ((await headWithEtag(connection, key))?.etag === etag)
      tried = await put(connection, { key, bytes, headers: { IfMatch: etag.slice(1, -1), ...PROJECTION } });
  }
  if (singleWriter && !tried.ok && tried.failure.kind === 'unsupported')
    tried = await put(connection, { key, bytes, headers: PROJECTION });
  if (tried.ok) return 'replaced';
  if (tried.failure.kind === 'precondition' || tried.failure.kind === 'absent') return 'lost';
  const there = tried.failure.kind === 'unclear' ? await readObject(connection, key) : undefined;
  if (there !== undefined && there.etag !== etag)
    return digestOf(there.bytes).hex === digestOf(bytes).hex ? 'replaced' : 'lost';
  throw connection.explain({ operation: 'PutObject', key }, tried.failure, tried.cause);
}

/**
 * Which conditions of a write this store ignores. Both writes carry the bytes that are there, so that a store which
 * ignores them changes nothing; a bucket policy that refuses them has answered as well as the store.
 */
export async function ignoredConditions(
  connection: S3Connection,
  key: string,
  bytes: Uint8Array,
): Promise<readonly WriteCondition[]> {
  const conditions = [
    { name: 'If-None-Match', header: { IfNoneMatch: '*' } },
    { name: 'If-Match', header: { IfMatch: STALE_ETAG } },
  ] as const;
  const ignored: WriteCondition[] = [];
  for (const { name, header } of conditions) {
    const headers = { ...header, ...IMMUTABLE };
    const tried = await put(connection, { key, bytes, headers }, { repeatable: true }); // what is there stays
    if (tried.ok || tried.failure.kind === 'unsupported') ignored.push(name);
    else if (!REFUSALS.has(tried.failure.kind))
      throw connection.explain({ operation: 'PutObject', key }, tried.failure, tried.cause);
  }
  return ignored;
}

/** A small object, and the headers that are its own. */
interface SmallObject {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly headers: Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch' | 'CacheControl'>;
}

/**
 * One conditional write. Unless it may be repeated it goes out again only when it was certainly not done. The digest
 * of its bytes is written down beside it, so that whoever reads it knows an answer that was altered on the way.
 */
async function put(
  connection: S3Connection,
  { key, bytes, headers }: SmallObject,
  { repeatable } = { repeatable: false },
): Promise<Tried<unknown>> {
  const digest = digestOf(bytes);
  return connection.ask(
    (sdk, client) =>
      client.send(
        new sdk.PutObjectCommand({
          ...addressOf(connection, key),
          Body: signedBody(bytes, digest),
          ContentLength: bytes.length,
          ContentType: key.endsWith('.json') ? 'application/json' : 'application/octet-stream',
          ...(connection.target.checksums === 'sha256' ? { ChecksumSHA256: digest.base64 } : {}),
          Metadata: { [DIGEST_METADATA]: digest.hex },
          ...headers,
        }),
      ),
    { repeatable, resendAltered: true },
  );
}

const isQuoted = (etag: string): boolean => etag.startsWith('"') && etag.endsWith('"');

const REFUSALS: ReadonlySet<string> = new Set(['precondition', 'absent', 'denied', 'conflict']);

/** An etag that no object has: hashes are not all zeros. */
const STALE_ETAG = '"00000000000000000000000000000000"';

/** What never changes under its key may be kept for a year, unaltered on the way. */
export const IMMUTABLE = {
  CacheControl: 'public, max-age=31536000, immutable, no-transform',
} as const;

/** A projection may be a minute old, and no older. */
export const PROJECTION = {
  CacheControl: 'public, max-age=60, must-revalidate, no-transform',
} as const;

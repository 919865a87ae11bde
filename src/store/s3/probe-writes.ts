import type { PutObjectCommandInput, UploadPartCommandInput } from '@aws-sdk/client-s3';
import { digestOf, signedBody } from './digest-header.ts';
import type { FailureKind } from './failure.ts';
import { addressOf, readObject } from './objects.ts';
import type { Probing } from './probe.ts';

/** How a write ended: done, or why not. */
export type Outcome = 'done' | FailureKind;

interface Write<Body> {
  readonly connection: Probing['connection'];
  readonly key: string;
  readonly body: Body;
  readonly headers: Partial<PutObjectCommandInput>;
}

/**
 * Writes an object that a step starts from. Create-only, since a bucket policy may take nothing else; plainly where the
 * store does not know the condition.
 */
export async function plant(
  { connection, key }: Pick<Write<string>, 'connection' | 'key'>,
  body: string,
  headers: Partial<PutObjectCommandInput> = {},
): Promise<void> {
  const outcome = await put({ connection, key, body, headers: { ...headers, IfNoneMatch: '*' } });
  if (outcome === 'unsupported') await put({ connection, key, body, headers });
}

/** One write of a text. */
export const put = ({ body, ...rest }: Write<string>): Promise<Outcome> =>
  putBytes({ ...rest, body: Buffer.from(body) });

/** One write, tried again only when it was certainly not done. */
export const putBytes = (write: Write<Buffer>): Promise<Outcome> => send(write, FATAL);

/** One write among many at once: that the server fails at it is an outcome too. */
export const enter = ({ body, ...rest }: Write<string>): Promise<Outcome> =>
  send({ ...rest, body: Buffer.from(body) }, FATAL_IN_A_RACE);

async function send(
  { connection, key, body, headers }: Write<Buffer>,
  fatal: ReadonlySet<FailureKind>,
): Promise<Outcome> {
  const tried = await connection.ask(
    (sdk, client) =>
      client.send(
        new sdk.PutObjectCommand({
          ...addressOf(connection, key),
          Body: body,
          ContentLength: body.length,
          ...headers,
        }),
      ),
    { repeatable: false },
  );
  if (tried.ok) return 'done';
  const { kind } = tried.failure;
  if (fatal.has(kind)) throw connection.explain({ operation: 'PutObject', key }, tried.failure, tried.cause);
  return kind;
}

interface SentProbePart {
  readonly etag: string;
  readonly checksum: { readonly ChecksumSHA256?: string };
}

/** Sends one part, signed for its digest. */
export async function sendPart(
  { connection }: Probing,
  {
    name,
    id,
    number,
    body,
  }: { readonly name: string; readonly id: string; readonly number: number; readonly body: Buffer },
): Promise<SentProbePart> {
  const digest = digestOf(body);
  const checksum = connection.target.checksums === 'sha256' ? { ChecksumSHA256: digest.base64 } : {};
  const input: UploadPartCommandInput = {
    ...addressOf(connection, name),
    UploadId: id,
    PartNumber: number,
    Body: signedBody(body, digest),
    ContentLength: body.length,
    ...checksum,
  };
  const { ETag = '' } = await connection.demand({ operation: 'UploadPart', key: name }, (sdk, client) =>
    client.send(new sdk.UploadPartCommand(input)),
  );
  return { etag: ETag, checksum };
}

/** The text of an object; empty where there is none. */
export const textOf = async (connection: Probing['connection'], key: string): Promise<string> =>
  Buffer.from((await readObject(connection, key))?.bytes ?? []).toString();

/** Failures that end a step: nothing was learnt about the store. */
const FATAL_IN_A_RACE: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'credentials',
  'expired',
  'clock',
  'bucket',
  'region',
  'throttled',
]);
const FATAL: ReadonlySet<FailureKind> = new Set<FailureKind>([...FATAL_IN_A_RACE, 'unclear']);

import { type FileHandle, open } from 'node:fs/promises';
import { ReleaseError } from '../../errors.ts';
import type { FileUpload, UploadReceipt } from '../store.ts';
import type { S3Connection } from './client.ts';
import { type BodyDigest, digestOf, signedBody } from './digest-header.ts';
import { completeUpload, findUpload, type SentPart, startUpload, uploadPart } from './multipart.ts';
import { abandonUpload, addressOf, DIGEST_METADATA, headObject } from './objects.ts';
import type { PartBuffers } from './part-buffers.ts';
import { checkParts } from './part-check.ts';
import { type Part, planParts } from './parts.ts';
import { IMMUTABLE } from './write.ts';

/** Where uploads go and the room that they share. */
export interface Uploader {
  readonly connection: S3Connection;
  readonly buffers: PartBuffers;
  /** True when the store refuses a body that has not the digest it was signed for. */
  readonly proves: () => Promise<boolean>;
}

/**
 * Creates an object from a file: one request for a small file, else in parts, going on with what an interrupted
 * upload of the same key has left. Every request is signed for the digest of its bytes, so that the store refuses
 * what was altered on the way; the file's own digest is checked before the object comes into being.
 *
 * @throws ReleaseError `DIGEST_MISMATCH` when the file is not what `upload` says, or arrives altered again and again
 */
export async function uploadFile(
  uploader: Uploader,
  key: string,
  upload: FileUpload,
): Promise<UploadReceipt> {
  const file = await open(upload.file, 'r');
  const sending: Sending = { ...uploader, key, upload, file };
  try {
    const send = upload.sizeBytes <= SINGLE_PUT_BYTES ? sendWhole : sendInParts;
    const receipt = await send(sending);
    // An answer to an upload may lie or lack what it should say; what the store has now is what counts.
    if (await isThere(sending)) return receipt;
    throw notThere(sending);
  } finally {
    await file.close();
  }
}

interface Sending extends Uploader {
  readonly key: string;
  readonly upload: FileUpload;
  readonly file: FileHandle;
}

async function sendWhole({ connection, buffers, key, upload, file }: Sending): Promise<UploadReceipt> {
  return buffers.run(upload.sizeBytes, async (buffer) => {
    const body = await readPart(file, { number: 1, offset: 0, sizeBytes: upload.sizeBytes }, buffer);
    const digest = body.length === upload.sizeBytes ? digestOf(body) : undefined;
    if (digest?.hex !== upload.sha256) throw changedFile(upload);
    const put = (condition: { readonly IfNoneMatch?: '*' }) =>
      connection.ask(
        (sdk, client) =>
          client.send(
            new sdk.PutObjectCommand({
              ...addressOf(connection, key),
              ...packHeaders(connection, digest),
              ...condition,
              Body: signedBody(body, digest),
              ContentLength: body.length,
              Metadata: { [DIGEST_METADATA]: upload.sha256 },
            }),
          ),
        { repeatable: true, resendAltered: true }, // its key names its bytes: twice is once
      );
    const first = await put({ IfNoneMatch: '*' });
    // Its key names its bytes: unconditional is as good, where a store knows no conditions.
    const tried = first.ok || first.failure.kind !== 'unsupported' ? first : await put({});
    if (!tried.ok && !(await isThere({ connection, key, upload })))
      throw connection.explain({ operation: 'PutObject', key }, tried.failure, tried.cause);
    upload.onBytes(upload.sizeBytes);
    return { outcome: tried.ok ? 'created' : 'exists', sentBytes: upload.sizeBytes };
  });
}

const packHeaders = ({ target }: S3Connection, digest: BodyDigest) => ({
  ContentType: 'application/octet-stream',
  ...IMMUTABLE,
  ...(target.checksums === 'sha256' ? { ChecksumSHA256: digest.base64 } : {}),
});

/** An upload that ends under way (somebody else finished it, or it was given up) starts again, a few times. */
async function sendInParts(sending: Sending): Promise<UploadReceipt> {
  let sentBytes = 0;
  for (let attempt = 1; ; attempt++) {
    const round = await sendRound(sending, attempt === 1);
    sentBytes += round.sentBytes;
    if (round.outcome !== 'gone') return { outcome: round.outcome, sentBytes };
    if (await isThere(sending)) return { outcome: 'exists', sentBytes };
    if (attempt >= MAX_ROUNDS) throw neverFinished(sending);
  }
}

/** One upload from begin to end: `gone` when the store no longer knows it. */
async function sendRound(sending: Sending, resume: boolean): Promise<Round> {
  const { connection, key, upload } = sending;
  const found = resume ? await findUpload(connection, key) : undefined;
  const id = found?.id ?? (await startUpload(connection, key, upload.sha256));
  const plan = planParts(upload, connection.target.partSizeMiB);
  const check = await checkParts(upload, plan, sending.proves);
  const done: SentPart[] = [];
  let doneBytes = 0;
  const round: { sentBytes: number; ended: 'gone' | 'changed' | null } = { sentBytes: 0, ended: null };
  const send = (part: Part): Promise<void> =>
    sending.buffers.run(part.sizeBytes, async (buffer) => {
      if (round.ended !== null) return; // another part has failed: nothing more is sent
      const body = await readPart(sending.file, part, buffer);
      const digest = await check.take(part, body);
      const stored = found?.parts.get(part.number);
      const sent = await uploadPart(sending, { id, part, body, digest, stored });
      if (sent === 'gone' || sent === 'changed') return leave(sent);
      done[part.number - 1] = sent;
      if (sent.sent) round.sentBytes += part.sizeBytes;
      doneBytes += part.sizeBytes;
      upload.onBytes(part.sizeBytes);
    });
  const leave = (why: 'gone' | 'changed'): void => {
    round.ended ??= why;
    check.giveUp();
  };
  const outcomes = await Promise.allSettled(
    plan.parts.map((part) => send(part).catch(rethrowAfter(() => leave('gone')))),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  const { sentBytes, ended } = round;
  const startAgain = (): Round => {
    upload.onBytes(-doneBytes);
    return { outcome: 'gone', sentBytes };
  };
  if (ended === 'gone') return startAgain();
  if (ended === 'changed' || !check.isSound()) {
    await abandonUpload(connection, { key, id });
    throw changedFile(upload);
  }
  const outcome = await completeUpload(sending, { id, parts: done });
  return outcome === 'gone' ? startAgain() : { outcome, sentBytes };
}

interface Round {
  readonly outcome: 'created' | 'exists' | 'gone';
  readonly sentBytes: number;
}

const rethrowAfter = (act: () => void) => (error: unknown) => {
  act();
  throw error;
};

/** Fills the buffer with a part of the file; shorter only when the file has become shorter. */
async function readPart(file: FileHandle, { offset, sizeBytes }: Part, buffer: Buffer): Promise<Buffer> {
  let filled = 0;
  while (filled < sizeBytes) {
    const { bytesRead } = await file.read(buffer, filled, sizeBytes - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function isThere({ connection, key, upload }: Pick<Sending, 'connection' | 'key' | 'upload'>) {
  return (await headObject(connection, key))?.sizeBytes === upload.sizeBytes;
}

const changedFile = ({ file }: FileUpload): ReleaseError =>
  new ReleaseError('DIGEST_MISMATCH', `The built pack ${file} no longer has the digest it was built with.`, {
    fix: 'Remove .fmrelease/packs and run the same command again.',
  });

const notThere = ({ connection, key, upload }: Sending): ReleaseError =>
  new ReleaseError(
    'SIZE_MISMATCH',
    `${connection.place} took ${key} and has not got it with ${upload.sizeBytes} bytes.`,
    {
      fix: `Remove ${key} by hand if it is there, and run the same command again; the channel is untouched.`,
    },
  );

const neverFinished = ({ connection, key }: Sending): ReleaseError =>
  new ReleaseError(
    'STORE_UNAVAILABLE',
    `${connection.place} lost the upload of ${key} ${MAX_ROUNDS} times.`,
    {
      fix: 'Check that nothing aborts uploads there, then run the same command again.',
    },
  );

/** Up to here one request costs less than the three around an upload in parts. */
const SINGLE_PUT_BYTES = 8 << 20;
const MAX_ROUNDS = 3;

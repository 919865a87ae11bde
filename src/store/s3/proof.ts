import type { S3Connection } from './client.ts';
import { digestOf, signedBody } from './digest-header.ts';
import { startUpload } from './multipart.ts';
import { abandonUpload, addressOf } from './objects.ts';

/**
 * True when the store refuses a body that is not the one that was signed: then every part that it took is proved.
 * The wrong body goes into a part of an upload that is given up, so that nothing ever becomes visible.
 */
export async function refusesWrongBodies(connection: S3Connection): Promise<boolean> {
  const body = Buffer.from('these bytes arrive');
  const promised = digestOf(Buffer.from('other bytes were signed'));
  const id = await startUpload(connection, PROOF_KEY, promised.hex);
  try {
    const tried = await connection.ask(
      (sdk, client) =>
        client.send(
          new sdk.UploadPartCommand({
            ...addressOf(connection, PROOF_KEY),
            UploadId: id,
            PartNumber: 1,
            Body: signedBody(body, promised),
            ContentLength: body.length,
            ...(connection.target.checksums === 'sha256' ? { ChecksumSHA256: promised.base64 } : {}),
          }),
        ),
      { repeatable: true },
    );
    if (tried.ok) return false;
    // Any refusal of the request itself will do; an outage is none.
    if (['corrupt', 'refused', 'credentials', 'denied', 'unsupported'].includes(tried.failure.kind))
      return true;
    throw connection.explain({ operation: 'UploadPart', key: PROOF_KEY }, tried.failure, tried.cause);
  } finally {
    await abandonUpload(connection, { key: PROOF_KEY, id });
  }
}

/** Below the prefix of packs, where a publisher may write; no object ever comes to be under it. */
const PROOF_KEY = 'v1/packs/proof-of-refusal';

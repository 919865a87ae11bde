import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import type { Lax } from './bucket.ts';
import { S3Error } from './s3-error.ts';

/** A request's body once it has arrived and its checks have held. */
export interface Body {
  readonly bytes: Buffer;
  readonly sizeBytes: number;
  readonly md5: Buffer;
  readonly sha256: Buffer;
}

/** How a body is taken in. */
export interface Intake {
  readonly lax: Lax;
  /** Keeps digests and size, not the bytes. */
  readonly discard: boolean;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Reads a body and holds it against everything that its headers promise: its length, the signed hash, Content-MD5 and
 * the checksums. Chunked signing (`STREAMING-…`) is refused: nothing here uses it.
 *
 * @throws S3Error `XAmzContentSHA256Mismatch`, `BadDigest`, `IncompleteBody`, `MissingContentLength`
 */
export async function readBody(request: IncomingMessage, { lax, discard, onBytes }: Intake): Promise<Body> {
  const { headers } = request;
  const promised = String(headers['x-amz-content-sha256'] ?? '');
  if (promised.startsWith('STREAMING-')) throw new S3Error(501, 'NotImplemented');
  if (
    (request.method === 'PUT' || request.method === 'POST') &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] !== undefined
  )
    throw new S3Error(411, 'MissingContentLength');
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  const chunks: Buffer[] = [];
  let [sizeBytes, sum] = [0, 0];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    md5.update(chunk);
    sha256.update(chunk);
    if (headers['x-amz-checksum-crc32'] !== undefined) sum = crc32(chunk, sum);
    if (!discard) chunks.push(chunk);
    onBytes(chunk.length);
  }
  if (Number(headers['content-length'] ?? sizeBytes) !== sizeBytes) throw new S3Error(400, 'IncompleteBody');
  const body = { bytes: Buffer.concat(chunks), sizeBytes, md5: md5.digest(), sha256: sha256.digest() };
  const isHash = /^[0-9a-f]{64}$/.test(promised);
  if (isHash && lax.acceptWrongBodyHash !== true && promised !== body.sha256.toString('hex'))
    throw new S3Error(400, 'XAmzContentSHA256Mismatch');
  checkSums(headers, body, { lax, sum });
  return body;
}

function checkSums(
  headers: IncomingMessage['headers'],
  { md5, sha256 }: Body,
  { lax, sum }: { readonly lax: Lax; readonly sum: number },
): void {
  if (lax.acceptWrongChecksum === true) return;
  const given = headers['content-md5'];
  if (typeof given === 'string' && Buffer.from(given, 'base64').length !== md5.length)
    throw new S3Error(400, 'InvalidDigest');
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(sum >>> 0);
  const expected: readonly (readonly [string, string])[] = [
    ['content-md5', md5.toString('base64')],
    ['x-amz-checksum-sha256', sha256.toString('base64')],
    ['x-amz-checksum-crc32', crc.toString('base64')],
  ];
  for (const [name, value] of lax.noChecksums === true ? expected.slice(0, 1) : expected)
    if (headers[name] !== undefined && headers[name] !== value) throw new S3Error(400, 'BadDigest');
}

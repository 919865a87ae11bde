import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.ts';

/** Whose requests a server takes. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Checks an AWS Signature Version 4 in the Authorization header (the algorithm is AWS's published one). Returns false
 * for an anonymous request.
 *
 * @throws S3Error for a wrong key, a wrong signature, a clock that is off
 */
export function checkSignature(
  request: IncomingMessage,
  url: URL,
  { accessKeyId, secretAccessKey }: Credentials,
): boolean {
  const header = request.headers.authorization;
  if (header === undefined) return false;
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  const [, key, day, region, signedHeaders, signature] = match ?? [];
  if (signature === undefined || signedHeaders === undefined || day === undefined || region === undefined)
    throw new S3Error(400, 'AuthorizationHeaderMalformed');
  if (key !== accessKeyId) throw new S3Error(403, 'InvalidAccessKeyId');
  requireSigned(request, signedHeaders.split(';'));
  const time = String(request.headers['x-amz-date'] ?? '');
  checkClock(time);
  if (!time.startsWith(day)) throw new S3Error(403, 'SignatureDoesNotMatch');
  const scope = `${day}/${region}/s3/aws4_request`;
  const canonical = canonicalRequest(request, url, signedHeaders.split(';'));
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const signingKey = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    hmac,
    `AWS4${secretAccessKey}`,
  );
  const expected = hmac(signingKey, text);
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex')))
    throw new S3Error(403, 'SignatureDoesNotMatch');
  return true;
}

/** The host and every header of Amazon's must be covered: else somebody in between could add conditions. */
function requireSigned({ headers }: IncomingMessage, signed: readonly string[]): void {
  const bare = Object.keys(headers).some((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (bare || !signed.includes('host')) throw new S3Error(403, 'AccessDenied');
}

function canonicalRequest(request: IncomingMessage, url: URL, names: readonly string[]): string {
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = names.map(
    (name) =>
      `${name}:${String(request.headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}\n`,
  );
  const payload = String(request.headers['x-amz-content-sha256'] ?? '');
  return [request.method, url.pathname, query, headers.join(''), names.join(';'), payload].join('\n');
}

function checkClock(time: string): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  const sent =
    match === null
      ? Number.NaN
      : Date.parse(time.replace(/^(.{4})(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - sent) < 15 * 60_000)) throw new S3Error(403, 'RequestTimeTooSkewed');
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

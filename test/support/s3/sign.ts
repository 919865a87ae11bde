import { createHash, createHmac } from 'node:crypto';
import { request as openRequest } from 'node:http';
import type { FakeS3 } from './server.ts';

/** A request as a test writes it down. */
export interface RawRequest {
  readonly method?: string;
  /** Below the bucket, encoded as it shall stand on the wire. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** How the signature differs from a right one. */
  readonly signing?: Signing;
}

/** What a test bends about a signature. */
export interface Signing {
  /** Nothing is signed: an anonymous request. */
  readonly none?: boolean;
  readonly secret?: string;
  readonly accessKeyId?: string;
  readonly at?: Date;
  /** The hash that is signed for the body; by default the right one. */
  readonly payload?: string;
  /** Applied after signing, as somebody in between would. */
  readonly tamper?: (sent: { readonly path: string; readonly headers: Record<string, string> }) => {
    readonly path: string;
    readonly headers: Record<string, string>;
  };
  /** Headers that go out without being signed. */
  readonly unsigned?: Readonly<Record<string, string>>;
}

/** An answer, whole. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The store's word for an error. */
  readonly code: string | undefined;
}

/** Sends one request to a fake server, signed by AWS's algorithm without any code of the SDK or of the server. */
export async function ask(fake: FakeS3, raw: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(fake.endpoint);
  const { path, headers } = signedRequest(fake, raw);
  const { method = 'GET', body = '' } = raw;
  return new Promise((resolve, reject) => {
    const sent = openRequest({ hostname, port, method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const code = /<Error><Code>(.*?)<\/Code>/.exec(text)?.[1];
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, code });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

function signedRequest(
  { endpoint, bucketName, credentials }: FakeS3,
  { method = 'GET', path: below = '', query = {}, headers: own = {}, body = '', signing = {} }: RawRequest,
) {
  const path = `/${bucketName}${below}`;
  const canonicalQuery = Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const wirePath = canonicalQuery === '' ? path : `${path}?${canonicalQuery}`;
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  if (signing.none === true) return { path: wirePath, headers: { ...own, ...length } };
  const time = (signing.at ?? new Date()).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const payload = signing.payload ?? createHash('sha256').update(body).digest('hex');
  const signed: Record<string, string> = {
    ...own,
    host: new URL(endpoint).host,
    'x-amz-content-sha256': payload,
    'x-amz-date': time,
  };
  const names = Object.keys(signed).sort();
  const canonicalHeaders = names.map((name) => `${name}:${(signed[name] ?? '').trim()}\n`).join('');
  const canonical = [method, path, canonicalQuery, canonicalHeaders, names.join(';'), payload].join('\n');
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  );
  const key = scope
    .split('/')
    .reduce<string | Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${signing.secret ?? credentials.secretAccessKey}`,
    );
  const signature = createHmac('sha256', key).update(text).digest('hex');
  const id = signing.accessKeyId ?? credentials.accessKeyId;
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const sent = { path: wirePath, headers: { ...signed, ...length, ...signing.unsigned, authorization } };
  return signing.tamper?.(sent) ?? sent;
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

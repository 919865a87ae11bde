import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bucket, type Lax } from './bucket.ts';
import { handle } from './operations.ts';
import { errorXml, S3Error } from './s3-error.ts';
import { type Credentials, checkSignature } from './signature.ts';

/** One request as the server saw it. */
export interface Operation {
  /** Counts from 1, in the order of arrival. */
  readonly number: number;
  /** `PutObject`, `UploadPart`, `ListObjectsV2`, … */
  readonly name: string;
  readonly key: string;
  readonly partNumber: number | null;
  readonly uploadId: string | null;
  readonly headers: IncomingMessage['headers'];
  readonly anonymous: boolean;
  /** By `performance.now()`. */
  readonly arrivedAt: number;
  /** What has arrived of the body so far. */
  bodyBytes: number;
  status: number;
  code: string;
}

/** When a hook is asked: headers are in; half the body is in; it is done and not answered; the answer is out. */
export type Phase = 'received' | 'body' | 'applied' | 'replied';

/** What a hook wants done instead of the usual. */
export type HookAction =
  | { readonly kind: 'error'; readonly status: number; readonly code?: string; readonly retryAfter?: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'error-in-200' };

/** Looks at every request in each of its phases. */
export type Hook = (operation: Operation, phase: Phase) => HookAction | undefined;

/** How the server differs from AWS, and from itself without faults. */
export interface FakeS3Options {
  readonly lax?: Lax;
  readonly hook?: Hook;
  /** Anybody may read objects: that stands for the CDN. Default: true. */
  readonly publicRead?: boolean;
  /** Keeps digests and sizes instead of bytes. */
  readonly discardBodies?: boolean;
  /** False refuses the operation with 403, as a bucket policy would. */
  readonly allows?: (operation: Operation) => boolean;
  readonly port?: number;
}

/** A strict S3 server in this process, on loopback, with one bucket. */
export interface FakeS3 {
  readonly endpoint: string;
  readonly bucketName: string;
  readonly bucket: Bucket;
  readonly credentials: Credentials;
  /** Every request since the start or the last `clearLog`. */
  readonly log: Operation[];
  hook: Hook | undefined;
  close(): Promise<void>;
}

/** Starts a server on a free port. It checks signatures, conditions and checksums as AWS documents them. */
export async function startFakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const bucket = new Bucket(options.lax ?? {});
  const log: Operation[] = [];
  const server = createServer((request, response) => {
    void serve({ request, response, bucket, log, options, fake }).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeS3 = {
    endpoint: `http://127.0.0.1:${port}`,
    bucketName: BUCKET,
    bucket,
    credentials: CREDENTIALS,
    log,
    hook: options.hook,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

interface Serving {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bucket: Bucket;
  readonly log: Operation[];
  readonly options: FakeS3Options;
  readonly fake: FakeS3;
}

/** An answer before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer | string;
}

async function serve({ request, response, bucket, log, options, fake }: Serving): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://store');
  const operation = nameOperation(request, url, log.length + 1);
  log.push(operation);
  let reply: Reply;
  try {
    if (await obey(ask('received'))) return;
    reply = await decide();
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    reply = {
      status: error.status,
      headers: { ...error.headers, 'content-type': 'application/xml' },
      body: errorXml(error.code),
    };
    operation.code = error.code;
    await drain(request);
  }
  const last = ask('applied');
  if (await obey(last)) return;
  operation.status = reply.status;
  send(response, request.method === 'HEAD' ? { ...reply, body: '' } : reply, last);
  response.once('close', () => ask('replied'));

  function ask(phase: Phase): HookAction | undefined {
    return fake.hook?.(operation, phase) ?? undefined;
  }

  async function decide(): Promise<Reply> {
    const signed = checkSignature(request, url, CREDENTIALS);
    const readsObject = operation.name === 'GetObject' || operation.name === 'HeadObject';
    if (!signed && !(readsObject && options.publicRead !== false)) throw new S3Error(403, 'AccessDenied');
    if (operation.name === 'Unknown') throw new S3Error(501, 'NotImplemented');
    if (url.pathname.split('/')[1] !== BUCKET) throw new S3Error(404, 'NoSuchBucket');
    if (options.allows?.(operation) === false) throw new S3Error(403, 'AccessDenied');
    const half = Number(request.headers['content-length'] ?? 0) / 2;
    let asked = false;
    return handle({
      request,
      url,
      operation,
      bucket,
      lax: options.lax ?? {},
      discard: options.discardBodies === true,
      onBytes: (bytes) => {
        operation.bodyBytes += bytes;
        if (asked || operation.bodyBytes < half) return;
        asked = true;
        if (ask('body')?.kind === 'reset') request.socket.destroy();
      },
    });
  }

  /** True when the request has had its answer, or will never have one. */
  async function obey(action: HookAction | undefined): Promise<boolean> {
    switch (action?.kind) {
      case 'error': {
        await drain(request);
        operation.status = action.status;
        const after = action.retryAfter === undefined ? {} : { 'retry-after': action.retryAfter };
        send(
          response,
          { status: action.status, headers: after, body: errorXml(action.code ?? 'InternalError') },
          undefined,
        );
        return true;
      }
      case 'error-in-200':
        await drain(request);
        send(
          response,
          { status: 200, headers: { 'content-type': 'application/xml' }, body: errorXml('InternalError') },
          undefined,
        );
        return true;
      case 'reset':
        request.socket.destroy();
        return true;
      case 'hang':
        return true;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, action.ms));
        return false;
      default:
        return false;
    }
  }
}

function send(
  response: ServerResponse,
  { status, headers = {}, body = '' }: Reply,
  action: HookAction | undefined,
): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-length': bytes.length, 'x-amz-request-id': '1', ...headers });
  if (action?.kind === 'corrupt' && bytes.length > 0)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  if (action?.kind !== 'truncate' || bytes.length === 0) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
}

async function drain(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  for await (const _ of request);
}

/** What a request asks for, by its method, path and query. */
export function nameOperation(request: IncomingMessage, url: URL, number: number): Operation {
  const key = decodeURIComponent(url.pathname.slice(BUCKET.length + 2));
  const query = url.searchParams;
  const partNumber = query.get('partNumber');
  return {
    number,
    name: key === '' ? bucketOperation(request.method, query) : objectOperation(request.method, query),
    key: key === '' ? (query.get('prefix') ?? '') : key,
    partNumber: partNumber === null ? null : Number(partNumber),
    uploadId: query.get('uploadId'),
    headers: request.headers,
    anonymous: request.headers.authorization === undefined,
    arrivedAt: performance.now(),
    bodyBytes: 0,
    status: 0,
    code: '',
  };
}

function bucketOperation(method: string | undefined, query: URLSearchParams): string {
  if (method === 'HEAD') return 'HeadBucket';
  if (method !== 'GET') return 'Unknown';
  if (query.has('uploads')) return 'ListMultipartUploads';
  return query.get('list-type') === '2' ? 'ListObjectsV2' : 'Unknown';
}

function objectOperation(method: string | undefined, query: URLSearchParams): string {
  const multipart = query.has('uploadId');
  switch (method) {
    case 'GET':
      return multipart ? 'ListParts' : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'PUT':
      return multipart ? 'UploadPart' : 'PutObject';
    case 'POST':
      return multipart
        ? 'CompleteMultipartUpload'
        : query.has('uploads')
          ? 'CreateMultipartUpload'
          : 'Unknown';
    case 'DELETE':
      return multipart ? 'AbortMultipartUpload' : 'DeleteObject';
    default:
      return 'Unknown';
  }
}

const BUCKET = 'models';
const CREDENTIALS: Credentials = {
  accessKeyId: 'AKIAFAKE',
  secretAccessKey: 'a-secret-that-no-output-may-hold',
};

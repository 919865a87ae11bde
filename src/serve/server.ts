import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReleaseError } from '../errors.ts';
import { answerDevice } from './device-paths.ts';
import { firstBytes, isDropped, type ServeFaults, slowDown } from './faults.ts';
import { parseRange } from './range.ts';

/** What is served where, and who hears of requests. */
export interface ServeOptions {
  readonly root: string;
  readonly host: string;
  readonly port: number;
  /** The path that stands for the folder, as in the target's public URL; starts and ends with a slash. */
  readonly basePath: string;
  /** Keys beside the usual ones that hold projections. */
  readonly projections?: ReadonlySet<string>;
  readonly onRequest: (line: string) => void;
  /** Serves HTTPS with this certificate and key, as PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Answers `/manifest` and `/assets/<pack id>` for this channel. */
  readonly channel?: string;
  readonly faults?: ServeFaults;
}

/** A running local CDN. */
export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a directory target as a CDN would: ranges, ETags, conditional requests, HEAD, and the cache headers that
 * immutable objects and projections need.
 *
 * @throws ReleaseError `USAGE` when the address cannot be taken
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  let bodies = 0;
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    let remark = '';
    const exchange: Exchange = {
      request,
      response,
      options,
      nextBody: () => bodies++,
      remark: (text) => {
        remark = ` ${text}`;
      },
    };
    respond(exchange).catch(() => response.destroy());
    response.once('close', () =>
      options.onRequest(`${request.method} ${request.url} ${response.statusCode}${remark}`),
    );
  };
  const { tls } = options;
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' }, listener);
  await listen(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const host = isIPv6(options.host) ? `[${options.host}]` : options.host;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}${options.basePath}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One request, and what its answer may say and count. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly options: ServeOptions;
  /** The number of this body, from 0: what faults go by. */
  readonly nextBody: () => number;
  /** Puts a word behind the line of this request. */
  readonly remark: (text: string) => void;
}

function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new ReleaseError('USAGE', `Cannot listen on ${host}:${port} (${cause.code}).`, {
          fix: LISTEN_FIXES[cause.code ?? ''] ?? 'Pass another --host or --port.',
          cause,
        }),
      ),
    );
    server.listen(port, host, () => resolve());
  });
}

async function respond(exchange: Exchange): Promise<void> {
  const { request, response, options } = exchange;
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return end(response, 405, { allow: 'GET, HEAD' });
  const short = await answerShort(exchange);
  if (short?.kind === 'document') {
    const bytes = Buffer.from(short.content);
    response.writeHead(200, {
      ...contentHeaders('manifest.json', true),
      'cache-control': 'no-cache',
      'content-length': bytes.length,
    });
    if (request.method === 'HEAD') return void response.end();
    return send(exchange, Readable.from([bytes]), bytes.length);
  }
  const url = short === undefined ? (request.url ?? '/') : options.basePath + short.key;
  const file = await openFile(url, options);
  if (file === undefined) return end(response, 404, { 'cache-control': 'no-cache' });
  try {
    await respondWith(file, exchange);
  } finally {
    await file.handle.close();
  }
}

/** The short addresses, at the root of the server; the origin is the one that the asker used. */
async function answerShort({ request, options }: Exchange): ReturnType<typeof answerDevice> {
  if (options.channel === undefined) return undefined;
  const asked = request.headers.host ?? '';
  const host = /^[A-Za-z0-9.:[\]-]+$/.test(asked) ? asked : options.host;
  const origin = `${options.tls === undefined ? 'http' : 'https'}://${host}`;
  return answerDevice(request.url ?? '/', { root: options.root, channel: options.channel, origin });
}

async function respondWith({ handle, key, sizeBytes, etag }: ServedFile, exchange: Exchange): Promise<void> {
  const { request, response, options } = exchange;
  const isProjection = options.projections?.has(key) === true || PROJECTION.test(key);
  const headers = { etag, 'accept-ranges': 'bytes', ...contentHeaders(key, isProjection) };
  if (matches(request.headers['if-none-match'], etag)) return end(response, 304, headers);
  const stale = request.headers['if-range'] !== undefined && request.headers['if-range'] !== etag;
  const whole = stale || request.method === 'HEAD'; // RFC 9110 §14.2: a Range means nothing to HEAD
  const range = whole ? { kind: 'whole' as const } : parseRange(request.headers.range, sizeBytes);
  if (range.kind === 'unsatisfiable')
    return end(response, 416, { ...headers, 'content-range': `bytes */${sizeBytes}` });
  const [first, last] = range.kind === 'part' ? [range.first, range.last] : [0, sizeBytes - 1];
  response.writeHead(range.kind === 'part' ? 206 : 200, {
    ...headers,
    'content-length': last - first + 1,
    ...(range.kind === 'part' ? { 'content-range': `bytes ${first}-${last}/${sizeBytes}` } : {}),
  });
  if (request.method === 'HEAD' || sizeBytes === 0) return void response.end();
  const bytes = handle.createReadStream({
    start: first,
    end: last,
    highWaterMark: 1 << 18,
    autoClose: false,
  });
  await send(exchange, bytes, last - first + 1);
}

/** Sends a body, with the faults that were asked for. */
async function send(exchange: Exchange, body: AsyncIterable<Buffer>, sizeBytes: number): Promise<void> {
  const { response, options, nextBody, remark } = exchange;
  const { faults } = options;
  if (faults === undefined) return pipeline(body, response);
  const paced = faults.slow === null ? body : slowDown(body, faults.slow);
  if (!isDropped(faults, nextBody())) return pipeline(paced, response);
  const half = Math.floor(sizeBytes / 2);
  response.flushHeaders();
  for await (const chunk of firstBytes(paced, half)) await writeOut(response, chunk);
  remark(`dropped after ${half} of ${sizeBytes} bytes`);
  response.destroy();
}

/** Resolves once the system has the bytes: a connection that is broken off before that takes them along. */
const writeOut = (response: ServerResponse, chunk: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    response.write(chunk, (error) => (error == null ? resolve() : reject(error)));
  });

function end(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, { ...headers, ...(status === 304 ? {} : { 'content-length': '0' }) });
  response.end();
}

interface ServedFile {
  readonly handle: FileHandle;
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
}

/**
 * Opens the file below the root that the URL names; links that leave the root are not followed. What is open stays
 * what it is: a manifest that is replaced meanwhile is served whole as it was.
 */
async function openFile(url: string, { root, basePath }: ServeOptions): Promise<ServedFile | undefined> {
  const asked = decodePath(url);
  if (asked === undefined || !asked.startsWith(basePath)) return undefined;
  const key = asked.slice(basePath.length);
  if (
    key
      .split('/')
      .some((part) => part === '' || part.startsWith('.') || part.includes('\\') || part.includes('\u0000'))
  )
    return undefined;
  const path = join(root, key);
  const isFile = (await stat(path).catch(() => undefined))?.isFile() === true;
  const real = isFile ? await realpath(path).catch(() => undefined) : undefined;
  if (real?.startsWith((await realpath(root)) + sep) !== true) return undefined;
  const handle = await open(real).catch(() => undefined);
  const found = await handle?.stat({ bigint: true });
  if (handle === undefined || found === undefined) return undefined;
  const etag = `"${found.size.toString(16)}-${found.mtimeNs.toString(16)}"`;
  return { handle, key, sizeBytes: Number(found.size), etag };
}

function decodePath(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '/');
  } catch {
    return undefined;
  }
}

const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));

/** Projections are asked for every time; everything else never changes. */
const contentHeaders = (key: string, isProjection: boolean): Record<string, string> => ({
  'content-type': key.endsWith('.json') ? 'application/json' : 'application/octet-stream',
  'cache-control': isProjection ? 'no-cache' : 'public, max-age=31536000, immutable, no-transform',
});

const PROJECTION = /^v1\/channels\/[^/]+\/[^/]+\.json$/;

const LISTEN_FIXES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Pass another --port, or end the process that has this one.',
  EACCES: 'Pass a --port above 1023.',
  ENOTFOUND: 'Pass --host with an address of this machine.',
  EADDRNOTAVAIL: 'Pass --host with an address of this machine.',
};

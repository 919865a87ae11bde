import { ReleaseError } from '../errors.ts';
import type { PublishedReader } from './reader.ts';

/** Reads a published prefix over its public URL, as a device does. Redirects are not followed. */
export const edgeReader = (publicUrl: string): PublishedReader => ({
  place: publicUrl,
  get: async (key, range) => {
    const response = await request(
      `${publicUrl}${key}`,
      range === undefined ? {} : { range: `bytes=${range.first}-${range.last}` },
    );
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      return null;
    }
    const expected = range === undefined ? 200 : 206;
    if (response.status !== expected || response.body === null) {
      await response.body?.cancel();
      throw unavailable(publicUrl, `answered ${response.status} for ${key}, expected ${expected}`);
    }
    const headers = new Map([...response.headers].map(([name, value]) => [name.toLowerCase(), value]));
    return { totalBytes: totalBytesOf(headers), headers, bytes: guarded(response.body, publicUrl) };
  },
});

/** The size of the whole object: behind the slash of Content-Range, else Content-Length; -1 when neither tells. */
const totalBytesOf = (headers: ReadonlyMap<string, string>): number =>
  Number(/\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? headers.get('content-length') ?? -1);

async function request(url: string, headers: Record<string, string>): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (cause) {
    throw unavailable(url, 'did not answer', cause);
  }
}

async function* guarded(body: ReadableStream<Uint8Array>, publicUrl: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (cause) {
    throw unavailable(publicUrl, 'broke off while answering', cause);
  }
}

const unavailable = (url: string, why: string, cause?: unknown): ReleaseError =>
  new ReleaseError('STORE_UNAVAILABLE', `${url} ${why}.`, {
    fix: 'Check that the CDN or `fmrelease serve` is up and that publicUrl is right.',
    cause,
  });

const REQUEST_TIMEOUT_MS = 10 * 60_000;

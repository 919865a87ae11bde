import { ReleaseError } from '../errors.ts';
import type { PublishedReader } from './reader.ts';

/** Reads a published prefix over its public URL, as a device does. Redirects are not followed. */
export const edgeReader = (publicUrl: string): PublishedReader => ({
  place: publicUrl,
  get: async (key, range) => {
    const stall = watchForStall();
    const response = await request(
      `${publicUrl}${key}`,
      range === undefined ? {} : { range: `bytes=${range.first}-${range.last}` },
      stall.signal,
    );
    // 403 is what a bucket says of an absent object to whoever may not list it.
    if ([403, 404, 410].includes(response.status)) {
      stall.end();
      await response.body?.cancel();
      return null;
    }
    const expected = range === undefined ? 200 : 206;
    if (response.status !== expected || response.body === null) {
      stall.end();
      await response.body?.cancel();
      throw unavailable(publicUrl, `answered ${response.status} for ${key}, expected ${expected}`);
    }
    const headers = new Map([...response.headers].map(([name, value]) => [name.toLowerCase(), value]));
    return { totalBytes: totalBytesOf(headers), headers, bytes: guarded(response.body, publicUrl, stall) };
  },
});

/** The size of the whole object: behind the slash of Content-Range, else Content-Length; -1 when neither tells. */
const totalBytesOf = (headers: ReadonlyMap<string, string>): number =>
  Number(/\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? headers.get('content-length') ?? -1);

async function request(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal,
    });
  } catch (cause) {
    throw unavailable(url, 'did not answer', cause);
  }
}

async function* guarded(
  body: ReadableStream<Uint8Array>,
  publicUrl: string,
  stall: StallWatch,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of body) {
      stall.moved();
      yield chunk;
    }
  } catch (cause) {
    throw unavailable(publicUrl, 'broke off while answering', cause);
  } finally {
    stall.end();
  }
}

interface StallWatch {
  readonly signal: AbortSignal;
  moved(): void;
  end(): void;
}

/** Aborts when nothing arrives for a while; a slow download of a big pack may take as long as it takes. */
function watchForStall(): StallWatch {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error('nothing arrived for too long')), STALL_MS);
  timer.unref(); // a body that nobody reads on must not keep the command from ending
  return { signal: stalled.signal, moved: () => timer.refresh(), end: () => clearTimeout(timer) };
}

const unavailable = (url: string, why: string, cause?: unknown): ReleaseError =>
  new ReleaseError('STORE_UNAVAILABLE', `${url} ${why}.`, {
    fix: 'Check that the CDN or `fmrelease serve` is up and that publicUrl is right.',
    cause,
  });

const STALL_MS = 60_000;

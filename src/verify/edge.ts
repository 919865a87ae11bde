import { ReleaseError } from '../errors.ts';
import { requestWatched } from '../http/watched-request.ts';
import type { PublishedReader } from './reader.ts';

/** Reads a published prefix over its public URL, as a device does. Redirects are not followed. */
export const edgeReader = (publicUrl: string): PublishedReader => ({
  place: publicUrl,
  get: async (key, range) => {
    const {
      status,
      headers: named,
      bytes,
      discard,
    } = await requestWatched(`${publicUrl}${key}`, {
      headers: range === undefined ? {} : { range: `bytes=${range.first}-${range.last}` },
      failure: (when, cause) => unavailable(publicUrl, FAILURES[when], cause),
    });
    const expected = range === undefined ? 200 : 206;
    if (status === expected && bytes !== null) {
      const headers = new Map([...named].map(([name, value]) => [name.toLowerCase(), value]));
      return { totalBytes: totalBytesOf(headers), headers, bytes };
    }
    await discard();
    // 403 is what a bucket says of an absent object to whoever may not list it.
    if ([403, 404, 410].includes(status)) return null;
    throw unavailable(publicUrl, `answered ${status} for ${key}, expected ${expected}`);
  },
});

/** The size of the whole object: behind the slash of Content-Range, else Content-Length; -1 when neither tells. */
const totalBytesOf = (headers: ReadonlyMap<string, string>): number =>
  Number(/\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? headers.get('content-length') ?? -1);

const unavailable = (url: string, why: string, cause?: unknown): ReleaseError =>
  new ReleaseError('STORE_UNAVAILABLE', `${url} ${why}.`, {
    fix: 'Check that the CDN or `fmrelease serve` is up and that publicUrl is right.',
    cause,
  });

const FAILURES = { unanswered: 'did not answer', interrupted: 'broke off while answering' } as const;

import { ReleaseError } from '../errors.ts';
import { requestWatched } from '../http/watched-request.ts';

/** A file on the web: its bytes as they come, and its size where the server says it. */
export interface Fetched {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number | null;
  /** Ends the transfer, whether or not its bytes were asked for; one that was read to its end needs none. */
  cancel(): Promise<void>;
}

/**
 * Fetches a URL as it is, over https, or http on loopback. A redirect is followed only to a host that is allowed.
 *
 * @returns null when nothing is there
 * @throws ReleaseError `USAGE` for a host that is not allowed or a URL with credentials, `STORE_PERMISSION` for a 403,
 *   `STORE_UNAVAILABLE`
 */
export async function fetchAllowed(
  url: string,
  hosts: ReadonlySet<string>,
  stallMs?: number,
): Promise<Fetched | null> {
  let at = requireAllowed(url, hosts);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const asked = at;
    const { status, headers, bytes, discard } = await requestWatched(asked, {
      ...(stallMs === undefined ? {} : { stallMs }),
      failure: (when, cause) => unavailable(asked, FAILURES[when], cause),
    });
    if (status === 200 && bytes !== null) {
      const length = headers.get('content-length');
      return { bytes, sizeBytes: length === null ? null : Number(length), cancel: discard };
    }
    await discard();
    const location = headers.get('location');
    if (status >= 300 && status < 400 && location !== null) {
      if (!URL.canParse(location, asked)) throw unavailable(asked, 'redirects to what is no URL');
      at = requireAllowed(new URL(location, asked).href, hosts);
      continue;
    }
    if (status === 404 || status === 410) return null;
    throw status === 403 ? forbidden(asked) : unavailable(asked, `answered ${status}, expected 200`);
  }
  throw unavailable(url, `redirects more than ${MOST_REDIRECTS} times`);
}

/** Returns the URL if its scheme and host are allowed; a query or a port is part of neither. */
function requireAllowed(text: string, hosts: ReadonlySet<string>): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url?.protocol === 'http:' && LOOPBACK.has(url.hostname);
  if (url === null || (url.protocol !== 'https:' && !isPlain))
    throw new ReleaseError('USAGE', `"${shown(text)}" is no URL that devices can read: expected https.`, {
      fix: 'Correct it in the manifest, or serve it over https.',
    });
  if (url.username !== '' || url.password !== '')
    throw new ReleaseError('USAGE', `"${shown(text)}" is written with a name or a password in it.`, {
      fix: 'Take them out: what devices download must be readable without, and a URL with them ends up in logs.',
    });
  if (hosts.has(url.host)) return url.href;
  throw new ReleaseError('USAGE', `"${shown(text)}" lies on ${url.host}, which nobody has named.`, {
    fix: `Pass --host ${url.host} if packs may be fetched from there.`,
  });
}

const unavailable = (url: string, why: string, cause?: unknown): ReleaseError =>
  new ReleaseError('STORE_UNAVAILABLE', `${shown(url)} ${why}.`, {
    fix: 'Check the URL and the network, then run the same command again.',
    cause,
  });

const forbidden = (url: string): ReleaseError =>
  new ReleaseError('STORE_PERMISSION', `${shown(url)} answered 403: it may not be read, or is absent.`, {
    fix: 'Let it be read by everybody, as devices do, or take it out of the manifest.',
  });

/** A URL without its query and its credentials: a signed one is a secret. */
export const shown = (text: string): string => {
  if (!URL.canParse(text))
    return text
      .replace(/\/\/[^/]*@/, '//')
      .replace(/[?#].*$/s, '')
      .slice(0, 200);
  const url = new URL(text);
  return `${url.origin}${url.pathname}`.slice(0, 200);
};

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
const MOST_REDIRECTS = 5;
const FAILURES = { unanswered: 'does not answer', interrupted: 'stopped before the end' } as const;

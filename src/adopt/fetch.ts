import { ReleaseError } from '../errors.ts';

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
  stallMs = STALL_MS,
): Promise<Fetched | null> {
  let at = requireAllowed(url, hosts);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const stall = watchForStall(stallMs);
    const response = await request(at, stall);
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await discard(response, stall);
      if (!URL.canParse(location, at)) throw unavailable(at, 'redirects to what is no URL');
      at = requireAllowed(new URL(location, at).href, hosts);
      continue;
    }
    const { body, status } = response;
    if (status === 200 && body !== null) return toFetched(response, guarded(body, at, stall), stall);
    await discard(response, stall);
    if (status === 404 || status === 410) return null;
    throw status === 403 ? forbidden(at) : unavailable(at, `answered ${status}, expected 200`);
  }
  throw unavailable(url, `redirects more than ${MOST_REDIRECTS} times`);
}

function toFetched({ headers }: Response, bytes: Guarded, stall: Stall): Fetched {
  const length = headers.get('content-length');
  return {
    bytes,
    sizeBytes: length === null ? null : Number(length),
    cancel: async () => {
      stall.abort();
      await bytes.return(undefined); // one that has not started runs nothing of its `finally`
    },
  };
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

async function request(url: string, stall: Stall): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal: stall.signal,
    });
  } catch (cause) {
    stall.end();
    throw unavailable(url, 'does not answer', cause);
  }
}

async function discard(response: Response, stall: Stall): Promise<void> {
  stall.end();
  await response.body?.cancel();
}

type Guarded = AsyncGenerator<Uint8Array, void, undefined>;

async function* guarded(body: AsyncIterable<Uint8Array>, url: string, stall: Stall): Guarded {
  try {
    for await (const chunk of body) {
      stall.moved();
      yield chunk;
    }
  } catch (cause) {
    throw unavailable(url, 'stopped before the end', cause);
  } finally {
    stall.end();
  }
}

interface Stall {
  readonly signal: AbortSignal;
  moved(): void;
  end(): void;
  /** Ends the request, and the watch with it. */
  abort(): void;
}

function watchForStall(stallMs: number): Stall {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), stallMs);
  const end = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    moved: () => timer.refresh(),
    end,
    abort: () => {
      end();
      controller.abort();
    },
  };
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
const STALL_MS = 60_000;

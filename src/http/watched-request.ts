/** A request under way, which is given up when nothing arrives for a while; as long as something moves it may take its time. */
export interface WatchedResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Null for an answer without a body. */
  readonly bytes: WatchedBytes | null;
  /** Ends the transfer, whether or not its bytes were asked for. */
  readonly discard: () => Promise<void>;
}

/** The bytes of an answer as they come. Leaving off early ends the transfer. */
export type WatchedBytes = AsyncGenerator<Uint8Array, void, undefined>;

/** How a request is made, and what it is told as when it fails. */
export interface WatchedRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest silence, in milliseconds. */
  readonly stallMs?: number;
  /** The error for a server that does not answer, or stops within an answer. */
  readonly failure: (when: 'unanswered' | 'interrupted', cause: unknown) => Error;
}

/** Asks for a URL as it is: nothing is compressed on the way, and no redirect is followed. */
export async function requestWatched(
  url: string,
  { headers = {}, stallMs = STALL_MS, failure }: WatchedRequest,
): Promise<WatchedResponse> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('nothing arrived for too long')), stallMs);
  timer.unref(); // a body that nobody reads on must not keep the command from ending
  const response = await fetch(url, {
    headers: { 'accept-encoding': 'identity', ...headers },
    redirect: 'manual',
    signal: controller.signal,
  }).catch((cause: unknown): never => {
    clearTimeout(timer);
    throw failure('unanswered', cause);
  });
  const { status, body } = response;
  async function* watch(chunks: AsyncIterable<Uint8Array>): WatchedBytes {
    try {
      for await (const chunk of chunks) {
        timer.refresh();
        yield chunk;
      }
    } catch (cause) {
      throw failure('interrupted', cause);
    } finally {
      clearTimeout(timer);
    }
  }
  const bytes = body === null ? null : watch(body);
  return {
    status,
    headers: response.headers,
    bytes,
    discard: async () => {
      clearTimeout(timer);
      controller.abort();
      await bytes?.return(undefined); // one that has not started runs nothing of its `finally`
    },
  };
}

const STALL_MS = 60_000;

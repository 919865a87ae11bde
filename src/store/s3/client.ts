import type { S3Target } from '../../config/config.ts';
import type { ReleaseError } from '../../errors.ts';
import { signedDigest } from './digest-header.ts';
import { explainFailure } from './explain.ts';
import { type Failure, readFailure } from './failure.ts';
import { MAX_ALTERED, NOT_APPLIED, type Patience, persist, REPEATABLE, type Tried } from './patience.ts';
import type * as Sdk from './sdk.ts';

/** What makes one request: a command of the SDK, which is loaded before the first one and not earlier, on a client. */
export type Request<T> = (sdk: typeof Sdk, client: Sdk.S3Client) => Promise<T>;

/** What a request is called in messages, and the key that it is about. */
export interface RequestName {
  readonly operation: string;
  readonly key: string;
}

/** Which failures a request is made again after. */
export interface Asking {
  readonly repeatable: boolean;
  readonly resendAltered?: boolean;
}

/** One bucket and prefix, and how requests to it are tried. */
export interface S3Connection {
  readonly target: S3Target;
  readonly place: string;
  readonly patience: Patience;
  /** The key as the bucket knows it. */
  readonly fullKey: (key: string) => string;
  /**
   * Makes a request until it is answered. `repeatable` ones (reads, writes that may happen twice) also go out again
   * when nobody knows whether they were done; all others only when they were certainly not. `resendAltered`: a body
   * that the store refuses, since other bytes arrived than were signed, goes out again a few times: nothing was written.
   */
  readonly ask: <T>(request: Request<T>, how: Asking) => Promise<Tried<T>>;
  /** As `ask`, for requests that fail only when the user must know. */
  readonly demand: <T>(name: RequestName, request: Request<T>) => Promise<T>;
  /** The error that a failure means to the user. */
  readonly explain: (name: RequestName, failure: Failure, cause: unknown) => ReleaseError;
}

/**
 * Connects to a bucket without contacting it. The SDK's own retries are off: only the caller knows whether a request
 * may go out twice. Its checksum defaults are off too, since they break R2 and older stores; the signature covers
 * every body, and `checksums: 'sha256'` adds the header.
 */
export function connect(target: S3Target, place: string, patience: Patience): S3Connection {
  let opened: Promise<OpenClient> | undefined;
  const open = (): NonNullable<typeof opened> => (opened ??= openClient(target, patience));
  const attempt = async <T>(request: Request<T>): Promise<Tried<T>> => {
    const { sdk, client } = await open();
    try {
      return { ok: true, value: await request(sdk, client) };
    } catch (cause) {
      const failure = readFailure(cause);
      if (failure.kind === 'expired')
        await client.config.credentials({ forceRefresh: true }).catch(() => undefined);
      return { ok: false, failure, cause };
    }
  };
  const ask: S3Connection['ask'] = (request, { repeatable, resendAltered = false }) => {
    const worthIt = repeatable ? REPEATABLE : NOT_APPLIED;
    return persist(
      () => attempt(request),
      // Fresh credentials and a corrected clock are the SDK's to bring; once is enough to know.
      ({ kind }, tries) =>
        worthIt.has(kind) ||
        (tries === 1 && (kind === 'expired' || kind === 'clock')) ||
        (resendAltered && kind === 'corrupt' && tries < MAX_ALTERED),
      patience,
    );
  };
  const explain: S3Connection['explain'] = (name, failure, cause) =>
    explainFailure(failure, { place, ...name }, cause);
  return {
    target,
    place,
    patience,
    fullKey: (key) => `${target.prefix}${key}`,
    ask,
    demand: async (name, request) => {
      const tried = await ask(request, { repeatable: true });
      if (tried.ok) return tried.value;
      throw explain(name, tried.failure, tried.cause);
    },
    explain,
  };
}

async function openClient(target: S3Target, { stallMs }: Patience): Promise<OpenClient> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'; // stderr is ours, and Node 20 works
  const sdk = await import('./sdk.ts');
  const agent = { keepAlive: true, maxSockets: Math.max(32, target.connections + 16) };
  const client = new sdk.S3Client({
    ...(target.endpoint === null ? {} : { endpoint: target.endpoint }),
    region: regionOf(target),
    forcePathStyle: target.forcePathStyle,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    requestHandler: new sdk.NodeHttpHandler({
      connectionTimeout: Math.min(CONNECT_MS, stallMs),
      socketTimeout: stallMs,
      httpAgent: agent,
      httpsAgent: agent,
    }),
  });
  addHeaders(client, target.headers);
  return { sdk, client };
}

interface OpenClient {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
}

/** AWS knows where a request belongs from the config or the environment; a store that is not AWS takes any name. */
const regionOf = ({ region }: S3Target): string =>
  region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';

/** Puts the target's headers and the digest of a signed body on every request, before it is signed. */
function addHeaders(client: Sdk.S3Client, headers: Readonly<Record<string, string>>): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers: sent } = args.request as { readonly headers: Record<string, string> };
      const digest = 'Body' in args.input ? signedDigest(args.input.Body) : undefined;
      Object.assign(sent, headers, digest === undefined ? {} : { 'x-amz-content-sha256': digest });
      return next(args);
    },
    { step: 'build', name: 'fmreleaseHeaders' },
  );
}

const CONNECT_MS = 10_000;

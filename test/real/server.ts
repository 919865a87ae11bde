import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import type { S3Target } from '../../src/config/config.ts';
import { openS3Store, type S3StoreOptions } from '../../src/store/s3/store.ts';
import type { ReleaseStore } from '../../src/store/store.ts';

/** The server under test, as scripts/test-s3.mjs names it. Credentials are the SDK's own chain's to find. */
export interface RealServer {
  readonly name: string;
  /** Null for AWS itself. */
  readonly endpoint: string | null;
  readonly bucket: string;
  readonly region: string | null;
  readonly forcePathStyle: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: S3Target['checksums'];
  /** Stands for the root of the bucket; anybody may read objects there. Ends in a slash. */
  readonly publicUrl: string;
}

/** The server that this run is held against. */
export const server: RealServer = readServer(process.env);

/** A prefix that nobody else uses. All that is left below it is removed when the test file ends. */
export function freshPrefix(): string {
  const prefix = `fmrelease-test-${randomBytes(8).toString('hex')}/`;
  prefixes.push(prefix);
  return prefix;
}

const prefixes: string[] = [];
afterAll(async () => {
  for (const prefix of prefixes.splice(0)) {
    const store = openOnServer({ prefix });
    for await (const upload of store.unfinishedUploads('')) await store.abandonUpload(upload);
    for await (const { key } of store.list('')) await store.remove(key);
  }
});

/** A target of the server. `publicUrl` stands for `prefix`. */
export function targetOnServer({ prefix = freshPrefix(), ...changes }: Partial<S3Target> = {}): S3Target {
  const { endpoint, bucket, region, forcePathStyle, headers, checksums } = server;
  return {
    kind: 's3',
    name: 'cdn',
    bucket,
    prefix,
    region,
    endpoint,
    forcePathStyle,
    headers,
    checksums,
    partSizeMiB: 5,
    connections: 4,
    publicUrl: `${server.publicUrl}${prefix}`,
    hosting: 'unmanaged',
    verify: 'edge',
    archive: 'aar',
    compression: 'none',
    projections: {},
    ...changes,
  };
}

/** The real store on the real server. */
export const openOnServer = (changes: Partial<S3Target> = {}, options: S3StoreOptions = {}): ReleaseStore =>
  openS3Store(targetOnServer(changes), `s3://${server.bucket}/`, options);

/** What is below a store's prefix, objects and unfinished uploads, sorted. */
export async function everythingIn(store: ReleaseStore): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { key } of store.list('')) found.push(key);
  for await (const { key, id } of store.unfinishedUploads('')) found.push(`${key}?uploadId=${id}`);
  return found.sort();
}

function readServer(env: NodeJS.ProcessEnv): RealServer {
  const bucket = env['FMRELEASE_S3_BUCKET'];
  const publicUrl = env['FMRELEASE_S3_PUBLIC_URL'];
  if (bucket === undefined || publicUrl === undefined)
    throw new Error('Run this by `npm run test:s3`: no server is named in the environment.');
  return {
    name: env['FMRELEASE_S3_NAME'] ?? 'the server',
    endpoint: env['FMRELEASE_S3_ENDPOINT'] ?? null,
    bucket,
    region: env['FMRELEASE_S3_REGION'] ?? null,
    forcePathStyle: env['FMRELEASE_S3_PATH_STYLE'] === 'true',
    headers: JSON.parse(env['FMRELEASE_S3_HEADERS'] ?? '{}') as Readonly<Record<string, string>>,
    checksums: checksumsOf(env),
    publicUrl: publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`,
  };
}

/** As the config fills it in: AWS keeps checksums, other stores may choke on them. */
function checksumsOf(env: NodeJS.ProcessEnv): S3Target['checksums'] {
  const { FMRELEASE_S3_CHECKSUMS: chosen, FMRELEASE_S3_ENDPOINT: endpoint } = env;
  return chosen === 'sha256' || (chosen === undefined && endpoint === undefined) ? 'sha256' : 'signed';
}

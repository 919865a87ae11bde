// Which servers the S3 store is held against, and how the suite learns of them: by environment variables, of which
// docs/stores.md tells users. Credentials are left to the SDK's own chain.
import { createPublicBucket } from './bucket.mjs';
import { startCeph } from './ceph.mjs';
import { startMinio } from './minio.mjs';
import { startVersityGw } from './versitygw.mjs';

/** The server that somebody has named in the environment; undefined when nobody has. */
export function givenServer(env) {
  const { FMRELEASE_S3_BUCKET: bucket, FMRELEASE_S3_ENDPOINT: endpoint } = env;
  if (bucket === undefined) {
    if (endpoint !== undefined) throw new Error('Set FMRELEASE_S3_BUCKET as well: see docs/stores.md.');
    return undefined;
  }
  if (env.FMRELEASE_S3_PUBLIC_URL === undefined)
    throw new Error('Set FMRELEASE_S3_PUBLIC_URL, the URL of the root of the bucket: see docs/stores.md.');
  const name = endpoint === undefined ? 'AWS S3' : new URL(endpoint).host;
  return { name, environment: { FMRELEASE_S3_NAME: name } };
}

/** The servers that may be startable here: all, or the one that is asked for by its id. */
export function startableServers(id) {
  if (id === undefined) return SERVERS.filter(({ always }) => always);
  const chosen = SERVERS.filter((server) => server.id === id);
  if (chosen.length === 0)
    throw new Error(
      `There is no server "${id}"; there are ${SERVERS.map((server) => server.id).join(', ')}.`,
    );
  return chosen;
}

/** What the suite reads about a server that was started here. */
export const environmentOf = ({ endpoint, credentials }, name) => ({
  FMRELEASE_S3_NAME: name,
  FMRELEASE_S3_ENDPOINT: endpoint,
  FMRELEASE_S3_BUCKET: BUCKET,
  FMRELEASE_S3_REGION: 'us-east-1',
  FMRELEASE_S3_PATH_STYLE: 'true',
  FMRELEASE_S3_PUBLIC_URL: `${endpoint}/${BUCKET}/`,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
});

/** Starts a server and makes a bucket that anybody may read; ends it again where that fails. */
const withBucket = (start) => async (folder) => {
  const server = await start(folder);
  try {
    await createPublicBucket(server, BUCKET);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
};

/** MinIO; VersityGW where Go cannot build that. */
async function startMinioOrOther(folder) {
  try {
    return await startMinio(folder);
  } catch (error) {
    if (!/could not build/.test(error.message)) throw error;
    console.log(`Skipped MinIO: ${error.message}. VersityGW takes its place.`);
    return { ...(await startVersityGw(folder)), name: 'VersityGW' };
  }
}

const SERVERS = [
  { id: 'minio', name: 'MinIO', start: withBucket(startMinioOrOther), always: true },
  { id: 'ceph', name: 'Ceph RGW', start: withBucket(startCeph), always: true },
  { id: 'versitygw', name: 'VersityGW', start: withBucket(startVersityGw), always: false },
];

const BUCKET = 'models';

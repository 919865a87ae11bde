// MinIO, built from its source by Go and started on loopback.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildByGo, builtVersion } from './go.mjs';
import { freePort, startProcess, waitUntil } from './process.mjs';

/**
 * Starts MinIO with its data in `folder` and credentials of its own. Builds it when it is not in the cache yet.
 *
 * @throws {Error} saying why there is none: Go is missing, or cannot build it here
 */
export async function startMinio(folder) {
  const program = await buildByGo('MinIO', MODULES);
  const port = await freePort();
  const credentials = {
    accessKeyId: randomBytes(10).toString('hex'),
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    MINIO_ROOT_USER: credentials.accessKeyId,
    MINIO_ROOT_PASSWORD: credentials.secretAccessKey,
    MINIO_BROWSER: 'off',
    MINIO_UPDATE: 'off',
  };
  const data = join(folder, 'data');
  mkdirSync(data);
  const server = startProcess(program, ['server', '--quiet', '--address', `127.0.0.1:${port}`, data], {
    log: join(folder, 'minio.log'),
    env,
  });
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await waitUntil(async () => (await fetch(`${endpoint}/minio/health/ready`)).ok, {
      seconds: 60,
      processes: [server],
    });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { endpoint, credentials, version: await builtVersion(program), stop: () => server.stop() };
}

/** The newest that the module proxy knows, and one that is known to build and to honour what publishing needs. */
const MODULES = [
  'github.com/minio/minio@latest',
  'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c',
];

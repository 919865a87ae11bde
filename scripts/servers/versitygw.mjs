// VersityGW, an S3 gateway over a folder, built from its source by Go and started on loopback.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildByGo, builtVersion } from './go.mjs';
import { freePort, startProcess, waitUntil } from './process.mjs';

/**
 * Starts VersityGW with its data in `folder` and credentials of its own. Builds it when it is not in the cache yet.
 *
 * @throws {Error} saying why there is none: Go is missing, or cannot build it here
 */
export async function startVersityGw(folder) {
  const program = await buildByGo('VersityGW', MODULES);
  const port = await freePort();
  const credentials = {
    accessKeyId: randomBytes(10).toString('hex'),
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  const data = join(folder, 'data');
  mkdirSync(data);
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    ROOT_ACCESS_KEY: credentials.accessKeyId,
    ROOT_SECRET_KEY: credentials.secretAccessKey,
  };
  const server = startProcess(program, ['--port', `127.0.0.1:${port}`, 'posix', data], {
    log: join(folder, 'versitygw.log'),
    env,
  });
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await waitUntil(async () => (await fetch(endpoint)).status < 500, { seconds: 60, processes: [server] });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { endpoint, credentials, version: await builtVersion(program), stop: () => server.stop() };
}

const MODULES = ['github.com/versity/versitygw/cmd/versitygw@latest'];

// MinIO, built from its source by Go and started on loopback.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram, freePort, runProcess, startProcess, waitUntil } from './process.mjs';

/**
 * Starts MinIO with its data in `folder` and credentials of its own. Builds it when it is not in the cache yet.
 *
 * @throws {Error} saying why there is none: Go is missing, or cannot build it here
 */
export async function startMinio(folder) {
  const program = await buildMinio();
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
  return { endpoint, credentials, version: await versionOf(program), stop: () => server.stop() };
}

async function buildMinio() {
  const cache = process.env.FMRELEASE_CI_CACHE ?? join(homedir(), '.cache', 'fmrelease-ci');
  const bin = join(cache, 'bin');
  const program = join(bin, 'minio');
  if (existsSync(program)) return program;
  if (findProgram('go') === undefined) throw new Error('Go is not installed');
  mkdirSync(bin, { recursive: true });
  console.log('Building MinIO, which takes some minutes …');
  await runProcess('go', ['install', MODULE], {
    seconds: BUILD_SECONDS,
    env: { ...process.env, GOBIN: bin },
  }).catch((error) => {
    throw new Error(`Go could not build it (${error.message})`);
  });
  return program;
}

/** Its own `--version` knows none when Go has built it; the module's is written into the program. */
async function versionOf(program) {
  const told = await runProcess('go', ['version', '-m', program]).catch(() => '');
  return /^\s+mod\s+\S+\s+(\S+)/m.exec(told)?.[1] ?? 'of an unknown version';
}

const MODULE = 'github.com/minio/minio@latest';
const BUILD_SECONDS = 600;

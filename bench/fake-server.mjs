// The strict S3 server of the tests, in this process: what is published to where no real server can be built.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Starts it on a free port; it has one bucket, which anybody may read. */
export async function startFakeServer(options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-fake-'));
  try {
    const outfile = join(folder, 'server.mjs');
    const entry = fileURLToPath(new URL('../test/support/s3/server.ts', import.meta.url));
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    const { startFakeS3 } = await import(pathToFileURL(outfile).href);
    const { endpoint, bucketName, credentials, close } = await startFakeS3(options);
    return { endpoint, bucket: bucketName, credentials, version: 'of the tests', stop: close };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

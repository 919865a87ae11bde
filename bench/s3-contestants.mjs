// What uploads to the same bucket: a project of ours, and the tools that people use today with their own defaults.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSampleAdapter } from '../scripts/sample-adapter.mjs';
import { hasProgram } from './measure.mjs';

/**
 * A project whose packs are built and not published.
 *
 * @param {{ folder: string, server: Server, adapters: number, megabytes: number, write?: (folder: string) => void }} options
 *   - `write` makes the adapters instead, below `adapters/`
 */
export function preparePublishing({ folder, server, adapters, megabytes, write }) {
  mkdirSync(folder, { recursive: true });
  pointAt(folder, server.endpoint, 'prepare');
  const out = join(folder, 'adapters');
  if (write === undefined)
    for (let seed = 1; seed <= adapters; seed++)
      writeSampleAdapter({
        out,
        name: `adapter_${String(seed).padStart(3, '0')}`,
        megabytes,
        records: 50,
        seed,
      });
  else write(out);
  for (const name of readdirSync(out).sort())
    fmrelease(folder, server, 'adapter', 'add', join('adapters', name), '--build', '1.0.0', '--yes');
  fmrelease(folder, server, 'pack');
  const packs = join(folder, 'packs');
  mkdirSync(packs);
  const cache = join(folder, '.fmrelease', 'packs');
  for (const name of readdirSync(cache).filter((file) => !file.endsWith('.json')))
    linkOrCopy(join(cache, name), join(packs, name));
  return { folder, packs, command: [process.execPath, CLI, 'publish', '--yes', '--quiet'] };
}

/** Points the project at a prefix of the bucket: a fresh one has nothing. Readers may find it at another origin. */
export function pointAt(folder, endpoint, prefix, publicOrigin = endpoint) {
  const publicUrl = `${publicOrigin}/${BUCKET}/${prefix}/`;
  const cdn = {
    kind: 's3',
    bucket: BUCKET,
    prefix,
    endpoint,
    forcePathStyle: true,
    publicUrl,
    verify: 'origin',
  };
  const config = { support: { iOS: '>=26.0 <27.0' }, targets: { cdn } };
  writeFileSync(join(folder, 'fmrelease.config.json'), JSON.stringify(config));
}

/** The rivals that this machine has: each with the command that copies a folder, and the one that syncs it. */
export function findRivals({ endpoint }) {
  const to = (prefix) => `s3://${BUCKET}/${prefix}/`;
  const rivals = [
    {
      name: 's5cmd',
      copy: (packs, prefix) => ['s5cmd', '--endpoint-url', endpoint, 'cp', `${packs}/`, to(prefix)],
    },
    {
      name: 'rclone',
      copy: (packs, prefix) => ['rclone', 'copy', packs, `bench:${BUCKET}/${prefix}`],
      sync: (packs, prefix) => ['rclone', 'sync', '--checksum', packs, `bench:${BUCKET}/${prefix}`],
      syncName: 'rclone sync --checksum',
    },
    {
      name: 'aws s3 cp',
      program: 'aws',
      copy: (packs, prefix) => [
        'aws',
        '--endpoint-url',
        endpoint,
        's3',
        'cp',
        '--recursive',
        packs,
        to(prefix),
      ],
      sync: (packs, prefix) => ['aws', '--endpoint-url', endpoint, 's3', 'sync', packs, to(prefix)],
      syncName: 'aws s3 sync',
    },
  ];
  return rivals.filter(({ name, program = name }) => hasProgram(program));
}

/** The environment with which all of them find the server. */
export const environmentOf = ({ endpoint, credentials }) => ({
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_REGION: 'us-east-1',
  AWS_CA_BUNDLE: '',
  RCLONE_CONFIG: '',
  RCLONE_CONFIG_BENCH_TYPE: 's3',
  RCLONE_CONFIG_BENCH_PROVIDER: 'Minio',
  RCLONE_CONFIG_BENCH_ENV_AUTH: 'true',
  RCLONE_CONFIG_BENCH_ENDPOINT: endpoint,
});

/** Runs one command of ours to its end; throws unless it exits 0. */
export function fmrelease(cwd, server, ...args) {
  const env = { ...process.env, ...environmentOf(server) };
  delete env.NODE_EXTRA_CA_CERTS;
  const { status, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`fmrelease ${args.join(' ')} exits ${status}:\n${stderr}`);
}

/** How many bytes a folder's files have. */
export const bytesIn = (folder) =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

function linkOrCopy(from, to) {
  if (existsSync(to)) return;
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

export const BUCKET = 'bench';
export const CLI = fileURLToPath(new URL('../bin/run.js', import.meta.url));

/** @typedef {{ endpoint: string, credentials: { accessKeyId: string, secretAccessKey: string } }} Server */

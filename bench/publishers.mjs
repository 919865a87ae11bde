#!/usr/bin/env node
// 8 publishers, each a process of the built command line and a team of its own, publish an update to one channel of one
// bucket at the same time, 50 times over: all must commit, nothing may be lost, and one order must fit what all of them
// saw (test/support/linearizable.mjs). Against MinIO where Go can build it, else the strict server of the tests.
// Usage: node bench/publishers.mjs [--rounds 50] [--publishers 8] [--server minio|tests]
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bootstrap } from '../scripts/bootstrap.mjs';
import { writeSampleAdapter } from '../scripts/sample-adapter.mjs';
import { createPublicBucket } from '../scripts/servers/bucket.mjs';
import { startMinio } from '../scripts/servers/minio.mjs';
import { findDisorder } from '../test/support/linearizable.mjs';
import { startFakeServer } from './fake-server.mjs';
import { describeMachine, median } from './measure.mjs';
import { CLI, environmentOf, fmrelease } from './s3-contestants.mjs';

/** @returns a server with a bucket that anybody may read, and what it is called */
async function startServer(folder, wanted) {
  if (wanted !== 'tests') {
    try {
      const minio = await startMinio(folder);
      await createPublicBucket(minio, BUCKET);
      return { ...minio, bucket: BUCKET, name: `MinIO ${minio.version}` };
    } catch (error) {
      if (wanted === 'minio') throw error;
      console.log(`No MinIO: ${error.message}. The strict server of the tests stands in for it.`);
    }
  }
  return { ...(await startFakeServer()), name: 'the strict server of the tests' };
}

/** One project with two builds for each team, and a copy of it for each, as on machines of their own. */
function prepareTeams(folder, server, count) {
  const base = join(folder, 'base');
  mkdirSync(base);
  const cdn = {
    kind: 's3',
    bucket: server.bucket,
    prefix: 'race/',
    endpoint: server.endpoint,
    forcePathStyle: true,
    publicUrl: publicUrlOf(server),
    verify: 'origin',
  };
  const config = { support: { iOS: '>=26.0 <27.0' }, targets: { cdn } };
  writeFileSync(join(base, 'fmrelease.config.json'), JSON.stringify(config));
  const names = Array.from({ length: count }, (_, index) => `team_${index}`);
  names.forEach((name, index) => {
    BUILDS.forEach((build, turn) => {
      const out = join(base, 'adapters', build);
      writeSampleAdapter({ out, name, megabytes: 1, records: 10, seed: 2 * index + turn + 1 });
      const path = join('adapters', build, `${name}.fmadapter`);
      fmrelease(base, server, 'adapter', 'add', path, '--build', build, '--yes');
    });
  });
  return names.map((name) => {
    const root = join(folder, name);
    cpSync(base, root, { recursive: true, preserveTimestamps: true });
    return { name, root };
  });
}

/** Serves the other build from now on, as somebody edits the matrix. */
function serve({ name, root }, build) {
  const file = join(root, 'fmrelease.matrix.json');
  const matrix = JSON.parse(readFileSync(file, 'utf8'));
  for (const entry of matrix.adapters[name].serve) entry.version = build;
  writeFileSync(file, JSON.stringify(matrix, null, 2));
}

async function publish({ name, root }, round, server) {
  const build = BUILDS[round % BUILDS.length];
  serve({ name, root }, build);
  const message = `${name}, round ${round}`;
  const args = [CLI, 'publish', '--yes', '--json', '--only', name, '--message', message];
  const invokedAt = performance.now();
  const { code, stdout } = await run(args, { cwd: root, env: environmentOf(server) });
  const returnedAt = performance.now();
  const { result, error } = JSON.parse(stdout || '{"error":"no answer"}');
  const committed = code === 0 && result?.committed === true;
  if (!committed) console.log(`${message}: exit ${code} ${JSON.stringify(error ?? result?.problems)}`);
  return { adapter: name, build, message, revision: result?.revision ?? 0, committed, invokedAt, returnedAt };
}

async function run(args, { cwd, env }) {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, stdout };
}

/** Reads the manifest over and over until it is told to stop, as a device does. */
function readManifest(server) {
  let isOver = false;
  const done = (async () => {
    const reads = [];
    while (!isOver) {
      const startedAt = performance.now();
      try {
        const answer = await fetch(`${publicUrlOf(server)}v1/channels/stable/manifest.json`);
        const body = await answer.text();
        reads.push({ startedAt, revision: answer.status === 200 ? JSON.parse(body).revision : 0 });
      } catch {
        // A busy server may cut a connection: what nobody saw says nothing.
      }
      await sleep(20);
    }
    return reads;
  })();
  return {
    stop: () => {
      isOver = true;
      return done;
    },
  };
}

async function readLog(server) {
  const entries = [];
  for (;;) {
    const answer = await fetch(`${publicUrlOf(server)}v1/channels/stable/log/${entries.length + 1}.json`);
    if (answer.status !== 200) return entries;
    entries.push(await answer.json());
  }
}

const publicUrlOf = ({ endpoint, bucket }) => `${endpoint}/${bucket}/race/`;

function summarize({ publishes, reads, entries, rounds, server }) {
  const committed = publishes.filter((one) => one.committed);
  const times = publishes.map(({ invokedAt, returnedAt }) => returnedAt - invokedAt).sort((a, b) => a - b);
  const lost = committed.filter(({ revision, message }) => entries[revision - 1]?.message !== message).length;
  const disorder = findDisorder({ publishes: committed, reads, entries });
  const allCommit = committed.length === publishes.length;
  const p95 = times[Math.min(times.length - 1, Math.ceil(times.length * 0.95) - 1)];
  console.log(`\n### ${publishes.length / rounds} publishers, ${rounds} rounds, ${server.name}\n`);
  console.log('| publishes | committed | lost | linearizable | median ms | p95 ms | slowest ms | reads |');
  console.log('|--:|--:|--:|---|--:|--:|--:|--:|');
  const figures = [median(times), p95, times.at(-1)].map((ms) => Math.round(ms)).join(' | ');
  const yes = disorder.length === 0 ? 'yes' : 'no';
  console.log(
    `| ${publishes.length} | ${committed.length} | ${lost} | ${yes} | ${figures} | ${reads.length} |\n`,
  );
  for (const line of [...describeMachine(), ...disorder.map((fault) => `OUT OF ORDER: ${fault}`)])
    console.log(line);
  return allCommit && lost === 0 && disorder.length === 0;
}

const BUCKET = 'publishers';
const BUILDS = ['1.0.0', '2.0.0'];

bootstrap();
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    publishers: { type: 'string', default: '8' },
    server: { type: 'string', default: 'any' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'fmrelease-publishers-'));
let server;
try {
  server = await startServer(folder, values.server);
  const rounds = Number(values.rounds);
  const teams = prepareTeams(folder, server, Number(values.publishers));
  const reading = readManifest(server);
  const publishes = [];
  for (let round = 0; round < rounds; round++)
    publishes.push(...(await Promise.all(teams.map((team) => publish(team, round, server)))));
  const reads = await reading.stop();
  const entries = await readLog(server);
  if (!summarize({ publishes, reads, entries, rounds, server })) process.exitCode = 1;
} finally {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}

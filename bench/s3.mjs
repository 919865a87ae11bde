#!/usr/bin/env node
// Publishing to S3 beside the tools that people upload with today, all of them against one MinIO on loopback: one pack
// and ten of 160 MB, a publish with nothing to do, an upload that is killed half-way, and memory up to 10 GB.
// Usage: node bench/s3.mjs [--runs 7] [--only upload,nothing,resume,memory]. Needs Go once, to build the server.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPublicBucket } from '../scripts/servers/bucket.mjs';
import { startMinio } from '../scripts/servers/minio.mjs';
import { startCountingProxy } from './counting-proxy.mjs';
import { writeHugeAdapter } from './huge-adapter.mjs';
import { describeMachine, measure, renderTable } from './measure.mjs';
import {
  BUCKET,
  bytesIn,
  environmentOf,
  findRivals,
  fmrelease,
  pointAt,
  preparePublishing,
} from './s3-contestants.mjs';

/** One pack, and ten: whole processes, packs built before, every run to a prefix of its own. */
async function benchUpload({ folder, server, runs }) {
  const misses = [];
  for (const adapters of [1, 10]) {
    const project = preparePublishing({
      folder: join(folder, `upload-${adapters}`),
      server,
      adapters,
      megabytes: 160,
    });
    const env = environmentOf(server);
    const contestants = [
      {
        name: 'fmrelease publish',
        command: project.command,
        cwd: project.folder,
        env,
        before: () => pointAt(project.folder, server.endpoint, freshPrefix()),
      },
      ...findRivals(server).map((rival) => ({
        name: rival.name,
        env,
        get command() {
          return rival.copy(project.packs, freshPrefix());
        },
      })),
    ];
    const rounds = adapters === 1 ? runs : Math.max(3, runs >> 1);
    const measurements = measure(contestants, { runs: rounds });
    const [ours, ...rivals] = measurements;
    const fastest = Math.min(...rivals.map(({ medianMs }) => medianMs));
    if (ours.medianMs > fastest)
      misses.push(`${adapters} × 160 MB: ${(ours.medianMs / fastest).toFixed(2)} × the fastest`);
    if (ours.peakBytes > MOST_BYTES) misses.push(`${adapters} × 160 MB: more than 200 MB of memory`);
    print(`Uploading ${adapters} × 160 MB (${rounds} runs in turns)`, renderTable(measurements));
    rmSync(project.folder, { recursive: true });
  }
  return misses;
}

/** The same 100 packs again: how long it takes to find out that there is nothing to do. */
async function benchNothing({ folder, server, runs }) {
  const project = preparePublishing({
    folder: join(folder, 'nothing'),
    server,
    adapters: 100,
    megabytes: 16,
  });
  const env = environmentOf(server);
  pointAt(project.folder, server.endpoint, 'nothing');
  fmrelease(project.folder, server, 'publish', '--yes', '--quiet');
  const prefix = freshPrefix();
  const rivals = findRivals(server).filter(({ sync }) => sync !== undefined);
  const contestants = [
    { name: 'fmrelease publish', command: project.command, cwd: project.folder, env },
    ...rivals.map(({ syncName, sync }) => ({
      name: syncName,
      command: sync(project.packs, `${prefix}-${syncName[0]}`),
      env,
    })),
  ];
  const measurements = measure(contestants, { runs });
  const proxy = await startCountingProxy(server.endpoint);
  // Under another endpoint, but the same public URL: that is part of the release.
  pointAt(project.folder, proxy.endpoint, 'nothing', server.endpoint);
  await run(project.command, { cwd: project.folder, env });
  await proxy.close();
  const [ours, ...others] = measurements;
  const { requests, bodyBytes } = proxy.seen;
  print(`Publishing 100 × 16 MB again, nothing to do (${runs} runs in turns)`, [
    ...renderTable(measurements),
    '',
    `${requests} requests, ${bodyBytes} bytes of bodies. \`rclone\` reads all packs, here a tenth of their real size.`,
  ]);
  rmSync(project.folder, { recursive: true });
  return [
    ...(requests > 15 ? [`nothing to do takes ${requests} requests`] : []),
    ...(bodyBytes > 0 ? [`nothing to do sends ${bodyBytes} bytes`] : []),
    ...(ours.medianMs > 1500 ? ['nothing to do takes more than 1.5 s'] : []),
    ...others
      .filter(({ medianMs }) => medianMs < 3 * ours.medianMs)
      .map(
        ({ name, medianMs }) =>
          `nothing to do is only ${(medianMs / ours.medianMs).toFixed(2)} × faster than ${name}`,
      ),
  ];
}

/** Killed when half of it has been sent; what the next run sends beyond the rest is what was lost. */
async function benchResume({ folder, server }) {
  const project = preparePublishing({ folder: join(folder, 'resume'), server, adapters: 1, megabytes: 160 });
  const env = environmentOf(server);
  const total = bytesIn(project.packs);
  let child;
  const first = await startCountingProxy(server.endpoint, (bytes) => {
    if (bytes > total / 2) child.kill('SIGKILL');
  });
  const prefix = freshPrefix();
  pointAt(project.folder, first.endpoint, prefix, server.endpoint);
  await run(project.command, {
    cwd: project.folder,
    env,
    onStart: (started) => (child = started),
    mayFail: true,
  });
  await first.close();
  const second = await startCountingProxy(server.endpoint);
  pointAt(project.folder, second.endpoint, prefix, server.endpoint);
  await run(project.command, { cwd: project.folder, env });
  await second.close();
  const again = first.seen.bodyBytes + second.seen.bodyBytes - total;
  const most = CONNECTIONS * PART_BYTES + SLACK_BYTES;
  print('Going on after a kill at 50 %', [
    `${mb(first.seen.bodyBytes)} of ${mb(total)} were sent when it was killed, ${mb(second.seen.bodyBytes)} after that: ${mb(again)} twice. Allowed is one part per connection, ${mb(most)}.`,
  ]);
  rmSync(project.folder, { recursive: true });
  return again > most ? [`${mb(again)} are sent twice after a kill`] : [];
}

/** Peak memory must not grow with the pack. */
async function benchMemory({ folder, server }) {
  const sizes = [
    { name: '160 MB', gigabytes: 0.16 },
    { name: '10 GB', gigabytes: 10 },
  ];
  const measurements = sizes.map(({ name, gigabytes }) => {
    const write = (out) => writeHugeAdapter({ out, name: 'huge', gigabytes });
    const project = preparePublishing({ folder: join(folder, 'memory'), server, write });
    pointAt(project.folder, server.endpoint, freshPrefix());
    const env = environmentOf(server);
    const publish = {
      name: `fmrelease publish, ${name}`,
      command: project.command,
      cwd: project.folder,
      env,
    };
    const [measured] = measure([publish], { runs: 1, warmups: 0 });
    rmSync(project.folder, { recursive: true });
    return measured;
  });
  print('Memory of publishing (1 run)', renderTable(measurements));
  const [small, large] = measurements.map(({ peakBytes }) => peakBytes);
  if (small === null || large === null) return ['peak memory cannot be measured here'];
  return [
    ...(large > MOST_BYTES ? ['10 GB take more than 200 MB of memory'] : []),
    ...(large - small > MOST_GROWTH_BYTES ? ['memory grows by more than 32 MB'] : []),
  ];
}

async function run([program, ...args], { cwd, env, onStart = () => {}, mayFail = false }) {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onStart(child);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0 && !mayFail) throw new Error(`${args.join(' ')} exits ${code}:\n${said}`);
}

const print = (title, lines) => console.log([`## ${title}`, '', ...lines, ''].join('\n'));
const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const freshPrefix = () => `p${process.pid}-${++prefixes}`;
let prefixes = 0;

const PARTS = { upload: benchUpload, nothing: benchNothing, resume: benchResume, memory: benchMemory };
const CONNECTIONS = 4;
const PART_BYTES = 8 << 20;
/** Documents, and the requests around an upload. */
const SLACK_BYTES = 64 << 10;
const MOST_BYTES = 200e6;
const MOST_GROWTH_BYTES = 32e6;

const { values } = parseArgs({ options: { runs: { type: 'string' }, only: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'fmrelease-bench-'));
let server;
try {
  server = await startMinio(folder);
} catch (error) {
  console.log(`## Publishing to S3\n\nSkipped: no MinIO, because ${error.message}.\n`);
}
try {
  if (server !== undefined) {
    await createPublicBucket(server, BUCKET);
    print(`Publishing to S3: ${server.version}`, [
      ...describeMachine(),
      '- every part is proved by the store: it refuses a body that has not the SHA-256 it was signed for',
    ]);
    const misses = [];
    for (const name of values.only?.split(',') ?? Object.keys(PARTS))
      misses.push(...(await PARTS[name]({ folder, server, runs: Number(values.runs ?? 7) })));
    console.log(
      misses.length === 0
        ? 'Every target is met.\n'
        : `${misses.map((miss) => `MISSED: ${miss}.`).join('\n')}\n`,
    );
    process.exitCode = misses.length === 0 ? 0 : 1;
  }
} finally {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}

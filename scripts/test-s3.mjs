#!/usr/bin/env node
// `npm run test:s3`: holds the S3 store and the built command line against real servers: against the one that the
// environment names (docs/stores.md), else against every server that this machine can run, one after the other. Says in
// one line which were skipped and why, and ends with one line per server and one plain line `N passed, N failed`.
//
//   npm run test:s3                           every server that can be started here
//   npm run test:s3 -- --server ceph          one of them
//   npm run test:s3 -- --probe                only what `doctor --probe` finds on each
//   npm run test:s3 -- test/real/nginx        one part of the suite
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap, root } from './bootstrap.mjs';
import { environmentOf, givenServer, startableServers } from './servers/servers.mjs';
import { readSummary, summaryLine } from './summary.mjs';

const { values, positionals } = parseArgs({
  options: { server: { type: 'string' }, probe: { type: 'boolean', default: false } },
  allowPositionals: true,
});
bootstrap();
const folder = mkdtempSync(join(tmpdir(), 'fmrelease-s3-'));
const results = [];
try {
  const given = givenServer(process.env);
  if (given !== undefined) results.push(await hold(given.name, given.environment));
  else for (const one of startableServers(values.server)) await holdStarted(one);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const { name, summary } of results) console.log(`${name}: ${summaryLine(summary)}`);
const total = (count) => results.reduce((sum, { summary }) => sum + summary[count], 0);
console.log(summaryLine({ passed: total('passed'), failed: total('failed'), skipped: total('skipped') }));
process.exitCode = total('failed') > 0 ? 1 : 0;

/** Starts a server, holds the store against it, and ends it; one that cannot be started is skipped. */
async function holdStarted({ id, name, start }) {
  const place = join(folder, id);
  mkdirSync(place);
  let server;
  try {
    server = await start(place);
  } catch (error) {
    console.log(`Skipped ${name}: ${error.message}.`);
    return;
  }
  try {
    const called = `${server.name ?? name} ${server.version}`;
    results.push(await hold(called, environmentOf(server, called)));
  } finally {
    await server.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

async function hold(name, environment) {
  console.log(`\n${name}`);
  const env = { ...process.env, ...environment };
  delete env.NODE_EXTRA_CA_CERTS; // costs Node 20 some 40 ms a start, and the suite starts many
  if (values.probe) return { name, summary: await probe(env) };
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  await run(
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config=vitest.s3.config.ts',
      '--reporter=verbose',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...positionals,
    ],
    { cwd: root, env },
  );
  return { name, summary: readSummary(report) };
}

/** Every step of the probe counts as one test. */
async function probe(env) {
  const project = mkdtempSync(join(folder, 'probe-'));
  const target = {
    kind: 's3',
    bucket: env.FMRELEASE_S3_BUCKET,
    publicUrl: env.FMRELEASE_S3_PUBLIC_URL,
    forcePathStyle: env.FMRELEASE_S3_PATH_STYLE === 'true',
    headers: JSON.parse(env.FMRELEASE_S3_HEADERS ?? '{}'),
    ...(env.FMRELEASE_S3_ENDPOINT === undefined ? {} : { endpoint: env.FMRELEASE_S3_ENDPOINT }),
    ...(env.FMRELEASE_S3_REGION === undefined ? {} : { region: env.FMRELEASE_S3_REGION }),
    ...(env.FMRELEASE_S3_CHECKSUMS === undefined ? {} : { checksums: env.FMRELEASE_S3_CHECKSUMS }),
  };
  writeFileSync(
    join(project, 'fmrelease.config.json'),
    JSON.stringify({ support: { iOS: '>=26.0' }, targets: { cdn: target } }),
  );
  writeFileSync(join(project, 'fmrelease.matrix.json'), JSON.stringify({ formatVersion: 1, adapters: {} }));
  const said = await run([join(root, 'bin', 'run.js'), 'doctor', '--probe', '--json'], {
    cwd: project,
    env,
    stdout: 'pipe',
  });
  const { checks } = JSON.parse(said).result;
  const steps = checks.slice(checks.findIndex(({ name }) => name === 'create-only'));
  for (const { ok, name, detail } of steps) console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}`);
  const passed = steps.filter(({ ok }) => ok).length;
  return { passed, failed: steps.length - passed, skipped: 0 };
}

/** Runs Node to its end; returns what it wrote when its output is piped. */
function run(args, { cwd, env, stdout = 'inherit' }) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', stdout, 'inherit'] });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => child.on('error', reject).on('close', () => resolve(said)));
}

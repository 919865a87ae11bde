#!/usr/bin/env node
// `npm run fuzz`: 100,000 mutated archives and blob containers. Prints its seed, and exits 1 on a crash, a case over
// one second, or more than 256 MB of memory. Usage: node scripts/fuzz-archives.mjs [--runs N] [--seed N]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { fuzz } from './archives/fuzz.mjs';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' }, readers: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const runs = Number(values.runs ?? 100_000);

/** Runs the cases in a process of their own, and ends it when one case goes on for too long. */
async function watch() {
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-fuzz-'));
  try {
    const readers = join(folder, 'readers.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('../test/support/fuzz-readers.ts', import.meta.url))],
      outfile: readers,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
    });
    process.exitCode = await runWatched([
      '--readers',
      readers,
      '--runs',
      String(runs),
      '--seed',
      String(seed),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runWatched(args) {
  console.log(`fuzz: seed ${seed}, ${runs} cases`);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let [current, since] = [seed, Date.now()];
  child.on('message', (at) => {
    [current, since] = [at, Date.now()];
  });
  const watchdog = setInterval(() => {
    if (Date.now() - since < HANG_MS) return;
    console.log(`FAILED: no case has ended for ${HANG_MS / 1000} s since seed ${current}`);
    child.kill('SIGKILL');
  }, 1000);
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      clearInterval(watchdog);
      resolve(code ?? 1);
    });
  });
}

async function work(path) {
  const { fuzzReaders } = await import(path);
  const onCase = (at) => {
    if ((at - seed) % REPORT_EVERY === 0) process.send?.(at);
  };
  const { failures, outcomes, slowestMs } = await fuzz(fuzzReaders, { seed, runs, onCase });
  const peakMb = (process.resourceUsage().maxRSS * 1024) / 1e6;
  for (const failure of failures.slice(0, 20)) console.log(`FAILED: ${failure}`);
  if (peakMb > MOST_MB)
    console.log(`FAILED: ${Math.round(peakMb)} MB of memory, expected ${MOST_MB} at most`);
  console.log(`fuzz: ${JSON.stringify(outcomes)}`);
  console.log(
    `fuzz: ${failures.length} failures, slowest ${Math.round(slowestMs)} ms, peak ${Math.round(peakMb)} MB`,
  );
  process.exitCode = failures.length > 0 || peakMb > MOST_MB ? 1 : 0;
  process.disconnect?.();
}

const HANG_MS = 60_000;
const REPORT_EVERY = 100;
const MOST_MB = 256;

if (values.readers === undefined) await watch();
else await work(values.readers);

#!/usr/bin/env node
// `npm run bench`: every benchmark in turn, each as a process of its own so that none warms up another.
// Exits 1 when a figure misses its target.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bootstrap } from '../scripts/bootstrap.mjs';

bootstrap();
const names =
  process.argv.length > 2
    ? process.argv.slice(2)
    : ['start', 'plan', 'resolve', 'pack', 'archive', 'memory', 's3'];
for (const name of names) {
  const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

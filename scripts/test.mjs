#!/usr/bin/env node
// `npm test`: installs, builds, runs the whole suite, and ends with one plain line `N passed, N failed`.
// Arguments go to the test runner: `npm test -- test/matrix`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, root } from './bootstrap.mjs';
import { readSummary, summaryLine } from './summary.mjs';

bootstrap();
const folder = mkdtempSync(join(tmpdir(), 'fmrelease-test-'));
const report = join(folder, 'report.json');
const env = { ...process.env };
// A test that runs npm still needs those certificates, so npm is told of them by its own name.
if (env.NODE_EXTRA_CA_CERTS) env.npm_config_cafile ??= env.NODE_EXTRA_CA_CERTS;
delete env.NODE_EXTRA_CA_CERTS; // costs Node 20 some 40 ms a start, and the suite starts many
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env },
);
console.log(summaryLine(readSummary(report)));
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;

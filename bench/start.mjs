#!/usr/bin/env node
// What a start costs: bare Node.js, then the built CLI, in turns. Exits 1 when a target is missed.
// Usage: node bench/start.mjs [--runs 21]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine, measure, renderTable } from './measure.mjs';

/**
 * Measures and prints.
 *
 * @param {{ runs?: number }} [options]
 * @returns {{ measurements: readonly import('./measure.mjs').Measurement[], misses: readonly string[] }}
 */
export function benchStart({ runs = 21 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-bench-'));
  try {
    const contestants = [
      { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
      fmrelease('--version', ['--version'], { cwd: folder }),
      fmrelease('--help', ['--help'], { cwd: folder }),
      ...CONFIGS.map(({ name, file, text }) =>
        fmrelease(`resolve, ${name}`, RESOLVE, { cwd: writeProject(join(folder, file), file, text) }),
      ),
    ];
    const measurements = measure(contestants, { runs, warmups: 2 });
    const misses = judge(measurements);
    const verdict = misses.length === 0 ? ['Every target is met.'] : misses.map((miss) => `MISSED: ${miss}.`);
    console.log(
      [
        `## Start-up (${runs} runs in turns; ratios to bare Node.js)`,
        '',
        ...describeMachine(),
        '',
        ...renderTable(measurements),
        '',
        ...verdict,
        '',
      ].join('\n'),
    );
    return { measurements, misses };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const fmrelease = (name, args, { cwd }) => ({
  name: `fmrelease ${name}`,
  command: [process.execPath, CLI, ...args],
  cwd,
});

/** A project with one registered adapter, whose files `resolve` does not need. */
function writeProject(folder, file, text) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, 'fmrelease.matrix.json'), JSON.stringify(MATRIX, null, 2));
  return folder;
}

/** By the medians and by the minima: a busy machine spoils the first, luck the second. */
function judge(measurements) {
  const [bare, ...others] = measurements;
  return others.flatMap(({ name, minMs, medianMs }) => {
    const most = MOST.find(([part]) => name.includes(part))?.[1];
    const ratio = Math.min(minMs / bare.minMs, medianMs / bare.medianMs);
    return most === undefined || ratio <= most
      ? []
      : [`${name} takes ${ratio.toFixed(2)} times bare Node.js, more than ${most}`];
  });
}

/** The most that a start may take, in starts of bare Node.js. */
const MOST = [
  ['--version', 2],
  ['JSON config', 4],
  ['.mjs config', 4],
  ['TypeScript config', 6],
];

const SIGNATURE = '9799725ff8e851184037110b422d891ad3b92ec1';
const SETTINGS = JSON.stringify({ support: { iOS: '>=26.0', macOS: '>=26.0' } });
const CONFIGS = [
  { name: 'JSON config', file: 'fmrelease.config.json', text: SETTINGS },
  { name: '.mjs config', file: 'fmrelease.config.mjs', text: `export default ${SETTINGS};\n` },
  {
    name: 'TypeScript config',
    file: 'fmrelease.config.ts',
    text: `import { defineConfig } from 'fmrelease';\nexport default defineConfig(${SETTINGS});\n`,
  },
];
const RESOLVE = ['resolve', '--platform', 'iOS', '--os', '26.1', '--adapter', 'summarizer'];
const MATRIX = {
  formatVersion: 1,
  systemModels: [],
  adapters: {
    summarizer: {
      kind: 'fmadapter',
      platforms: ['iOS', 'macOS'],
      downloadPolicy: { onDemand: {} },
      builds: [
        {
          version: '1.0.0',
          path: 'adapters/summarizer.fmadapter',
          addedAt: '2026-11-22T10:00:00Z',
          baseModelSignature: SIGNATURE,
          digest: `sha256:${'0'.repeat(64)}`,
          sizeBytes: 139_460_608,
        },
      ],
      serve: [{ baseModelSignature: SIGNATURE, version: '1.0.0' }],
    },
  },
};
const CLI = fileURLToPath(new URL('../bin/run.js', import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: 'string' } } });
  const { misses } = benchStart({ runs: Number(values.runs ?? 21) });
  process.exitCode = misses.length === 0 ? 0 : 1;
}

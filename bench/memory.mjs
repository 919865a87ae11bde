#!/usr/bin/env node
// Peak memory of packing: an adapter of real size, and one of 4 GB whose payloads are holes. It must not grow.
// Usage: node bench/memory.mjs [--runs 3]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeSampleAdapter } from '../scripts/sample-adapter.mjs';
import { writeHugeAdapter } from './huge-adapter.mjs';
import { describeMachine, measure, renderTable } from './measure.mjs';
import { preparePacking } from './pack-project.mjs';

/**
 * Measures and prints.
 *
 * @param {{ runs?: number }} [options]
 * @returns {Promise<{ measurements: readonly import('./measure.mjs').Measurement[], misses: readonly string[] }>}
 */
export async function benchMemory({ runs = 3 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-bench-'));
  try {
    const real = writeSampleAdapter({ out: join(folder, 'real'), name: 'summarizer' });
    const huge = writeHugeAdapter({ out: join(folder, 'huge'), name: 'summarizer', gigabytes: 4 });
    const contestants = [];
    for (const [name, source] of [
      ['133 MB', real],
      ['4 GB of holes', huge],
    ]) {
      const { command, cwd, forgetAll } = await preparePacking({ folder: join(source, '..'), source });
      contestants.push({ name: `fmrelease pack, ${name}, first time`, command, cwd, before: forgetAll });
    }
    const measurements = contestants.flatMap((contestant) => measure([contestant], { runs, warmups: 0 }));
    const misses = judge(measurements);
    const verdict = misses.length === 0 ? ['Every target is met.'] : misses.map((miss) => `MISSED: ${miss}.`);
    const table = renderTable(measurements);
    console.log(
      [
        `## Memory of packing (${runs} runs)`,
        '',
        ...describeMachine(),
        '',
        ...table,
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

function judge(measurements) {
  const [small, large] = measurements.map(({ peakBytes }) => peakBytes);
  if (small === null || large === null) return ['peak memory cannot be measured here'];
  return [
    ...measurements
      .filter(({ peakBytes }) => peakBytes > MOST_BYTES)
      .map(({ name }) => `${name}: more than 150 MiB`),
    ...(large - small > MOST_GROWTH_BYTES ? ['memory grows with the adapter by more than 32 MiB'] : []),
  ];
}

const MOST_BYTES = 150 * 2 ** 20;
const MOST_GROWTH_BYTES = 32 * 2 ** 20;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: 'string' } } });
  const { misses } = await benchMemory({ runs: Number(values.runs ?? 3) });
  process.exitCode = misses.length === 0 ? 0 : 1;
}

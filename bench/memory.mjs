#!/usr/bin/env node
// Peak memory of packing: an adapter of real size, and one of 4 GB whose payloads are holes. It must not grow.
// Usage: node bench/memory.mjs [--runs 3]
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeSampleAdapter } from '../scripts/sample-adapter.mjs';
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
    const huge = writeSampleAdapter({
      out: join(folder, 'huge'),
      name: 'summarizer',
      megabytes: 0.01,
      records: 1,
    });
    writeHoles(join(huge, 'adapter_weights.bin'), HUGE_RECORDS, HUGE_BYTES / HUGE_RECORDS);
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

/** A valid container of a few huge tensors that occupies next to nothing on the disk. */
function writeHoles(path, records, payloadBytes) {
  const file = openSync(path, 'w');
  try {
    const head = Buffer.alloc(64);
    head.writeUInt32LE(records, 0);
    head.writeUInt32LE(2, 4);
    writeSync(file, head, 0, 64, 0);
    for (let index = 0; index < records; index++) {
      const at = 64 + index * (64 + payloadBytes);
      const header = Buffer.alloc(64);
      header.writeUInt32LE(0xdeadbeef, 0);
      header.writeUInt32LE(1, 4);
      header.writeBigUInt64LE(BigInt(payloadBytes), 8);
      header.writeBigUInt64LE(BigInt(at + 64), 16);
      writeSync(file, header, 0, 64, at);
    }
    ftruncateSync(file, 64 + records * (64 + payloadBytes));
  } finally {
    closeSync(file);
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

const HUGE_BYTES = 4_000_000_000 - (4_000_000_000 % 512);
const HUGE_RECORDS = 8;
const MOST_BYTES = 150 * 2 ** 20;
const MOST_GROWTH_BYTES = 32 * 2 ** 20;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: 'string' } } });
  const { misses } = await benchMemory({ runs: Number(values.runs ?? 3) });
  process.exitCode = misses.length === 0 ? 0 : 1;
}

#!/usr/bin/env node
// Packing an adapter of real size, side by side with what people do by hand: copy and digest, zip, tar.
// Usage: node bench/pack.mjs [--runs 9] [--megabytes 133]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeSampleAdapter } from '../scripts/sample-adapter.mjs';
import { describeMachine, hasProgram, measure, renderTable } from './measure.mjs';
import { preparePacking } from './pack-project.mjs';

/**
 * Measures and prints.
 *
 * @param {{ runs?: number, megabytes?: number }} [options]
 * @returns {Promise<{ measurements: readonly import('./measure.mjs').Measurement[], misses: readonly string[] }>}
 */
export async function benchPack({ runs = 9, megabytes = 133 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-bench-'));
  try {
    const source = writeSampleAdapter({ out: folder, name: 'summarizer', megabytes });
    const packing = await preparePacking({ folder, source });
    const measurements = measure([...byHand(folder, source), ...ours(packing)], { runs });
    const misses = judge(measurements);
    print({ megabytes, runs, how: packing.how, measurements, misses });
    return { measurements, misses };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function byHand(folder, source) {
  const out = join(folder, 'by-hand');
  const before = () => rmSync(out, { recursive: true, force: true });
  const sh = (script) => ['sh', '-c', script, 'sh', source, out];
  const contestants = [
    { name: COPY, needs: 'openssl', command: sh('cp -r "$1" "$2" && openssl dgst -sha256 "$2"/*') },
    { name: 'tar cf', needs: 'tar', command: sh('tar cf "$2" -C "$(dirname "$1")" "$(basename "$1")"') },
    {
      name: 'tar cf, then openssl',
      needs: 'openssl',
      command: sh('tar cf "$2" "$1" && openssl dgst -sha256 "$2"'),
    },
    {
      name: ZIP,
      needs: 'zip',
      command: sh('mkdir "$2" && cd "$(dirname "$1")" && zip -q -0 -r "$2/out.zip" .'),
    },
  ];
  return contestants
    .filter(({ needs }) => hasProgram(needs))
    .map((contestant) => ({ ...contestant, before }));
}

function ours({ command, cwd, forgetAll, forgetPacks }) {
  return [
    { name: FIRST, command, cwd, before: forgetAll },
    { name: KNOWN, command, cwd, before: forgetPacks },
    { name: 'fmrelease pack, nothing changed', command, cwd },
  ];
}

/** Which of the promised figures these measurements miss. */
function judge(measurements) {
  const medianOf = (name) => measurements.find((measurement) => measurement.name === name)?.medianMs;
  const [copy, zip, known] = [medianOf(COPY), medianOf(ZIP), medianOf(KNOWN)];
  return [
    copy !== undefined && known > MOST_OF_COPY * copy && `${KNOWN}: more than ${MOST_OF_COPY} times ${COPY}`,
    zip !== undefined && known >= zip && `${KNOWN}: not faster than ${ZIP}`,
  ].filter((miss) => miss !== false);
}

function print({ megabytes, runs, how, measurements, misses }) {
  const title = `## Packing ${megabytes} MB (${runs} rounds, ${how})`;
  const verdict = misses.length === 0 ? ['Every target is met.'] : misses.map((miss) => `MISSED: ${miss}.`);
  console.log(
    [title, '', ...describeMachine(), '', ...renderTable(measurements), '', ...verdict, ''].join('\n'),
  );
}

const COPY = 'cp -r, then openssl dgst -sha256';
const ZIP = 'zip -0 -r';
const FIRST = 'fmrelease pack, first time';
const KNOWN = 'fmrelease pack, digests known';
const MOST_OF_COPY = 2.5;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: 'string' }, megabytes: { type: 'string' } } });
  const { misses } = await benchPack({
    runs: Number(values.runs ?? 9),
    megabytes: Number(values.megabytes ?? 133),
  });
  process.exitCode = misses.length === 0 ? 0 : 1;
}

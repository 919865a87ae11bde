#!/usr/bin/env node
// `fmrelease plan` with nothing to do over 100 adapters of 133 MB each: it must take less than a second and read no
// weights. Exits 1 when a target is missed. Usage: node bench/plan.mjs [--runs 7]
//
// Hashing 13 GB first would prove nothing about `plan`, so the project is made: tiny adapters are published, then
// their weights become sparse files of real size, whose digest is the same for all and computed once, and the
// matrix and the log entry are told the new digests.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine, hasProgram, measure, renderTable } from './measure.mjs';

/**
 * Measures and prints.
 *
 * @param {{ runs?: number }} [options]
 * @returns {Promise<{ measurements: readonly import('./measure.mjs').Measurement[], misses: readonly string[] }>}
 */
export async function benchPlan({ runs = 7 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-bench-'));
  try {
    await prepareProject(folder);
    const command = [process.execPath, CLI, 'plan', '--exit-code'];
    const contestants = [
      { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
      { name: `fmrelease plan, ${ADAPTERS} adapters, nothing to do`, command, cwd: folder },
    ];
    const measurements = measure(contestants, { runs, warmups: 1 });
    const reading = watchReading(command, folder);
    const misses = [
      ...(measurements[1].medianMs > MOST_MS ? [`planning takes more than ${MOST_MS} ms`] : []),
      ...(reading.weights.length > 0 ? [`it opens ${reading.weights.length} files of weights`] : []),
      ...(reading.bytes !== null && reading.bytes > MOST_READ_BYTES
        ? [`it reads ${reading.bytes} bytes`]
        : []),
    ];
    const verdict = misses.length === 0 ? ['Every target is met.'] : misses.map((miss) => `MISSED: ${miss}.`);
    console.log(
      [
        `## Planning (${runs} runs in turns)`,
        '',
        ...describeMachine(),
        '',
        ...renderTable(measurements),
        '',
        describeReading(reading),
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

async function prepareProject(folder) {
  const names = Array.from({ length: ADAPTERS }, (_, index) => `adapter_${String(index).padStart(3, '0')}`);
  writeFileSync(join(folder, 'fmrelease.config.json'), JSON.stringify(CONFIG));
  for (const name of names) writeAdapter(folder, name, TINY_PAYLOAD_BYTES);
  writeMatrix(folder, await readBuilds(folder, names));
  fmrelease(folder, 'publish', '--yes');
  for (const name of names) writeAdapter(folder, name, PAYLOAD_BYTES);
  const builds = await readBuilds(folder, names);
  writeMatrix(folder, builds);
  const log = join(folder, '.fmrelease/cdn/v1/channels/stable/log/1.json');
  const entry = JSON.parse(readFileSync(log, 'utf8'));
  const digests = new Map(builds.map(({ name, digest }) => [name, digest]));
  const packs = entry.packs.map((pack) => ({ ...pack, buildDigest: digests.get(pack.adapter) }));
  writeFileSync(log, `${JSON.stringify({ ...entry, packs }, null, 2)}\n`);
  if (!/^Nothing to do/m.test(fmrelease(folder, 'plan')))
    throw new Error('The made release is not what the matrix says.');
}

/** One tensor of `payloadBytes`, all of it a hole, and metadata that no other adapter has. */
function writeAdapter(folder, name, payloadBytes) {
  const path = join(folder, 'adapters', `${name}.fmadapter`);
  mkdirSync(path, { recursive: true });
  const metadata = {
    adapterIdentifier: `fmadapter-${name}-${SIGNATURE.slice(0, 7)}`,
    author: '3P developer',
    baseModelSignature: SIGNATURE,
    creatorDefined: {},
    description: '',
    license: '',
    loraRank: 32,
    speculativeDecodingDraftTokenCount: 5,
  };
  writeFileSync(join(path, 'metadata.json'), JSON.stringify(metadata, null, 4));
  const file = openSync(join(path, 'adapter_weights.bin'), 'w');
  try {
    const head = Buffer.alloc(128);
    head.writeUInt32LE(1, 0); //                         one record
    head.writeUInt32LE(2, 4); //                         container version
    head.writeUInt32LE(0xdeadbeef, 64); //               sentinel
    head.writeUInt32LE(1, 68); //                        fp16
    head.writeBigUInt64LE(BigInt(payloadBytes), 72); //  payload bytes
    head.writeBigUInt64LE(128n, 80); //                  payload start
    writeSync(file, head);
    ftruncateSync(file, 128 + payloadBytes);
  } finally {
    closeSync(file);
  }
}

async function readBuilds(folder, names) {
  const builds = [];
  for (const name of names) {
    const path = `adapters/${name}.fmadapter`;
    const lines = [];
    for (const file of ['adapter_weights.bin', 'metadata.json']) {
      const { size } = statSync(join(folder, path, file));
      lines.push(`${await digestOf(join(folder, path, file), size)} ${size} ${file}\n`);
    }
    const sizeBytes = lines.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
    const digest = `sha256:${createHash('sha256').update(lines.join('')).digest('hex')}`;
    builds.push({ name, path, digest, sizeBytes });
  }
  return builds;
}

/** Weights of one size are equal in this project, so each size is hashed once. */
async function digestOf(path, size) {
  const known = path.endsWith('.bin') ? weightDigests.get(size) : undefined;
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const digest = hash.digest('hex');
  if (path.endsWith('.bin')) weightDigests.set(size, digest);
  return digest;
}

function writeMatrix(folder, builds) {
  const adapters = builds.map(({ name, path, digest, sizeBytes }) => [
    name,
    {
      kind: 'fmadapter',
      platforms: ['iOS', 'macOS'],
      downloadPolicy: { onDemand: {} },
      builds: [
        {
          version: '1.0.0',
          path,
          addedAt: '2026-11-22T10:00:00Z',
          baseModelSignature: SIGNATURE,
          digest,
          sizeBytes,
        },
      ],
      serve: [{ baseModelSignature: SIGNATURE, version: '1.0.0' }],
    },
  ]);
  const matrix = { formatVersion: 1, systemModels: [], adapters: Object.fromEntries(adapters) };
  writeFileSync(join(folder, 'fmrelease.matrix.json'), JSON.stringify(matrix));
}

function fmrelease(folder, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`fmrelease ${args.join(' ')} exits ${status}:\n${stderr.slice(0, 2000)}`);
  return stdout;
}

/** The weights that a run opens (null without strace), and the bytes it reads in all (null without /proc). */
function watchReading(command, cwd) {
  const trace = join(cwd, 'trace.txt');
  const report = join(cwd, 'read-bytes.txt');
  const traced = hasProgram('strace') ? ['strace', '-f', '-qq', '-e', 'trace=open,openat', '-o', trace] : [];
  if (traced.length > 0) spawnSync(traced[0], [...traced.slice(1), ...command], { cwd, stdio: 'ignore' });
  const atExit = `process.on('exit',()=>require('fs').writeFileSync(${JSON.stringify(report)},require('fs').readFileSync('/proc/self/io')))`;
  const [node, ...args] = command;
  const preload = join(cwd, 'count.cjs');
  writeFileSync(preload, atExit);
  spawnSync(node, ['--require', preload, ...args], { cwd, stdio: 'ignore' });
  const opened = traced.length === 0 ? null : readFileSync(trace, 'utf8').split('\n');
  return {
    traced: opened !== null,
    weights: (opened ?? []).filter((line) => line.includes('adapter_weights.bin')),
    bytes:
      process.platform === 'linux' ? Number(/rchar: (\d+)/.exec(readFileSync(report, 'utf8'))?.[1]) : null,
  };
}

const describeReading = ({ traced, weights, bytes }) =>
  [
    traced
      ? `Files of weights opened, as strace sees it: ${weights.length}.`
      : 'No strace here: opened files not watched.',
    bytes === null
      ? 'No /proc here: bytes not counted.'
      : `Bytes read by the process, its own code included: ${(bytes / 1e6).toFixed(1)} MB of ${((ADAPTERS * PAYLOAD_BYTES) / 1e9).toFixed(1)} GB.`,
  ].join(' ');

const ADAPTERS = 100;
const PAYLOAD_BYTES = 133_000_000 - (133_000_000 % 64);
const TINY_PAYLOAD_BYTES = 256;
const MOST_MS = 1000;
const MOST_READ_BYTES = 20e6;
const SIGNATURE = '9799725ff8e851184037110b422d891ad3b92ec1';
const CONFIG = {
  support: { iOS: '>=26.0', macOS: '>=26.0' },
  targets: { local: { kind: 'directory', path: '.fmrelease/cdn', publicUrl: 'http://127.0.0.1:8787/' } },
};
const CLI = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const weightDigests = new Map();

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: 'string' } } });
  const { misses } = await benchPlan({ runs: Number(values.runs ?? 7) });
  process.exitCode = misses.length === 0 ? 0 : 1;
}

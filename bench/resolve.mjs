// How many resolutions one thread makes in a second: 100 adapters × 20 system models, devices drawn beforehand with a
// fixed seed. Prints one JSON line. Measures the built library; without a build it bundles src/ in memory.
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const ADAPTERS = 100;
const SYSTEM_MODELS = 20;
const QUERIES = 100_000;
const RUNS = 5;
const TARGET_PER_SECOND = 500_000;

const resolve = await loadResolve();
const random = mulberry32(20260930);
const systemModels = Array.from({ length: SYSTEM_MODELS }, (_, index) => systemModelAt(index));
const adapters = Array.from({ length: ADAPTERS }, (_, index) => adapterAt(index));
const queries = Array.from({ length: QUERIES }, () => ({ adapter: pick(adapters), device: drawDevice() }));

runOnce(); // warms the compiler up
const perSecond = Array.from({ length: RUNS }, runOnce).sort((a, b) => a - b);
const median = Math.round(perSecond[Math.floor(RUNS / 2)]);
console.log(
  JSON.stringify({
    bench: 'resolve',
    adapters: ADAPTERS,
    systemModels: SYSTEM_MODELS,
    perSecond: median,
    slowest: Math.round(perSecond[0]),
    fastest: Math.round(perSecond[RUNS - 1]),
    runs: RUNS,
    target: TARGET_PER_SECOND,
    met: median >= TARGET_PER_SECOND,
    states: countStates(),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
  }),
);

function runOnce() {
  const started = process.hrtime.bigint();
  let covered = 0;
  for (const { adapter, device } of queries) {
    if (resolve(adapter, systemModels, device).state === 'covered') covered++;
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (covered === 0) throw new Error('No query was covered: the fixture no longer fits the library.');
  return QUERIES / seconds;
}

function countStates() {
  const counts = {};
  for (const { adapter, device } of queries) {
    const { state } = resolve(adapter, systemModels, device);
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

async function loadResolve() {
  const built = new URL('../dist/src/index.js', import.meta.url);
  if (existsSync(built)) {
    const library = await import(built.href);
    if (typeof library.resolve === 'function') return library.resolve;
  }
  const { build } = await import('esbuild');
  const bundled = await build({
    entryPoints: [fileURLToPath(new URL('../src/matrix/resolve.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    write: false,
  });
  const source = Buffer.from(bundled.outputFiles[0].contents).toString('base64');
  return (await import(`data:text/javascript;base64,${source}`)).resolve;
}

/** Every tenth row can load no adapter; the others take turns with one OS minor version and one signature each. */
function systemModelAt(index) {
  const range = {
    from: [26 + Math.floor(index / 10), index % 10, 0],
    below: [26 + Math.floor((index + 1) / 10), (index + 1) % 10, 0],
  };
  const sunset = index % 10 === 9;
  return {
    id: `model-${index}`,
    os: { iOS: range, macOS: range },
    variant: null,
    signature: sunset ? null : { digits: signatureAt(index), complete: true },
    adapterSupport: sunset ? 'unsupported' : 'supported',
    toolkit: null,
    certainty: 'proved',
    evidence: [],
  };
}

function adapterAt(index) {
  const carried = systemModels.flatMap(({ signature }) => (signature === null ? [] : [signature.digits]));
  const builds = carried.map((baseModelSignature) => ({
    version: '1.0.0',
    path: `adapters/a${index}.fmadapter`,
    addedAt: '2026-11-22T10:00:00Z',
    baseModelSignature,
    digest: `sha256:${'0'.repeat(64)}`,
    sizeBytes: 160_000_000,
    draft: false,
    toolkit: null,
    evals: [],
  }));
  const serve = carried.map((signature, place) => ({
    subject: { kind: 'signature', signature },
    decision:
      place % 5 === 4
        ? { kind: 'none', fallback: 'base-model', reason: null, until: null }
        : { kind: 'build', version: '1.0.0' },
  }));
  return {
    name: `a${index}`,
    kind: 'fmadapter',
    packId: null,
    platforms: ['iOS', 'macOS'],
    downloadPolicy: { onDemand: {} },
    builds,
    serve,
  };
}

/** Half of the devices report their signature, one in fifty a signature that no row carries. */
function drawDevice() {
  const index = Math.floor(random() * SYSTEM_MODELS);
  const os = [26 + Math.floor(index / 10), index % 10, Math.floor(random() * 3)];
  const platform = pick(['iOS', 'macOS']);
  const digits = random() < 0.02 ? 'f'.repeat(40) : systemModels[index].signature?.digits;
  return random() < 0.5 && digits !== undefined
    ? { platform, os, signature: digits.slice(0, pick([7, 40])) }
    : { platform, os };
}

function pick(items) {
  return items[Math.floor(random() * items.length)];
}

/** Forty digits that differ from the first one on, as real signatures do. */
function signatureAt(index) {
  return Array.from({ length: 40 }, (_, place) =>
    ((index * 7 + place * 5 + ((index * place) % 11)) % 16).toString(16),
  ).join('');
}

/** A small seeded generator, so that every run measures the same queries. */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// Times whole processes side by side: every contestant runs once per round, so that a busy moment of the machine
// touches all of them alike. Reports minimum, median and the highest peak memory.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { arch, cpus, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {readonly string[]} command - program and arguments
 * @property {string} [cwd]
 * @property {Record<string, string>} [env] - added to the environment
 * @property {() => void} [before] - runs untimed before each run, such as removing the last output
 */

/**
 * @typedef {object} Measurement
 * @property {string} name
 * @property {readonly number[]} ms - wall time of each run, in order
 * @property {number} minMs
 * @property {number} medianMs
 * @property {number | null} peakBytes - highest resident size of any run; null where it cannot be measured
 */

/**
 * Runs the contestants in turn, `runs` rounds after `warmups` unmeasured ones.
 *
 * @param {readonly Contestant[]} contestants
 * @param {{ runs?: number, warmups?: number }} [options]
 * @returns {readonly Measurement[]} in the order of the contestants
 */
export function measure(contestants, { runs = 7, warmups = 1 } = {}) {
  const results = contestants.map(({ name }) => ({ name, ms: [], peaks: [] }));
  for (let round = -warmups; round < runs; round++) {
    contestants.forEach((contestant, index) => {
      const { ms, peakBytes } = runOnce(contestant);
      if (round < 0) return;
      results[index].ms.push(ms);
      results[index].peaks.push(peakBytes);
    });
  }
  return results.map(({ name, ms, peaks }) => ({
    name,
    ms,
    minMs: Math.min(...ms),
    medianMs: median(ms),
    peakBytes: peaks.includes(null) ? null : Math.max(...peaks),
  }));
}

function runOnce({ name, command, cwd, env = {}, before }) {
  before?.();
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...inherited } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'fmrelease-measure-'));
  const peakFile = join(folder, 'peak');
  const wrapped = HAS_GNU_TIME ? [GNU_TIME, '--format=%M', `--output=${peakFile}`, ...command] : command;
  try {
    const start = performance.now();
    const { status, error, stderr } = spawnSync(wrapped[0], wrapped.slice(1), {
      cwd,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ms = performance.now() - start;
    if (status !== 0) throw new Error(`${name} failed (${error?.message ?? status}):\n${stderr}`);
    return { ms, peakBytes: HAS_GNU_TIME ? Number(readFileSync(peakFile, 'utf8').trim()) * 1024 : null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What the figures were measured on, as Markdown lines. */
export function describeMachine() {
  const [cpu] = cpus();
  return [
    `- ${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `- ${platform()} ${release()} ${arch()}, Node.js ${process.version}`,
    `- ${new Date().toISOString().slice(0, 10)}${HAS_GNU_TIME ? '' : '; no GNU time: peak memory not measured'}`,
  ];
}

/**
 * A Markdown table of the measurements, each with its ratio to the median of the first.
 *
 * @param {readonly Measurement[]} measurements
 */
export function renderTable(measurements) {
  const base = measurements[0]?.medianMs ?? 1;
  const rows = measurements.map(({ name, minMs, medianMs, peakBytes }) => {
    const peak = peakBytes === null ? '–' : `${Math.round(peakBytes / 2 ** 20)} MiB`;
    return `| ${name} | ${Math.round(minMs)} | ${Math.round(medianMs)} | ${(medianMs / base).toFixed(2)} | ${peak} |`;
  });
  return ['| | min ms | median ms | ratio | peak memory |', '|---|--:|--:|--:|--:|', ...rows];
}

/** True when a program of this name can be started. */
export const hasProgram = (name) =>
  spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;

const GNU_TIME = '/usr/bin/time';
const HAS_GNU_TIME =
  existsSync(GNU_TIME) && spawnSync(GNU_TIME, ['--format=%M', 'true'], { stdio: 'ignore' }).status === 0;

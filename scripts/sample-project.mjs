// A project with half a year of releases behind it, made by the command line alone: three adapters, two base model
// signatures, a rollback, a decline, an OS share table and a gap that a new OS version brought. For the picture of the
// report. Nothing in it was trained or measured; the system model of OS 26.6 is made up.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSampleAdapter } from './sample-adapter.mjs';

/**
 * Writes the project into an empty folder.
 *
 * @param {string} folder
 * @param {{ megabytes?: number }} [options] - the size of each adapter; 133 is that of a real export
 */
export function makeSampleProject(folder, { megabytes = 133 } = {}) {
  const run = (date, ...args) => fmrelease(folder, date, args);
  const release = (date, message) => run(date, 'publish', '--yes', '--message', message);
  const add = (date, name, version, { signature, platforms = [] } = {}) => {
    const out = join(folder, 'adapters', version, (signature ?? '').slice(0, 7));
    const seed = [...`${name}${version}`].reduce(
      (sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521,
      7,
    );
    const path = writeSampleAdapter({ out, name, signature, megabytes, seed });
    const only = platforms.flatMap((platform) => ['--platform', platform]);
    run(date, 'adapter', 'add', path.slice(folder.length + 1), '--build', version, ...only);
  };
  writeFileSync(join(folder, 'fmrelease.config.json'), JSON.stringify(CONFIG, null, 2));
  add('2026-01-12', 'summarizer', '1.0.0');
  release('2026-01-12', 'The first release');
  add('2026-02-20', 'translator', '1.0.0');
  release('2026-02-20', 'Translator joins');
  add('2026-04-14', 'summarizer', '1.1.0');
  release('2026-04-14', 'Summaries keep names');
  add('2026-05-27', 'tagger', '1.0.0', { platforms: ['iOS'] });
  release('2026-05-27', 'Tags on iPhone and iPad');
  add('2026-07-03', 'translator', '1.1.0');
  release('2026-07-03', 'Translator 1.1');
  run('2026-07-06', 'rollback', '--to', '4', '--yes', '--message', 'Translator 1.1 repeats itself');
  add('2026-08-10', 'translator', '1.2.0');
  release('2026-08-10', 'Translator 1.2');
  addSystemModels(folder);
  add('2026-08-21', 'summarizer', '1.2.0', { signature: NEW_SIGNATURE });
  const reason = 'no build for this signature yet';
  run('2026-08-21', 'adapter', 'decline', 'translator', '--signature', NEW_SIGNATURE, '--reason', reason);
  run('2026-08-21', 'publish', '--yes', '--allow-gap', '--message', 'Summarizer for OS 26.6');
}

/** Splits the newest row of OS 26: from 26.6 on, devices carry another signature. */
function addSystemModels(folder) {
  const path = join(folder, 'fmrelease.matrix.json');
  const matrix = JSON.parse(readFileSync(path, 'utf8'));
  const on = (range) => ({ iOS: range, macOS: range, visionOS: range });
  const row = (id, range, baseModelSignature, certainty) => ({
    id,
    os: on(range),
    baseModelSignature,
    adapterSupport: 'deprecated',
    toolkit: '26.0.0',
    certainty,
    evidence: [{ kind: 'device-probe', reference: 'example', date: '2026-08-20' }],
  });
  const systemModels = [
    row('os26.5', '>=26.5 <26.6', OS_26_SIGNATURE, 'proved'),
    row('os26.6', '>=26.6 <27.0', NEW_SIGNATURE, 'inferred'),
  ];
  writeFileSync(path, JSON.stringify({ ...matrix, systemModels }, null, 2));
}

/** Runs the built command line on a day; its output, or an error with what it said. */
export function fmrelease(folder, date, args) {
  const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env;
  const env = { ...inherited, SOURCE_DATE_EPOCH: String(Date.parse(`${date}T09:30:00Z`) / 1000) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`fmrelease ${args.join(' ')} exits ${status}:\n${stderr}`);
  return stdout;
}

const CLI = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const OS_26_SIGNATURE = '9799725ff8e851184037110b422d891ad3b92ec1';
const NEW_SIGNATURE = '4c1f03b7d85a2e6690b7c3a1e5f82d4470a96b1e';
const CONFIG = {
  support: { iOS: '>=26.0', macOS: '>=26.0' },
  channels: ['stable'],
  targets: {
    cdn: { kind: 'directory', path: '.fmrelease/cdn', publicUrl: 'https://cdn.example.com/editor/' },
  },
  fleet: {
    iOS: { 26.1: 0.08, 26.3: 0.11, '26.4.1': 0.19, 26.5: 0.24, 26.6: 0.21, '27.0': 0.12 },
    macOS: { 26.2: 0.12, 26.4: 0.22, 26.5: 0.31, 26.6: 0.14, '27.0': 0.16 },
  },
};

#!/usr/bin/env node
// `npm run test:mutants`: bugs put in on purpose, each of which some test must find. Bugs in the source go into copies
// of it, one at a time, and the one test that must fail is run there; the same test passes before, on the copy as it is.
// Bugs that the simulations wrap around the publisher or its store are found by their checkers. Prints the table; exits
// 1 when a bug survives, when its text is no longer in the source, or when a test fails without it.
// `node scripts/test-mutants.mjs clock` takes only those whose description holds that word.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, root } from './bootstrap.mjs';
import { SOURCE_MUTANTS } from './mutants.mjs';

/** The suites that find bugs by themselves: one row for each bug that they report. */
const SIMULATIONS = [
  { test: 'test/publish/simulation.test.ts', seeded: 'around the publisher or its store' },
  { test: 'test/prune/simulation.test.ts', seeded: 'around the stores of publishers and pruners' },
];

/** What a test of the publisher may need beside the source. */
const COPIED = [
  ...['src', 'test', 'schemas', 'scripts', 'templates', 'commands', 'bin', 'dist', 'docs'],
  ...['package.json', 'oclif.manifest.json', 'tsconfig.json', 'vitest.config.ts'],
];

bootstrap();
const [word = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'fmrelease-mutants-'));
try {
  const chosen = SOURCE_MUTANTS.filter(({ bug }) => bug.includes(word));
  const checked = chosen.map((mutant) => ({ mutant, error: faultOf(mutant) }));
  const copies = ['a', 'b'].map((name) => copyTo(join(folder, name)));
  const sound = new Map();
  const jobs = [
    ...(word === '' ? SIMULATIONS : []).map((simulation) => (copy) => runSimulation(copy, simulation)),
    ...checked.map(({ mutant, error }) => async (copy) => [await tryMutant(copy, mutant, error, sound)]),
  ];
  const rows = await workThrough(jobs, copies);
  console.log(table(rows).join('\n'));
  const survivors = rows.filter(({ killed }) => !killed);
  console.log(`\n${rows.length - survivors.length} of ${rows.length} bugs found.`);
  for (const { bug, note } of survivors) console.log(`NOT FOUND: ${bug} (${note})`);
  process.exitCode = rows.length > 0 && survivors.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Why a mutant cannot be put in; null when it can. */
function faultOf({ file, text, instead }) {
  const found = readFileSync(join(root, file), 'utf8').split(text).length - 1;
  if (found !== 1) return `its text stands ${found} times in ${file}, expected once`;
  return text === instead ? 'it changes nothing' : null;
}

function copyTo(copy) {
  for (const name of COPIED)
    if (existsSync(join(root, name))) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Every copy takes the next job when it is done with one. */
async function workThrough(jobs, copies) {
  const results = jobs.map(() => []);
  let next = 0;
  await Promise.all(
    copies.map(async (copy) => {
      for (let index = next++; index < jobs.length; index = next++) {
        results[index] = await jobs[index](copy);
        for (const { bug, killed } of results[index])
          process.stderr.write(`${killed ? 'found' : 'NOT FOUND'}: ${bug}\n`);
      }
    }),
  );
  return results.flat();
}

async function tryMutant(copy, { bug, file, text, instead, test, name }, error, sound) {
  const row = { bug, seeded: file, test, name, cost: '' };
  if (error !== null) return { ...row, killed: false, note: error };
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const key = `${test} ${name}`;
  if (!sound.has(key)) sound.set(key, runTest(copy, test, name));
  const before = await sound.get(key);
  if (before.passed === 0 || before.failed > 0)
    return { ...row, killed: false, note: `without it: ${before.passed} passed, ${before.failed} failed` };
  writeFileSync(
    path,
    original.replace(text, () => instead),
  );
  try {
    const { passed, failed, seconds } = await runTest(copy, test, name);
    // A file that cannot even be loaded runs no test: that would prove nothing.
    if (failed > 0) return { ...row, killed: true, cost: `${seconds.toFixed(1)} s` };
    return { ...row, killed: false, note: passed === 0 ? 'no test ran' : `${passed} tests passed with it` };
  } finally {
    writeFileSync(path, original);
  }
}

async function runSimulation(copy, { test, seeded }) {
  const notes = join(copy, 'found.jsonl');
  rmSync(notes, { force: true });
  const { titles } = await runTest(copy, test, 'the checker finds the bug', {
    FMRELEASE_MUTANT_REPORT: notes,
  });
  const found = (existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : []).map((line) =>
    JSON.parse(line),
  );
  if (titles.length === 0)
    return [{ bug: `the bugs of ${test}`, seeded, test, killed: false, note: 'no test ran' }];
  return titles.map(({ title, passed }) => {
    const start = title.replace(/^the checker finds the bug: '?|…?'?$/g, ''); // long titles are cut
    const { bug = start, histories } = found.find((one) => one.bug.startsWith(start)) ?? {};
    const killed = passed && histories !== undefined;
    const cost = killed ? (histories === 1 ? '1 history' : `${histories} histories`) : '';
    return { bug, seeded, test, name: '', cost, killed, note: 'no checker saw it' };
  });
}

/** Runs the tests of one file whose names hold `name`; resolves to how many passed and failed. */
async function runTest(copy, test, name, env = {}) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const began = performance.now();
  const args = [
    'run',
    test,
    '--reporter=json',
    `--outputFile=${report}`,
    ...(name === '' ? [] : ['-t', name]),
  ];
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: copy,
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const seconds = (performance.now() - began) / 1000;
  if (!existsSync(report)) return { passed: 0, failed: 0, seconds, titles: [] };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const titles = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .map(({ title, status }) => ({ title, passed: status === 'passed' }));
  return { passed: numPassedTests, failed: numFailedTests, seconds, titles };
}

function table(rows) {
  return [
    '| bug | seeded in | found by | in |',
    '|---|---|---|--:|',
    ...rows.map(({ bug, seeded, test, cost, killed }) => {
      const where = seeded.endsWith('.ts') ? `\`${seeded}\`` : seeded;
      return `| ${bug} | ${where} | ${killed ? `\`${test}\`` : 'nothing'} | ${cost} |`;
    }),
  ];
}

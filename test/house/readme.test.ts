import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSampleAdapter } from '../../scripts/sample-adapter.mjs';
import { toPattern } from '../support/shown-output.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({
  kind,
  text: text ?? '',
}));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmrelease-readme-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every command block of the README is of a kind that is executed here', () => {
  const kinds = new Set(blocks.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(['console', 'sh', 'text', 'ts']);
  const commands = blocks
    .filter(({ kind }) => kind === 'text')
    .flatMap(({ text }) => text.match(/^(npm|fmrelease) .*/gm) ?? []);
  expect(commands).toEqual(['npm install --save-dev fmrelease']); // executed by test/house/package.test.ts
});

describe('the two commands that do everything', () => {
  const commands = blocks
    .filter(({ kind }) => kind === 'sh')
    .flatMap(({ text }) =>
      text
        .trim()
        .split('\n')
        .map((line) => line.replace(/\s+#.*/, '')),
    );

  test('are npm run demo and npm test, and CI calls the second', () => {
    expect(commands).toEqual(['npm run demo', 'npm test']);
    expect(readFileSync(join(root, '.ci/run'), 'utf8')).toMatch(/^npm test /m);
  });

  test('npm run demo publishes on the first run and finds nothing to do on the second', () => {
    const clone = join(folder, 'clone');
    copyCheckout(clone);
    const first = npmRunDemo(clone);
    expect(first.status, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/Published local\/stable revision 1\./);
    const second = npmRunDemo(clone);
    expect(second.status, second.stderr).toBe(0);
    expect(second.stdout).toMatch(/Nothing to do: local\/stable stays at revision 1\./);
    expect(second.stdout).not.toMatch(/Published/);
    rmSync(clone, { recursive: true, force: true });
  }, 240_000);
});

describe('the tour, in order', () => {
  const steps = blocks.filter(({ kind }) => kind === 'console').flatMap(({ text }) => readSteps(text));

  test.each(steps)('$command', ({ command, output }) => {
    const project = join(folder, 'project');
    prepareProject(project);
    const { status, stdout, stderr } = runShell(command, project);
    expect(status, `${stdout}${stderr}`).toBe(0);
    expect(stdout).toMatch(toPattern(output));
  });
});

interface Step {
  readonly command: string;
  readonly output: string;
}

/** `$ command` lines with the output that follows each. */
function readSteps(text: string): readonly Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...output] = step.split('\n');
      return { command, output: output.join('\n').trim() };
    });
}

function prepareProject(project: string): void {
  mkdirSync(join(project, 'bin'), { recursive: true });
  const shim = join(project, 'bin', 'fmrelease');
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'bin/run.js')}" "$@"\n`);
  chmodSync(shim, 0o755);
  if (prepared) return;
  prepared = true;
  writeSampleAdapter({ out: join(project, 'adapters'), name: 'summarizer' });
}

let prepared = false;

const runShell = (command: string, cwd: string) =>
  spawnSync('/bin/sh', ['-c', command], {
    cwd,
    encoding: 'utf8',
    env: cleanEnvironment({ PATH: `${join(cwd, 'bin')}${delimiter}${process.env['PATH'] ?? ''}` }),
  });

const npmRunDemo = (cwd: string) =>
  spawnSync('npm', ['run', 'demo'], { cwd, encoding: 'utf8', env: cleanEnvironment({}) });

/** A copy of the working tree as a clone would have it, but for what `npm ci` and the build would make again. */
function copyCheckout(to: string): void {
  const left = new Set(['node_modules', '.git', '.fmrelease', 'adapters', 'coverage']);
  cpSync(root, to, {
    recursive: true,
    filter: (path) => !left.has(path.slice(root.length).split('/')[0] ?? '') || path === root,
    preserveTimestamps: true,
  });
  // Newer than what was installed, the lock would have the demo run `npm ci`, which empties the folder behind the link.
  utimesSync(join(to, 'package-lock.json'), 0, 0);
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'));
}

function cleanEnvironment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const left =
    /^(CI|NODE_EXTRA_CA_CERTS|FMRELEASE_.*|FORCE_COLOR|NO_COLOR|SOURCE_DATE_EPOCH|GITHUB_.*|npm_.*)$/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !left.test(name))), ...own };
}

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CliProject,
  copyOf,
  emptyProject,
  publishedProject,
  registeredProject,
} from '../support/cli-project.ts';
import { makeAdapter, makeContainer } from '../support/make-adapter.ts';
import { onTerminal, PYTHON } from '../support/on-terminal.ts';
import { CLI, cliEnvironment } from '../support/run-cli.ts';
import { expectPlainError, readDocument } from './documents.ts';

let registered: CliProject;
let published: CliProject;

beforeAll(async () => {
  [registered, published] = await Promise.all([
    registeredProject({ keep: true }),
    publishedProject({ keep: true }),
  ]);
});
afterAll(() => {
  registered.remove();
  published.remove();
});

const REVISION_1 = '.fmrelease/cdn/v1/channels/stable/log/1.json';
const hasRelease = (project: CliProject): boolean => {
  try {
    return project.read(REVISION_1) !== '';
  } catch {
    return false;
  }
};

describe('without a terminal nothing asks', () => {
  const COMMANDS = [{ args: ['publish'] }, { args: ['rollback', '--to', '1'] }];

  test.each(COMMANDS)('$args without --yes exits 2 and names the flag', async ({ args }) => {
    const project = copyOf(published);
    for (const stdin of ['empty', 'closed', { text: 'y\n' }] as const) {
      const plain = await project.run(args, { stdin });
      const json = await project.run([...args, '--json'], { stdin });
      expect([plain.code, json.code]).toEqual([2, 2]);
      expect(expectPlainError(plain)).toBe('CONFIRMATION_REQUIRED');
      expect(plain.stderr).toContain('Try this: Pass --yes');
      expect(readDocument(json).error).toMatchObject({ code: 'CONFIRMATION_REQUIRED' });
    }
    expect(project.hash()).toBe(published.hash());
  });
});

describe.skipIf(PYTHON === null)('on a pseudo-terminal (skipped without python3)', () => {
  test('publish asks on the terminal; n changes nothing and exits 2', async () => {
    const project = copyOf(registered);
    const { code, terminal, stdout } = onTerminal(project, ['publish'], {
      answers: [[ASKED, 'n\r']],
      pipe: true,
    });
    expect(code, terminal).toBe(2);
    expect(stdout).toBe('');
    expect(terminal).toContain('Publish to local/stable? [y/N]');
    expect(terminal).toContain('First release: revision 1.');
    expect(terminal).toContain('Code: ABORTED_BY_USER');
    expect(project.hash()).toBe(registered.hash());
  });

  test.each(['y\r', 'yes\r', 'Y\r'])('publish asks; %j publishes', async (answer) => {
    const project = copyOf(registered);
    const { code, terminal, stdout } = onTerminal(project, ['publish'], {
      answers: [[ASKED, answer]],
      pipe: true,
    });
    expect(code, terminal).toBe(0);
    expect(stdout).toMatch(/^Published local\/stable revision 1\.$/m);
    expect(stdout).not.toContain('[y/N]');
    expect(hasRelease(project)).toBe(true);
  });

  test.each([
    { why: 'Enter alone', typed: '\r', code: 2 },
    { why: 'Ctrl-D', typed: '\u0004', code: 2 },
    { why: 'Ctrl-C', typed: '\u0003', code: 130 },
  ])('$why is no consent and exits $code', async ({ typed, code }) => {
    const project = copyOf(registered);
    const run = onTerminal(project, ['publish'], { answers: [[ASKED, typed]] });
    expect(run.code, run.terminal).toBe(code);
    expect(run.terminal).not.toMatch(/unsettled|Warning/);
    expect(project.hash()).toBe(registered.hash());
  });

  test('rollback asks too', async () => {
    const project = copyOf(published);
    const run = onTerminal(project, ['rollback', '--to', '1'], { answers: [[ASKED, 'y\r']] });
    expect(run.code, run.terminal).toBe(0);
    expect(run.terminal).toContain('Roll local/stable back to revision 1? [y/N]');
  });

  test.each([
    { why: '--json', args: ['publish', '--json'], env: {} },
    { why: 'CI', args: ['publish'], env: { CI: '1' } },
  ])('$why never asks, terminal or not', async ({ args, env }) => {
    const project = copyOf(registered);
    const run = onTerminal(project, args, { env });
    expect(run.code, run.terminal).toBe(2);
    expect(run.terminal).toContain('CONFIRMATION_REQUIRED');
    expect(run.terminal).not.toContain('[y/N]');
    expect(project.hash()).toBe(registered.hash());
  });

  test.each([
    { args: ['plan', '--out', 'plan.json'] },
    { args: ['adapter', 'add', 'adapters/translator.fmadapter', '--build', '1.0.0'] },
    { args: ['init'] },
  ])('$args writes locally and never asks', async ({ args }) => {
    const run = onTerminal(copyOf(registered), args);
    expect(run.code, run.terminal).toBe(0);
    expect(run.terminal).not.toContain('[y/N]');
  });

  test('init asks for what an app needs and was not told, and goes on with empty answers for the rest', async () => {
    const project = emptyProject();
    const run = onTerminal(project, ['init', '--app', 'MyApp', '--bundle-id', 'com.example.app'], {
      answers: [
        ['Who hosts the packs', 'managed\r'],
        ['The app group', 'group.com.example.app\r'],
        ['Platforms:', '\r'],
        ['An adapter:', '\r'],
      ],
    });
    expect(run.code, run.terminal).toBe(0);
    expect(run.terminal).not.toContain('The bundle id');
    expect(project.read('MyApp/Extension/DownloaderExtension.swift')).toContain('ManagedDownloaderExtension');
    expect(project.read('MyApp/Shared/AdapterSettings.swift')).toContain('"group.com.example.app"');
    const refused = emptyProject();
    const wrong = onTerminal(
      refused,
      ['init', '--app', 'MyApp', '--hosting', 'apple', '--bundle-id', 'a.b'],
      {
        answers: [['The app group', 'mine\r']],
      },
    );
    expect(wrong.code).toBe(2);
    expect(() => refused.read('fmrelease.config.ts')).toThrow();
  });

  test('the bar is drawn on stderr and wiped; --quiet draws none', async () => {
    const project = copyOf(registered);
    makeAdapter(join(project.root, 'adapters'), {
      weights: makeContainer([{ payload: Buffer.alloc(4_000_000) }]),
    });
    await project.prepare('adapter', 'add', 'adapters/summarizer.fmadapter', '--build', '2.0.0');
    const quiet = onTerminal(copyOf(project), ['publish', '--yes', '--quiet'], { pipe: true });
    expect(quiet).toMatchObject({ code: 0, terminal: '' });
    const { stdout, terminal } = onTerminal(project, ['publish', '--yes'], { pipe: true });
    expect(terminal).toMatch(/[█░]{24} .+ of .+MB/);
    expect(terminal.endsWith('\r\u001b[2K')).toBe(true);
    expect(stdout).not.toMatch(/[█░\r]/);
  });

  test.each([
    { why: 'a terminal shows colours', args: [], env: {}, coloured: true },
    { why: 'NO_COLOR forbids them', args: [], env: { NO_COLOR: '1' }, coloured: false },
    { why: 'an empty NO_COLOR does not', args: [], env: { NO_COLOR: '' }, coloured: true },
    { why: 'FORCE_COLOR=0 forbids them', args: [], env: { FORCE_COLOR: '0' }, coloured: false },
    { why: '--no-color forbids them', args: ['--no-color'], env: { FORCE_COLOR: '1' }, coloured: false },
    { why: 'a dumb terminal shows none', args: [], env: { TERM: 'dumb' }, coloured: false },
  ])('$why', async ({ args, env, coloured }) => {
    const run = onTerminal(registered, ['adapter', 'list', ...args], { env });
    expect(run.code).toBe(0);
    expect(run.terminal.includes('\u001b[1m')).toBe(coloured);
  });
});

describe('colours and pipes without a terminal', () => {
  test.each([
    { why: 'a pipe', env: {}, coloured: false },
    { why: 'FORCE_COLOR', env: { FORCE_COLOR: '1' }, coloured: true },
    { why: 'NO_COLOR against FORCE_COLOR', env: { FORCE_COLOR: '1', NO_COLOR: '1' }, coloured: false },
  ])('$why', async ({ env, coloured }) => {
    const run = await registered.run(['adapter', 'list'], { env });
    expect(run.stdout.includes('\u001b[')).toBe(coloured);
  });

  test('a document never has colours', async () => {
    const run = await registered.run(['plan', '--json'], { env: { FORCE_COLOR: '1' } });
    expect(run.stdout + run.stderr).not.toContain('\u001b');
  });

  test('a reader that has seen enough ends it quietly', async () => {
    const line = `'${process.execPath}' '${CLI}' systems 2>err.txt | head -1; cat err.txt`;
    const output = spawnSync('sh', ['-c', line], {
      cwd: copyOf(registered).root,
      env: cliEnvironment(),
      encoding: 'utf8',
    });
    expect(output.stdout.split('\n')).toHaveLength(2);
    expect(output.stdout).toMatch(/^os26\.0 /);
    expect(output.stderr).toBe('');
  });

  test('a reader that is gone before the first word ends it quietly', async () => {
    const child = spawn(process.execPath, [CLI, 'systems', '--json'], {
      cwd: registered.root,
      env: cliEnvironment(),
    });
    child.stdout.destroy();
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });
});

const ASKED = '\\[y/N\\] ';

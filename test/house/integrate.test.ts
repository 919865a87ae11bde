import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliProject, emptyProject } from '../support/cli-project.ts';
import { makeAdapter } from '../support/make-adapter.ts';
import { CLI, cliEnvironment, PACKAGE_ROOT } from '../support/run-cli.ts';
import { toPattern } from '../support/shown-output.ts';
import { swiftFaults } from '../templates/parse-swift.ts';

const page = readFileSync(join(PACKAGE_ROOT, 'docs', 'integrate.md'), 'utf8');
const blocks = [...page.matchAll(/^ {0,3}```(\w+)\n([\s\S]*?)^ {0,3}```$/gm)].map(([, kind, text]) => ({
  kind,
  text: text ?? '',
}));

let project: CliProject;
beforeAll(() => {
  project = emptyProject({ keep: true });
  makeAdapter(join(project.root, 'adapters'));
  const shim = join(project.root, 'bin', 'fmrelease');
  mkdirSync(join(project.root, 'bin'));
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  chmodSync(shim, 0o755);
});
afterAll(() => project.remove());

/** Blocks in the order of the page: what is typed and shown, and what is edited into a file. */
const STEPS = blocks.flatMap(({ kind, text }) => {
  if (kind === 'console') return [{ what: text.split('\n', 1)[0] ?? '', text }];
  if (kind === 'ts' || (kind === 'swift' && text.includes('<public key>')))
    return [{ what: `edit: ${kind}`, text }];
  return [];
});

describe('docs/integrate.md, followed to the letter', () => {
  test('has no block that nothing follows', () => {
    const left = blocks.filter(({ kind, text }) => kind !== 'console' && !text.includes('<public key>'));
    expect(left.map(({ text }) => text.trim().split('\n')[0]?.trim())).toEqual([
      'npm install --save-dev fmrelease', // test/house/package.test.ts installs the package
      'let loaded = await AdapterLoader.shared.model(for: "summarizer")', // parsed below
      'fmrelease policy', // test/policy: it needs a bucket, which the page does not make
      expect.stringMatching(/^xcrun ba-package foundation-models package --adapter-path /), // Apple's own tool
    ]);
    expect(STEPS.length).toBeGreaterThan(9);
  });

  test.each(STEPS)('$what', async ({ what, text }) => {
    if (what === 'edit: ts')
      return edit('fmrelease.config.ts', "  channels: ['stable'],\n", (line) => line + withKey(text));
    if (what === 'edit: swift')
      return edit(
        'MyApp/Shared/AdapterSettings.swift',
        '  public static let acceptedKeys: [String] = []\n',
        () => withKey(text),
      );
    const [command = '', ...output] = text.trim().slice(2).split('\n');
    const run = command.startsWith('fmrelease serve') ? await runServer(command) : runShell(command);
    expect(run.status, `${run.stdout}${run.stderr}`).toBe(0);
    expect(run.stdout).toMatch(toPattern(output.join('\n').trim()));
    printed += run.stdout;
  });

  test('ends with Swift that parses, and with a page for each file that it names', async () => {
    const usage = blocks.find(({ text }) => text.includes('LanguageModelSession('))?.text ?? '';
    expect(await swiftFaults(`func use() async {\n${usage}}\n`)).toEqual([]);
    const settings = project.read('MyApp/Shared/AdapterSettings.swift');
    expect(await swiftFaults(settings)).toEqual([]);
    expect(settings).toContain(publicKey());
    for (const [, path = ''] of page.matchAll(/`(MyApp\/[\w/]+\.\w+)`/g))
      expect(existsSync(join(project.root, path)), path).toBe(true);
  });
});

let printed = '';

/** The key that `key generate` printed, which the page asks to copy. */
const publicKey = (): string => /^public key {2}(\S+)$/m.exec(printed)?.[1] ?? '(no key was printed)';

const withKey = (text: string): string => text.replaceAll('<public key>', publicKey());

function edit(path: string, place: string, change: (line: string) => string): void {
  const before = project.read(path);
  expect(before).toContain(place);
  project.write(path, before.replace(place, change));
}

const environment = (): Readonly<Record<string, string>> => {
  const env = cliEnvironment();
  return { ...env, PATH: `${join(project.root, 'bin')}${delimiter}${env['PATH'] ?? ''}` };
};

const runShell = (command: string) =>
  spawnSync('/bin/sh', ['-c', command], { cwd: project.root, encoding: 'utf8', env: environment() });

/** Runs a server until it has said everything, on a port that is free. */
function runServer(command: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn('/bin/sh', ['-c', `exec ${command} --port 0`], {
    cwd: project.root,
    env: environment(),
  });
  const seen = { stdout: '', stderr: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    seen.stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen.stdout += text;
    if (seen.stdout.includes('Ctrl-C.')) child.kill('SIGINT');
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...seen })));
}

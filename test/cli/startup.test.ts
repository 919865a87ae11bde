import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliProject, CONFIG, copyOf, publishedProject } from '../support/cli-project.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { COMMAND_CASES, COMMANDS } from './command-cases.ts';

let published: CliProject;

beforeAll(async () => {
  published = await publishedProject({ keep: true });
});
afterAll(() => published.remove());

/** What one run loaded. */
interface Loaded {
  /** Files of this repository, such as `dist/src/cli/main.js`. */
  readonly files: readonly string[];
  /** The sources in those files that the bundler put there, packages included. */
  readonly sources: readonly string[];
  /** Packages outside the bundle, and Node's own modules. */
  readonly others: readonly string[];
}

async function loadedBy(args: readonly string[], project = copyOf(published)): Promise<Loaded> {
  const list = join(project.root, 'modules.txt');
  const run = await project.run(args, {
    nodeArgs: ['--import', RECORDER],
    env: { FMRELEASE_TEST_MODULES: list },
  });
  expect(run.code, run.stderr).toBe(0);
  const urls = readFileSync(list, 'utf8').trim().split('\n');
  const files = urls
    .filter((url) => url.startsWith('file:'))
    .map((url) => relative(PACKAGE_ROOT, fileURLToPath(url)))
    .filter((path) => path !== relative(PACKAGE_ROOT, RECORDER));
  return {
    files,
    sources: files.flatMap((file) => BUNDLE_INPUTS[file] ?? []),
    others: urls.filter((url) => !url.startsWith('file:')),
  };
}

/** Packages that a plain start must not touch, as paths of bundled sources or of what is loaded beside them. */
const HEAVY = [
  'archiver',
  'ajv',
  'cosmiconfig',
  'jiti',
  'js-yaml',
  '@aws-sdk',
  '@smithy',
  '@xmldom',
  'plist',
  'typescript',
  'xmlbuilder',
  'zip-stream',
];

const usesPackage = (paths: readonly string[], name: string): readonly string[] =>
  paths.filter((path) => path.includes(`node_modules/${name}/`) || path === `require:${name}`);

const commandsIn = (files: readonly string[]): readonly string[] =>
  files.filter((file) => file.startsWith('dist/commands/'));

const fileOf = (name: string): readonly string[] => {
  const path = `dist/commands/${name.replace(' ', '/')}`;
  return [`${path}.js`, `${path}/index.js`];
};

test('--version loads nothing but bin/run.js', async () => {
  const { files } = await loadedBy(['--version']);
  expect(files).toEqual(['bin/run.js']);
});

test('--help loads the shell and no command', async () => {
  const { files, sources, others } = await loadedBy(['--help']);
  expect(commandsIn(files)).toEqual([]);
  expect(ownSources(sources).filter((path) => !SHELL.test(path))).toEqual([]);
  for (const name of HEAVY) expect(usesPackage([...files, ...sources, ...others], name), name).toEqual([]);
});

describe.each(COMMANDS)('$name', ({ name }) => {
  test('--help loads no command but its own, and nothing heavy', async () => {
    const { files, sources, others } = await loadedBy([...name.split(' '), '--help']);
    for (const file of commandsIn(files)) expect(fileOf(name)).toContain(file);
    for (const heavy of HEAVY)
      expect(usesPackage([...files, ...sources, ...others], heavy), heavy).toEqual([]);
  });

  test('a run loads no other command, and nothing heavy', async () => {
    const { args, untilStopped = false } = COMMAND_CASES[name] ?? { args: [] };
    if (untilStopped) return;
    const words = args.filter((word) => word !== '--fail-on' && word !== 'note');
    const { files, sources, others } = await loadedBy([...name.split(' '), ...words]);
    expect(commandsIn(files)).toHaveLength(1);
    expect(fileOf(name)).toContain(commandsIn(files)[0]);
    for (const heavy of HEAVY)
      expect(usesPackage([...files, ...sources, ...others], heavy), heavy).toEqual([]);
  });
});

describe('what is heavy is loaded by those who need it', () => {
  test('jiti for a config in TypeScript, and not TypeScript itself', async () => {
    const project = copyOf(published);
    project.write('fmrelease.config.ts', `export default ${JSON.stringify(CONFIG)};\n`);
    const { files, others } = await loadedBy(['adapter', 'list'], project);
    expect(usesPackage([...files, ...others], 'jiti')).not.toEqual([]);
    expect(usesPackage([...files, ...others], 'typescript')).toEqual([]);
  });

  test('cosmiconfig for a config in YAML', async () => {
    const project = copyOf(published);
    project.write('other.yaml', JSON.stringify(CONFIG));
    const { sources } = await loadedBy(['adapter', 'list', '--config', 'other.yaml'], project);
    expect(usesPackage(sources, 'cosmiconfig')).not.toEqual([]);
  });

  test('the plist parser for an app', async () => {
    const project = copyOf(published);
    project.write('App/Info.plist', '<plist version="1.0"><dict/></plist>');
    const list = join(project.root, 'modules.txt');
    await project.run(['doctor', '--app', 'App'], {
      nodeArgs: ['--import', RECORDER],
      env: { FMRELEASE_TEST_MODULES: list },
    });
    const loaded = readFileSync(list, 'utf8')
      .trim()
      .split('\n')
      .filter((url) => url.startsWith('file:'));
    const sources = loaded.flatMap((url) => BUNDLE_INPUTS[relative(PACKAGE_ROOT, fileURLToPath(url))] ?? []);
    expect(usesPackage(sources, 'plist')).not.toEqual([]);
  });

  test('archiver for a pack of the zip kind', async () => {
    const project = copyOf(published);
    project.write('fmrelease.config.json', {
      ...CONFIG,
      targets: { local: { ...CONFIG.targets.local, archive: 'zip', compression: 'none', path: 'elsewhere' } },
    });
    const { sources } = await loadedBy(['pack'], project);
    expect(usesPackage(sources, 'archiver')).not.toEqual([]);
  });
});

const ownSources = (sources: readonly string[]): readonly string[] =>
  [...new Set(sources.filter((path) => !path.includes('node_modules/')))].sort();

const BUNDLE_INPUTS: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(join(PACKAGE_ROOT, 'dist', 'bundle-inputs.json'), 'utf8'),
);
const RECORDER = fileURLToPath(new URL('record-modules.mjs', import.meta.url));

/** The command line without a command: none of the stages, and no session. */
const SHELL =
  /^src\/(cli\/(?!command\.ts|confirm|session|progress|flags)|errors\.ts|version\.ts|model\/hidden-characters\.ts)|^scripts\/shell\//;

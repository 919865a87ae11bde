import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSampleAdapter } from '../../scripts/sample-adapter.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let bin: string;

/** The published package, installed elsewhere: what users run, not what this checkout happens to hold. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmrelease-package-'));
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const project = join(folder, 'elsewhere');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "elsewhere", "private": true, "type": "module" }');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', join(folder, filename)], {
    cwd: project,
    stdio: 'ignore',
  });
  bin = join(project, 'node_modules', '.bin', 'fmrelease');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => {
  const { NODE_EXTRA_CA_CERTS: _, CI: __, ...env } = process.env;
  return spawnSync(bin, args, { cwd: join(folder, 'elsewhere'), encoding: 'utf8', env });
};

test('the packed package installs elsewhere and says its version', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(run('--version').stdout).toBe(`fmrelease ${version}\n`);
});

test('it goes the whole road there, with the TypeScript config that init writes and no TypeScript installed', () => {
  writeSampleAdapter({ out: join(folder, 'elsewhere'), name: 'summarizer', megabytes: 1, records: 4 });
  expect(run('init').status).toBe(0);
  expect(run('adapter', 'add', 'summarizer.fmadapter', '--build', '1.0.0').status).toBe(0);
  const published = run('publish', '--yes', '--json');
  expect(published.status, published.stderr).toBe(0);
  expect(JSON.parse(published.stdout)).toMatchObject({ result: { committed: true, verified: true } });
});

test('the library imports there, with its types', () => {
  const script =
    "import { defineConfig, resolve, ReleaseError } from 'fmrelease'; console.log(typeof defineConfig, typeof resolve, typeof ReleaseError)";
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: join(folder, 'elsewhere'),
    encoding: 'utf8',
  });
  expect(stdout, stderr).toBe('function function function\n');
  const types = readFileSync(
    join(folder, 'elsewhere', 'node_modules', 'fmrelease', 'dist', 'types', 'src', 'index.d.ts'),
    'utf8',
  );
  expect(types).toContain('defineConfig');
});

test('it brings one runtime dependency, and the licences of what is bundled', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(Object.keys(dependencies)).toEqual(['jiti']);
  const licences = readFileSync(
    join(folder, 'elsewhere', 'node_modules', 'fmrelease', 'dist', 'THIRD-PARTY-LICENSES.txt'),
    'utf8',
  );
  expect(licences).toMatch(/^@oclif\/core \d/m);
});

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliProject, CONFIG, emptyProject, registeredProject } from '../support/cli-project.ts';
import { readDocument } from './documents.ts';

let project: CliProject;

/** Three targets and three channels: each can be told from the plan that is made for it. */
beforeAll(async () => {
  project = await registeredProject({ keep: true });
  const target = (path: string) => ({ ...CONFIG.targets.local, path });
  const config = {
    ...CONFIG,
    channels: ['stable', 'beta', 'canary'],
    defaultTarget: 'two',
    targets: { one: target('one'), two: target('two'), three: target('three') },
  };
  project.write('fmrelease.config.json', config);
  project.write('other.config.json', { ...config, defaultTarget: 'three' });
});
afterAll(() => project.remove());

describe('--target, --channel and --config', () => {
  test.each([
    { why: 'the config, then the default', args: [], env: {}, target: 'two', channel: 'stable' },
    {
      why: 'the environment wins over the config',
      args: [],
      env: { FMRELEASE_TARGET: 'one', FMRELEASE_CHANNEL: 'beta' },
      target: 'one',
      channel: 'beta',
    },
    {
      why: 'a flag wins over the environment',
      args: ['--target', 'three', '--channel', 'canary'],
      env: { FMRELEASE_TARGET: 'one', FMRELEASE_CHANNEL: 'beta' },
      target: 'three',
      channel: 'canary',
    },
    {
      why: 'FMRELEASE_CONFIG names a config',
      args: [],
      env: { FMRELEASE_CONFIG: 'other.config.json' },
      target: 'three',
      channel: 'stable',
    },
    {
      why: '--config wins over FMRELEASE_CONFIG',
      args: ['--config', 'fmrelease.config.json'],
      env: { FMRELEASE_CONFIG: 'other.config.json' },
      target: 'two',
      channel: 'stable',
    },
    {
      why: 'an empty variable is unset',
      args: [],
      env: { FMRELEASE_TARGET: '', FMRELEASE_CHANNEL: '', FMRELEASE_CONFIG: '' },
      target: 'two',
      channel: 'stable',
    },
  ])('$why', async ({ args, env, target, channel }) => {
    const run = await project.run(['plan', '--json', ...args], { env });
    expect(readDocument(run).result, run.stdout).toMatchObject({ target, channel });
    const plain = await project.run(['plan', ...args], { env });
    expect(plain.stdout).toMatch(new RegExp(`^Target ${target} +channel ${channel} +${target}$`, 'm'));
  });

  test.each([
    { variable: 'FMRELEASE_TARGET', value: 'four', code: 'TARGET_UNKNOWN', exit: 4 },
    { variable: 'FMRELEASE_CHANNEL', value: 'nightly', code: 'CHANNEL_UNDECLARED', exit: 2 },
    { variable: 'FMRELEASE_CHANNEL', value: 'Not A Channel', code: 'USAGE', exit: 2 },
    { variable: 'FMRELEASE_CONFIG', value: 'nowhere.json', code: 'CONFIG_NOT_FOUND', exit: 4 },
  ])('$variable=$value → $code', async ({ variable, value, code, exit }) => {
    const run = await project.run(['plan', '--json'], { env: { [variable]: value } });
    expect(run.code).toBe(exit);
    expect(readDocument(run).error).toMatchObject({ code, message: expect.stringContaining(`"${value}"`) });
  });
});

describe('in CI, with several targets and a directory as the default', () => {
  const CHANGES = [
    ['publish', '--yes'],
    ['rollback', '--to', 'none', '--yes'],
  ];

  test.each(CHANGES)('%s needs --target', async (...args) => {
    const run = await project.run([...args, '--json'], { env: { CI: 'true' } });
    expect(run.code).toBe(2);
    expect(readDocument(run).error).toMatchObject({
      code: 'TARGET_REQUIRED',
      hint: 'Name the target with --target.',
    });
  });

  test('FMRELEASE_TARGET names it as well as --target does', async () => {
    const env = { CI: 'true', FMRELEASE_TARGET: 'one' };
    const run = await project.run(['publish', '--yes', '--json'], { env });
    expect(run.code, run.stdout).toBe(0);
    expect(readDocument(run).result).toMatchObject({ target: 'one', committed: true });
    expect(JSON.parse(project.read(join('one', 'v1/channels/stable/manifest.json')))).toMatchObject({
      revision: 1,
    });
  });

  test('a command that changes nothing may guess', async () => {
    expect((await project.run(['plan'], { env: { CI: 'true' } })).code).toBe(0);
  });

  test.each(['false', '0', ''])('CI=%s is no CI', async (value) => {
    const run = await project.run(['publish', '--yes', '--json'], { env: { CI: value } });
    expect(readDocument(run).result, run.stdout).toMatchObject({ target: 'two' });
  });
});

describe('the built CLI reads every form of config', () => {
  const settings = JSON.stringify({ support: { iOS: '>=26.0' } });

  test.each([
    { file: 'fmrelease.config.json', text: settings },
    { file: 'fmrelease.config.mjs', text: `export default ${settings};` },
    { file: 'fmrelease.config.js', text: `module.exports = ${settings};` },
    { file: 'fmrelease.config.yaml', text: "support:\n  iOS: '>=26.0'\n" },
    { file: 'package.json', text: `{ "name": "app", "fmrelease": ${settings} }` },
    {
      file: 'fmrelease.config.ts',
      text: `import { defineConfig } from 'fmrelease';\nconst version: string = '>=26.0';\nexport default defineConfig({ support: { iOS: version } });`,
    },
  ])('$file', async ({ file, text }) => {
    const app = emptyProject();
    app.write(file, text);
    app.write('fmrelease.matrix.json', { formatVersion: 1, systemModels: [], adapters: {} });
    const run = await app.run(['plan', '--json']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(readDocument(run).result).toMatchObject({ target: 'local', coverage: { total: 0 } });
  });
});

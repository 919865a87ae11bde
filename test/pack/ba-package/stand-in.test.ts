import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installStandIn } from '../../support/ba-package-stand-in/install.ts';
import { makeAdapter } from '../../support/make-adapter.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** Runs the stand-in in a folder with an adapter `a.fmadapter` and a manifest `m.json`. */
function bench(version = '2.0') {
  const cwd = scratchFolder();
  const tool = installStandIn(cwd, 'tool');
  makeAdapter(cwd, { name: 'a' });
  const manifest = { assetPackID: 'a', downloadPolicy: { onDemand: {} }, platforms: ['iOS'] };
  const write = (change: object): void =>
    writeFileSync(
      join(cwd, 'm.json'),
      JSON.stringify({ ...manifest, fileSelectors: [{ directory: 'a.fmadapter' }], ...change }),
    );
  write({});
  const env = { ...process.env, BA_PACKAGE_STAND_IN_VERSION: version };
  return {
    cwd,
    write,
    run: (...words: readonly string[]) => spawnSync(tool, words, { cwd, env, encoding: 'utf8' }),
  };
}

const ADAPTER = ['--adapter-path', 'a.fmadapter', '--asset-pack-id', 'a', '--output-path', 'o.aar'];
const FM = ['foundation-models', 'package', ...ADAPTER, '--platforms', 'iOS'];

describe('the stand-in refuses what the documented command line does not take', () => {
  test.each([
    { why: 'Apple’s own script’s spelling', words: [...FM, '--onDemand'] },
    { why: 'no policy', words: FM },
    { why: 'two policies', words: [...FM, '--on-demand', '--prefetch'] },
    {
      why: 'events with on-demand',
      words: [...FM, '--on-demand', '--installation-event-types', 'firstInstallation'],
    },
    { why: 'prefetch without events', words: [...FM, '--prefetch'] },
    { why: 'an event that is none', words: [...FM, '--prefetch', '--installation-event-types', 'never'] },
    {
      why: 'iPadOS',
      words: ['foundation-models', 'package', ...ADAPTER, '--platforms', 'iPadOS', '--on-demand'],
    },
    { why: 'no platforms', words: ['foundation-models', 'package', ...ADAPTER, '--on-demand'] },
    { why: 'an option twice', words: [...FM, '--on-demand', '--on-demand'] },
    { why: 'another output', words: ['package', 'm.json', '-o', 'o.zip'] },
    { why: 'a manifest that is no .json', words: ['package', 'm.txt', '-o', 'o.aar'] },
    { why: 'no output', words: ['package', 'm.json'] },
    { why: 'two manifests', words: ['package', 'm.json', 'm.json', '-o', 'o.aar'] },
    { why: 'an unknown subcommand', words: ['upload'] },
  ])('$why', ({ words }) => {
    const { run, cwd } = bench();
    const { status, stderr } = run(...words);
    expect(status).toBe(64);
    expect(stderr).toMatch(/^Error: /);
    expect(existsSync(join(cwd, 'o.aar'))).toBe(false);
  });

  test.each([
    { why: 'a key of 2.0', version: '1.2', change: { sourceRoot: '.' } },
    { why: 'a key that nobody knows', version: '2.0', change: { packId: 'a' } },
    { why: 'the whole folder', version: '2.0', change: { fileSelectors: [{ directory: '.' }] } },
    { why: 'a selector that finds nothing', version: '2.0', change: { fileSelectors: [{ file: 'b' }] } },
    { why: 'a null policy', version: '2.0', change: { downloadPolicy: { onDemand: null } } },
  ])('a manifest with $why, $version', ({ version, change }) => {
    const { run, write } = bench(version);
    write(change);
    expect(run('package', 'm.json', '-o', 'o.aar').status).toBe(1);
  });

  test('evaluate before 2.0', () => {
    expect(bench('1.2').run('evaluate', 'm.json').status).toBe(64);
    expect(bench('2.0').run('evaluate', 'm.json').stdout).toContain('a.fmadapter/metadata.json');
  });
});

test('it never overwrites, and says little', () => {
  const { run, cwd } = bench();
  expect(run(...FM, '--on-demand').status).toBe(0);
  const before = readFileSync(join(cwd, 'o.aar'));
  expect(run(...FM, '--on-demand')).toMatchObject({ status: 1, stdout: '' });
  expect(readFileSync(join(cwd, 'o.aar'))).toEqual(before);
});

test('its download manifest has the observed keys, and versions by position or 0', () => {
  const { run, cwd } = bench();
  run(...FM, '--on-demand');
  const base = ['--ios', '--download-base-url', 'https://cdn.example.com/r7'];
  expect(run('download-manifest', 'create', 'o.aar', ...base, '-o', '0.json').status).toBe(0);
  expect(
    run('download-manifest', 'create', 'o.aar', '--asset-pack-versions', '5', ...base, '-o', '5.json').status,
  ).toBe(0);
  const read = (name: string): { readonly version: number } => {
    const document: { assetPacks: { version: number }[] } = JSON.parse(readFileSync(join(cwd, name), 'utf8'));
    return document.assetPacks[0] ?? { version: -1 };
  };
  expect(read('0.json').version).toBe(0);
  expect(read('5.json')).toEqual({
    id: 'a',
    version: 5,
    downloadSize: readFileSync(join(cwd, 'o.aar')).length,
    url: 'https://cdn.example.com/r7/a',
    downloadPolicy: { onDemand: {} },
    host: { thirdParty: {} },
  });
});

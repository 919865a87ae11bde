import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { locateFindings } from '../../src/audit/locate.ts';
import type { Finding } from '../../src/model/finding.ts';
import { scratchFolder } from '../support/scratch.ts';

const build = (version: string) => ({
  version,
  path: `adapters/${version}.fmadapter`,
  addedAt: '2026-11-22T10:00:00Z',
  baseModelSignature: '9799725ff8e851184037110b422d891ad3b92ec1',
  digest: `sha256:${'0'.repeat(64)}`,
  sizeBytes: 1,
});

const ADAPTER = { kind: 'fmadapter', platforms: ['iOS'], downloadPolicy: { onDemand: {} }, serve: [] };

const MATRIX = {
  formatVersion: 1,
  systemModels: [],
  adapters: {
    summarizer: { ...ADAPTER, builds: [build('1.0.0')] },
    tagger: { ...ADAPTER, builds: [build('1.0.0'), build('2.0.0')] },
  },
};

async function placesOf(subjects: readonly string[], text: string): Promise<readonly string[]> {
  const root = scratchFolder();
  await writeFile(join(root, 'fmrelease.matrix.json'), text);
  await writeFile(join(root, 'fmrelease.config.json'), '{\n  "targets": {}\n}\n');
  const findings = subjects.map(
    (subject): Finding => ({ code: 'build-missing', severity: 'error', subject, message: '', fix: '' }),
  );
  const config = { root, matrix: 'fmrelease.matrix.json', file: 'fmrelease.config.json' };
  return (await locateFindings(findings, config, root)).map(({ place: { file, line } }) => `${file}:${line}`);
}

const written = `${JSON.stringify(MATRIX, null, 2)}\n`;

/** The lines, from 1, that hold a text. */
const linesWith = (part: string): readonly number[] =>
  written.split('\n').flatMap((line, index) => (line.includes(part) ? [index + 1] : []));

test('a build is found below its own adapter, not below the first that has such a version', async () => {
  const [first, second] = linesWith('"version": "1.0.0"');
  expect(await placesOf(['summarizer 1.0.0', 'tagger 1.0.0'], written)).toEqual([
    `fmrelease.matrix.json:${first}`,
    `fmrelease.matrix.json:${second}`,
  ]);
});

test('a version that an adapter does not have is shown at the adapter, not at the next one that has it', async () => {
  const [summarizer] = linesWith('"summarizer": {');
  expect(await placesOf(['summarizer 2.0.0'], written)).toEqual([`fmrelease.matrix.json:${summarizer}`]);
});

test('an adapter is found by its name, however its file is spaced', async () => {
  const [tagger] = linesWith('"tagger": {');
  expect(await placesOf(['tagger'], written)).toEqual([`fmrelease.matrix.json:${tagger}`]);
  expect(await placesOf(['tagger'], written.replaceAll('": {', '" : {'))).toEqual([
    `fmrelease.matrix.json:${tagger}`,
  ]);
  expect(await placesOf(['tagger 2.0.0', 'tagger'], JSON.stringify(MATRIX))).toEqual([
    'fmrelease.matrix.json:1',
    'fmrelease.matrix.json:1',
  ]);
});

test('what no matrix file names is shown at the targets of the config', async () => {
  expect(await placesOf(['gone'], written)).toEqual(['fmrelease.config.json:2']);
});

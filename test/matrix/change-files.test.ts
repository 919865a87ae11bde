import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MatrixDocument } from '../../src/generated/matrix.ts';
import { addAdapter } from '../../src/matrix/add-adapter.ts';
import { declineAdapters, serveRegistered } from '../../src/matrix/decisions.ts';
import { makeProject, type Project } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

const SIGNATURE = '9799725ff8e851184037110b422d891ad3b92ec1';
const DECLINE = {
  names: [],
  all: false,
  reason: null,
  until: null,
  fallback: 'base-model' as const,
  signature: undefined,
  systemModel: undefined,
};

const matrixOf = (project: Project): string =>
  readFileSync(join(project.root, 'fmrelease.matrix.json'), 'utf8');

async function addFiles(project: Project, name: string, systemModels: readonly string[]): Promise<void> {
  const { config, io } = await project.session();
  const path = join(project.root, 'builds');
  await addAdapter(config, { path, version: '1.0.0', kind: 'files', name, platforms: [], systemModels }, io);
}

describe('a local writer refuses what would make the matrix unsound, and writes nothing', () => {
  test.each<{ readonly why: string; readonly act: (project: Project) => Promise<unknown> }>([
    {
      why: 'a build for a system model without a signature',
      act: async (project) =>
        serveRegistered((await project.session()).config, {
          name: 'summarizer',
          version: '1.0.0',
          signature: undefined,
          systemModel: 'afm3-core',
        }),
    },
    {
      why: 'a fallback to itself',
      act: async (project) =>
        declineAdapters((await project.session()).config, {
          ...DECLINE,
          names: ['summarizer'],
          systemModel: 'os26.0',
          fallback: { adapter: 'summarizer' },
        }),
    },
    {
      why: 'files for a system model that is none',
      act: (project) => addFiles(project, 'bundle', ['nosuch']),
    },
    { why: 'files with a dot in their pack id', act: (project) => addFiles(project, 'bad.name', ['os26.0']) },
  ])('$why', async ({ act }) => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    const before = matrixOf(project);
    await expect(act(project)).rejects.toMatchObject({ code: 'MATRIX_UNSOUND', exitCode: 6 });
    expect(matrixOf(project)).toBe(before);
  });

  test('files under the name of an adapter', async () => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    const before = matrixOf(project);
    await expect(addFiles(project, 'summarizer', ['os26.0'])).rejects.toMatchObject({ code: 'BUILD_EXISTS' });
    expect(matrixOf(project)).toBe(before);
  });
});

test('declining a signature for all leaves files alone, which carry none', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await addFiles(project, 'bundle', ['os26.0']);
  const result = await declineAdapters((await project.session()).config, {
    ...DECLINE,
    all: true,
    signature: SIGNATURE,
  });
  expect(result.adapters).toEqual(['summarizer']);
});

test('a fault that was there does not stop another edit', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  project.editMatrix((matrix) => {
    const text = JSON.stringify(matrix);
    const broken = text.replace('"version":"1.0.0"}', '"version":"9.9.9"}'); // the summarizer serves what is not there
    expect(broken).not.toBe(text);
    return JSON.parse(broken) as MatrixDocument;
  });
  const wish = { name: 'tagger', version: '1.0.0', signature: undefined, systemModel: 'os26.0' };
  const { files } = await serveRegistered((await project.session()).config, wish);
  expect(files).toEqual(['fmrelease.matrix.json']);
});

test('serving a build that is not registered says so, whoever it is for', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const wish = { name: 'summarizer', version: '9.9.9', signature: undefined, systemModel: undefined };
  await expect(serveRegistered((await project.session()).config, wish)).rejects.toMatchObject({
    code: 'BUILD_UNKNOWN',
    exitCode: 4,
  });
});

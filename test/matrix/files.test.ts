import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MatrixDocument } from '../../src/generated/matrix.ts';
import { isGlob, pathForAdapter, readMatrixFiles, writeMatrixFile } from '../../src/matrix/files.ts';
import { aBuildDocument, aMatrixDocument, SIGNATURE } from '../support/builders.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fmrelease-files-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

const named = (name: string, more: Partial<MatrixDocument> = {}): MatrixDocument => ({
  formatVersion: 1,
  adapters: { [name]: { platforms: ['iOS'], builds: [], serve: [] } },
  ...more,
});

const row = {
  id: 'next',
  os: { iOS: '>=28.0' },
  baseModelSignature: null,
  adapterSupport: 'unsupported',
  certainty: 'inferred',
} as const;

describe('reading', () => {
  test('one file by its path', async () => {
    await put('fmrelease.matrix.json', aMatrixDocument());
    expect(await readMatrixFiles(root, 'fmrelease.matrix.json')).toEqual([
      { path: 'fmrelease.matrix.json', document: aMatrixDocument() },
    ]);
  });

  test('every file of a glob, sorted by the bytes of the path', async () => {
    for (const name of ['b', 'a', 'Z', 'ä']) await put(`matrix/${name}.json`, named(name));
    await put('matrix/readme.txt', 'not read');
    expect((await readMatrixFiles(root, 'matrix/*.json')).map(({ path }) => path)).toEqual([
      'matrix/Z.json',
      'matrix/a.json',
      'matrix/b.json',
      'matrix/ä.json',
    ]);
  });

  test.each(['fmrelease.matrix.json', 'matrix/*.json', 'no/such/folder.json'])(
    'of nothing at %s is MATRIX_NOT_FOUND, exit 4',
    async (pattern) => {
      await expect(readMatrixFiles(root, pattern)).rejects.toMatchObject({
        code: 'MATRIX_NOT_FOUND',
        exitCode: 4,
        message: expect.stringContaining(pattern),
      });
    },
  );

  test('of a folder is refused as no file', async () => {
    await mkdir(join(root, 'm.json'));
    await expect(readMatrixFiles(root, 'm.json')).rejects.toMatchObject({
      code: 'MATRIX_INVALID',
      message: 'm.json cannot be read as a file.',
    });
  });

  test.each([
    {
      why: 'a missing comma',
      text: '{ "formatVersion": 1 "adapters": {} }',
      says: 'm.json is not the JSON that fmrelease reads: expected "," or "}" at line 1, column 22.',
    },
    {
      why: 'a duplicate adapter',
      text: '{"formatVersion":1,"adapters":{\n"a":{},"a":{}}}',
      says: 'the key "a" appears twice at line 2, column 11',
    },
    {
      why: '__proto__',
      text: '{"formatVersion":1,"adapters":{"__proto__":{}}}',
      says: 'the key "__proto__" is refused',
    },
    { why: 'nothing', text: '', says: 'expected a JSON value at line 1, column 1' },
  ])('$why is JSON_INVALID with its place', async ({ text, says }) => {
    await put('m.json', text);
    await expect(readMatrixFiles(root, 'm.json')).rejects.toMatchObject({
      code: 'JSON_INVALID',
      exitCode: 6,
      message: expect.stringContaining(says),
    });
  });

  test('faults of the schema come all together', async () => {
    await put('m.json', {
      formatVersion: 2,
      adapters: { a: { platforms: [], builds: [], serve: [{ systemModel: 'x' }] } },
      more: 1,
    });
    await expect(readMatrixFiles(root, 'm.json')).rejects.toMatchObject({
      code: 'MATRIX_INVALID',
      details: [
        '(document): "more" is not a known key',
        'formatVersion: expected 1, found 2',
        'adapters.a.platforms: is empty, expected at least 1 item',
        'adapters.a.serve[0]: expected exactly one of "version", "none", found {"systemModel":"x"}',
      ],
    });
  });

  test('an adapter or a row that stands in two files is refused, naming every one', async () => {
    await put('matrix/one.json', { ...named('same'), systemModels: [row] });
    await put('matrix/two.json', { ...named('same'), systemModels: [row] });
    await expect(readMatrixFiles(root, 'matrix/*.json')).rejects.toMatchObject({
      code: 'MATRIX_INVALID',
      details: [
        'adapter "same" stands in matrix/one.json and in matrix/two.json',
        'system model "next" stands in matrix/one.json and in matrix/two.json',
      ],
    });
  });

  test('a row that stands twice in one file is refused', async () => {
    await put('m.json', { ...named('a'), systemModels: [row, row] });
    await expect(readMatrixFiles(root, 'm.json')).rejects.toMatchObject({
      details: ['system model "next" stands twice in m.json'],
    });
  });
});

describe('writing', () => {
  const unsorted: MatrixDocument = {
    adapters: {
      b: { serve: [{ systemModel: 'x', none: 'base-model' }], builds: [], platforms: ['iOS'] },
      a: {
        platforms: ['macOS'],
        builds: [aBuildDocument()],
        serve: [{ baseModelSignature: SIGNATURE, version: '1.0.0' }],
      },
    },
    formatVersion: 1,
  };
  const writtenBytes = async (document: MatrixDocument): Promise<string> => {
    await writeMatrixFile(root, { path: 'deep/m.json', document });
    return readFile(join(root, 'deep/m.json'), 'utf8');
  };

  test('spells defaults out, sorts adapters and ends with one newline', async () => {
    const text = await writtenBytes(unsorted);
    expect(text).toMatch(
      /^\{\n {2}"formatVersion": 1,\n {2}"systemModels": \[\],\n {2}"adapters": \{\n {4}"a": \{\n {6}"kind": "fmadapter",[\s\S]*\}\n$/,
    );
    expect(Object.keys(JSON.parse(text).adapters)).toEqual(['a', 'b']);
  });

  test('is idempotent: what was written and read is written in the same bytes', async () => {
    const first = await writtenBytes({ ...unsorted, $schema: './schema.json', systemModels: [row] });
    const [file] = await readMatrixFiles(root, 'deep/m.json');
    expect(await writtenBytes(file?.document ?? unsorted)).toBe(first);
  });

  test('replaces the file whole and leaves nothing else behind', async () => {
    await writtenBytes(aMatrixDocument());
    await writtenBytes(unsorted);
    expect(await readdir(join(root, 'deep'))).toEqual(['m.json']);
  });

  test('that fails keeps the old bytes and leaves nothing half-written', async () => {
    const before = await writtenBytes(aMatrixDocument());
    await mkdir(join(root, 'deep/taken.json'));
    await expect(writeMatrixFile(root, { path: 'deep/taken.json', document: unsorted })).rejects.toThrow();
    expect((await readdir(join(root, 'deep'))).sort()).toEqual(['m.json', 'taken.json']);
    expect(await readFile(join(root, 'deep/m.json'), 'utf8')).toBe(before);
  });

  test('is never seen half by a reader at the same time', async () => {
    const documents = [aMatrixDocument(), unsorted];
    await writtenBytes(unsorted);
    const whole = new Set<string>();
    for (const document of documents) whole.add(await writtenBytes(document));
    const writes = Array.from({ length: 20 }, (_, index) => writtenBytes(documents[index % 2] ?? unsorted));
    const reads = Array.from({ length: 50 }, () => readFile(join(root, 'deep/m.json'), 'utf8'));
    for (const text of await Promise.all([...writes, ...reads])) expect(whole.has(text)).toBe(true);
  });
});

test.each([
  { pattern: 'fmrelease.matrix.json', glob: false, path: 'fmrelease.matrix.json' },
  { pattern: 'matrix/*.json', glob: true, path: 'matrix/new.json' },
  { pattern: 'matrix/*/m.json', glob: true, path: undefined },
  { pattern: 'matrix/**/*.json', glob: true, path: undefined },
  { pattern: 'matrix/{a,b}.json', glob: true, path: undefined },
  { pattern: 'matrix/m?.json', glob: true, path: undefined },
])('a new adapter under $pattern goes to $path', ({ pattern, glob, path }) => {
  expect(isGlob(pattern)).toBe(glob);
  expect(pathForAdapter(pattern, 'new')).toBe(path);
});

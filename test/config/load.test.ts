import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';

let root = '';
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'fmrelease-config-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

const load = (cwd = '.', file?: string): Promise<Config> =>
  loadConfig({ cwd: join(root, cwd), file, selfEntry: join(root, 'self.ts') });

const json = (matrix: string): string => JSON.stringify({ matrix, support: { iOS: '>=26.0' } });
const body = (matrix: string): string => `{ matrix: '${matrix}', support: { iOS: '>=26.0' } }`;

describe('each format loads', () => {
  test.each([
    {
      path: 'fmrelease.config.ts',
      content: `interface Shape { matrix: string }\nconst config: Shape & object = ${body('m')};\nexport default config satisfies object;`,
    },
    { path: 'fmrelease.config.js', content: `module.exports = ${body('m')};` },
    { path: 'fmrelease.config.mjs', content: `export default ${body('m')};` },
    { path: 'fmrelease.config.json', content: json('m') },
    { path: 'fmrelease.config.yaml', content: 'matrix: m\nsupport:\n  iOS: ">=26.0"\n' },
    { path: 'package.json', content: `{"name":"app","fmrelease":${json('m')}}` },
  ])('$path', async ({ path, content }) => {
    await put(path, content);
    const expected = { root, file: path, matrix: 'm', support: { iOS: { from: [26, 0, 0], below: null } } };
    expect(await load()).toMatchObject(expected);
    expect(await load('.', path)).toMatchObject(expected);
  });

  test('.js as an ES module where package.json says so', async () => {
    await put('package.json', '{"type":"module"}');
    await put('fmrelease.config.js', `export default ${body('m')};`);
    expect(await load()).toMatchObject({ file: 'fmrelease.config.js', matrix: 'm' });
  });

  test('.ts reaches this very library under its own name, and its types without it', async () => {
    await put('self.ts', 'export const defineConfig = <T>(config: T): T => config;');
    await put(
      'fmrelease.config.ts',
      `import { defineConfig } from 'fmrelease';\nimport type { UserConfig } from 'fmrelease';\nexport default defineConfig<UserConfig>(${body('m')});`,
    );
    expect(await load()).toMatchObject({ matrix: 'm' });
  });
});

describe('the search', () => {
  test('takes .ts before .js, .mjs, .json, .yaml and package.json', async () => {
    const files = [
      'fmrelease.config.ts',
      'fmrelease.config.js',
      'fmrelease.config.mjs',
      'fmrelease.config.json',
      'fmrelease.config.yaml',
      'package.json',
    ];
    await put('package.json', `{"fmrelease":${json('package.json')}}`);
    for (const file of files.slice(0, 5)) {
      const content = /json|yaml/.test(file)
        ? json(file)
        : file.endsWith('.js')
          ? `module.exports = ${body(file)}`
          : `export default ${body(file)}`;
      await put(file, content);
    }
    for (const file of files) {
      expect(await load()).toMatchObject({ file, matrix: file });
      await rm(join(root, file));
    }
  });

  test('goes up to the root of the repository, the nearest file first', async () => {
    execFileSync('git', ['init', '-q', join(root, 'repo')], { env: { PATH: process.env['PATH'] } });
    await put('repo/fmrelease.config.json', json('top'));
    await mkdir(join(root, 'repo/app/deep'), { recursive: true });
    expect(await load('repo/app/deep')).toMatchObject({ root: join(root, 'repo'), matrix: 'top' });
    await put('repo/app/package.json', `{"fmrelease":${json('app')}}`);
    expect(await load('repo/app/deep')).toMatchObject({ root: join(root, 'repo/app'), matrix: 'app' });
  });

  test('never runs a config above the repository', async () => {
    await put('fmrelease.config.mjs', 'throw new Error("was run");');
    await put('repo/.git', 'gitdir: elsewhere\n');
    await mkdir(join(root, 'repo/app'));
    await expect(load('repo/app')).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      exitCode: 4,
      message: expect.stringContaining('or above it in the repository'),
    });
  });

  test('looks nowhere but in the folder itself without a repository', async () => {
    await put('fmrelease.config.json', json('above'));
    await mkdir(join(root, 'app'));
    await expect(load('app')).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      fix: 'Run `fmrelease init`, or name the file with --config.',
    });
  });

  test('passes a package.json without our key, and a folder with the name of a config', async () => {
    await put('package.json', '{"name":"app"}');
    await mkdir(join(root, 'fmrelease.config.ts'));
    await expect(load()).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
  });
});

describe('a config that cannot be used', () => {
  test.each(['gone.json', '.'])('%s named with --config is CONFIG_NOT_FOUND', async (file) => {
    await expect(load('.', file)).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: `The config "${file}" is not a file.`,
    });
  });

  test.each([
    {
      why: 'throws',
      path: 'fmrelease.config.mjs',
      content: 'throw new Error("no network");',
      says: 'The config fmrelease.config.mjs cannot be loaded: no network.',
    },
    {
      why: 'throws in TypeScript',
      path: 'fmrelease.config.ts',
      content: 'throw new Error("no network");',
      says: 'The config fmrelease.config.ts cannot be loaded: no network.',
    },
    {
      why: 'throws text',
      path: 'fmrelease.config.mjs',
      content: 'throw "no network";',
      says: 'The config fmrelease.config.mjs cannot be loaded',
    },
    {
      why: 'reads a file that is not there',
      path: 'fmrelease.config.mjs',
      content: 'import { readFileSync } from "node:fs"; readFileSync("/no/such/file");',
      says: 'The config fmrelease.config.mjs cannot be loaded: ENOENT',
    },
    {
      why: 'imports what is not there',
      path: 'fmrelease.config.ts',
      content: 'import "./gone.ts"; export default {};',
      says: 'The config fmrelease.config.ts cannot be loaded',
    },
    {
      why: 'does not parse',
      path: 'fmrelease.config.ts',
      content: 'export default {',
      says: 'The config fmrelease.config.ts cannot be loaded',
    },
    {
      why: 'is YAML that does not parse',
      path: 'fmrelease.config.yaml',
      content: 'a: [',
      says: 'The config fmrelease.config.yaml cannot be loaded',
    },
    {
      why: 'is empty',
      path: 'fmrelease.config.json',
      content: ' \n',
      says: 'fmrelease.config.json is empty.',
    },
    {
      why: 'exports nothing',
      path: 'fmrelease.config.mjs',
      content: 'export const a = 1;',
      says: 'fmrelease.config.mjs',
    },
  ])('because it $why is CONFIG_INVALID with its name', async ({ path, content, says }) => {
    await put(path, content);
    for (const file of [undefined, path]) {
      await expect(load('.', file)).rejects.toMatchObject({
        name: 'ReleaseError',
        code: 'CONFIG_INVALID',
        exitCode: 6,
        message: expect.stringContaining(says),
      });
    }
  });

  test('keeps the cause', async () => {
    await put('fmrelease.config.mjs', 'throw new Error("no network");');
    await expect(load()).rejects.toMatchObject({ cause: expect.objectContaining({ message: 'no network' }) });
  });

  test.each([
    {
      path: 'fmrelease.config.json',
      content: '{"support":{},"support":{}}',
      says: 'the key "support" appears twice',
    },
    {
      path: 'package.json',
      content: '{"fmrelease":{"__proto__":{}}}',
      says: 'the key "__proto__" is refused',
    },
  ])('as $path is read strictly: $says', async ({ path, content, says }) => {
    await put(path, content);
    await expect(load()).rejects.toMatchObject({
      code: 'JSON_INVALID',
      message: expect.stringContaining(says),
    });
  });

  test('because of its fields tells them all', async () => {
    await put(
      'fmrelease.config.json',
      JSON.stringify({
        channels: ['Stable'],
        targets: {
          t: { kind: 's3', bucket: 'models', publicUrl: 'https://x', hosting: 'mine', secret: 'x' },
        },
        colour: 1,
      }),
    );
    await expect(load()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /^fmrelease\.config\.json does not follow its schema\. 5 fields do not fit: /,
      ),
      details: [
        '"support" is missing',
        '(document): "colour" is not a known key',
        'channels[0]: expected the pattern ^[a-z][a-z0-9-]{0,31}$, found "Stable"',
        'targets.t: "secret" is not a known key',
        'targets.t.hosting: expected one of unmanaged, managed, found "mine"',
      ],
    });
  });
});

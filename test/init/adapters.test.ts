import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyProject } from '../support/cli-project.ts';
import { makeAdapter } from '../support/make-adapter.ts';
import { onTerminal, PYTHON } from '../support/on-terminal.ts';
import { APP_FLAGS, filesBelow } from './hosting-keys.ts';

const EPOCH = { SOURCE_DATE_EPOCH: '1780000000' };
const EXPORTS = ['adapters/summarizer.fmadapter', 'adapters/translator.fmadapter'] as const;

function projectWithExports() {
  const project = emptyProject();
  makeAdapter(join(project.root, 'adapters'));
  makeAdapter(join(project.root, 'adapters'), { name: 'translator' });
  return project;
}

const written = (root: string) => filesBelow(root).filter((file) => !file.startsWith('adapters/'));

describe('init --adapter', () => {
  test('registers exports byte for byte as adapter add does', async () => {
    const [byInit, byAdd] = [projectWithExports(), projectWithExports()];
    const flags = EXPORTS.flatMap((path) => ['--adapter', path]);
    const run = await byInit.run(['init', ...flags, '--build', '1.2.0'], { env: EPOCH });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(
      /^Registered summarizer 1\.2\.0, \S+ \S+, in fmrelease\.matrix\.json\.$[\s\S]*^Next: fmrelease plan$/m,
    );

    await byAdd.prepare('init');
    for (const path of EXPORTS)
      expect((await byAdd.run(['adapter', 'add', path, '--build', '1.2.0'], { env: EPOCH })).code).toBe(0);
    expect(byInit.read('fmrelease.matrix.json')).toBe(byAdd.read('fmrelease.matrix.json'));
  });

  test('offers them on the platforms that were told, and names the first in the loader', async () => {
    const project = projectWithExports();
    const told = ['--hosting', 'managed', '--platform', 'iOS', '--adapter', EXPORTS[1], ...APP_FLAGS];
    await project.prepare('init', ...told);
    const { translator } = JSON.parse(project.read('fmrelease.matrix.json')).adapters;
    expect(translator).toMatchObject({ platforms: ['iOS'], builds: [{ version: '1.0.0' }] });
    expect(project.read('MyApp/App/AdapterLoader.swift')).toContain('model(for: "translator")');
  });

  test('with Apple hosting, to which nothing is published yet, the next step is the check of the app', async () => {
    const run = await projectWithExports().prepare(
      'init',
      '--hosting',
      'apple',
      '--adapter',
      EXPORTS[0],
      ...APP_FLAGS,
    );
    expect(run.stdout).toMatch(/^Next: fmrelease doctor --app MyApp$/m);
  });

  test('a name alone stands there without a build, which plan calls a gap', async () => {
    const project = emptyProject();
    const run = await project.prepare('init', '--adapter', 'later');
    expect(run.stdout).toContain('Named later in fmrelease.matrix.json; it has no build yet.');
    expect(run.stdout).toContain('Next: fmrelease adapter add <path> --build <version>');
    expect((await project.run(['plan'])).stdout).toContain('"later" has no decision for iOS 26.0');
  });

  test('--print shows the matrix with them, and leaves not even a cache behind', async () => {
    const project = projectWithExports();
    const before = filesBelow(project.root);
    const run = await project.prepare('init', '--adapter', EXPORTS[0], '--print');
    expect(run.stdout).toContain('"path": "adapters/summarizer.fmadapter"');
    expect(run.stdout).toContain('Would register summarizer 1.0.0');
    expect(filesBelow(project.root)).toEqual(before);
  });

  test('a matrix that is there is kept, with the command that registers; --force replaces it', async () => {
    const project = projectWithExports();
    await project.prepare('init', '--adapter', EXPORTS[0]);
    const before = project.read('fmrelease.matrix.json');
    const kept = await project.prepare('init', '--adapter', EXPORTS[1]);
    expect(project.read('fmrelease.matrix.json')).toBe(before);
    expect(kept.stdout).toContain(`fmrelease adapter add ${EXPORTS[1]} --build 1.0.0`);
    await project.prepare('init', '--adapter', EXPORTS[1], '--force');
    expect(Object.keys(JSON.parse(project.read('fmrelease.matrix.json')).adapters)).toEqual(['translator']);
  });

  test.each([
    {
      why: 'no such folder',
      told: ['--adapter', 'a.fmadapter'],
      code: 4,
      says: 'There is no folder "a.fmadapter".',
    },
    {
      why: 'two that are not there',
      told: ['--adapter', 'a.fmadapter', '--adapter', 'b.fmadapter'],
      code: 4,
      says: 'There is no folder "a.fmadapter". There is no folder "b.fmadapter".',
    },
    {
      why: 'a folder that is no export',
      told: ['--adapter', './adapters'],
      code: 6,
      says: 'does not end in .fmadapter',
    },
    { why: 'an empty answer', told: ['--adapter', ''], code: 2, says: '--adapter is empty' },
    {
      why: 'no version',
      told: ['--adapter', EXPORTS[0], '--build', '1'],
      code: 2,
      says: '"1" is not a build version',
    },
    { why: 'a version of nothing', told: ['--build', '1.0.0'], code: 2, says: 'no --adapter names one' },
    {
      why: 'a key that readers refuse',
      told: ['--adapter', 'constructor'],
      code: 4,
      says: 'no folder "constructor"',
    },
  ])('$why is one error, and nothing is written', async ({ told, code, says }) => {
    const project = projectWithExports();
    const flags = ['init', '--hosting', 'unmanaged', ...APP_FLAGS, ...told];
    const run = await project.run(flags);
    expect(run.code, run.stderr).toBe(code);
    expect(run.stderr).toContain(says);
    expect(run.stderr.match(/^Error:/gm)).toHaveLength(1);
    const { error } = JSON.parse((await project.run([...flags, '--json'])).stdout);
    expect(error.message).toContain(says);
    expect(written(project.root)).toEqual([]);
  });
});

test('adapter add takes a name that every object has, and refuses one that JSON readers refuse', async () => {
  const project = emptyProject();
  await project.prepare('init');
  for (const name of ['toString', 'constructor']) makeAdapter(join(project.root, 'adapters'), { name });
  await project.prepare('adapter', 'add', 'adapters/toString.fmadapter', '--build', '1.0.0');
  expect(JSON.parse(project.read('fmrelease.matrix.json')).adapters).toHaveProperty(
    'toString.builds.length',
    1,
  );
  const refused = await project.run(['adapter', 'add', 'adapters/constructor.fmadapter', '--build', '1.0.0']);
  expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining('readers of JSON refuse it') });
});

describe.skipIf(PYTHON === null)('init --app on a pseudo-terminal (skipped without python3)', () => {
  const ANSWERS = [
    ['Who hosts', 'unmanaged\r'],
    ['app group', 'group.com.example.app\r'],
    ['bundle id', 'com.example.app\r'],
    ['Platforms:', 'iOS\r'],
    ['An adapter:', `${EXPORTS[0]}\r`],
    ['Another adapter:', 'later\r'],
    ['(?s)Another adapter:.*Another adapter:', '\r'],
  ] as const;

  test('asks for what is not told, for adapters until an answer is empty', () => {
    const project = projectWithExports();
    const { code, terminal, stdout } = onTerminal(project, ['init', '--app', 'MyApp'], {
      answers: ANSWERS,
      pipe: true,
    });
    expect(code, terminal).toBe(0);
    expect(stdout).toContain('Registered summarizer 1.0.0');
    const { adapters } = JSON.parse(project.read('fmrelease.matrix.json'));
    expect(Object.keys(adapters)).toEqual(['later', 'summarizer']);
    expect(adapters.summarizer.platforms).toEqual(['iOS']);
    expect(project.read('fmrelease.config.ts')).toContain("support: { iOS: '>=26.0' }");
  });

  test('asks nothing when all that is needed was told, and an unknown platform writes nothing', () => {
    const project = projectWithExports();
    const told = [
      'init',
      '--hosting',
      'unmanaged',
      ...APP_FLAGS.filter((flag) => flag !== '--yes'),
      '--print',
    ];
    expect(onTerminal(project, told, { pipe: true })).toMatchObject({ code: 0, terminal: '' });
    const answers = ANSWERS.map(
      ([pattern, typed]) => [pattern, pattern === 'Platforms:' ? 'Linux\r' : typed] as const,
    );
    const refused = onTerminal(project, ['init', '--app', 'MyApp'], { answers, pipe: true });
    expect(refused.code, refused.terminal).toBe(2);
    expect(written(project.root)).toEqual([]);
  });
});

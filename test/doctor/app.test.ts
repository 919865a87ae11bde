import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FINDING_WORDS } from '../../src/audit/finding-words.ts';
import type { AppExpectation } from '../../src/doctor/app/expect-app.ts';
import { lintApp } from '../../src/doctor/app/lint-app.ts';
import { readApp } from '../../src/doctor/app/read-app.ts';
import { appFiles } from '../../src/init/app-files.ts';
import { type AppHosting, PLACEHOLDER_URL, parseAppAnswers } from '../../src/init/app-request.ts';
import type { Finding } from '../../src/model/finding.ts';
import { parseOsRange } from '../../src/model/parse-os-range.ts';
import { renderFindings } from '../../src/render/findings.ts';
import { plainStyle } from '../../src/render/style.ts';
import { emptyProject } from '../support/cli-project.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch.ts';
import { APP_CASES, type AppCase, type AppScene } from './app-cases.ts';

/** A project as `init` writes it, changed, and what is found in it. */
async function lintAfter(
  change: (scene: AppScene) => void,
  { hosting, expected = {} }: Pick<AppCase, 'hosting' | 'expected'>,
): Promise<readonly Finding[]> {
  const root = scratchFolder();
  const request = parseAppAnswers({
    hosting,
    appGroup: 'group.com.example.app',
    bundleId: 'com.example.app',
    app: 'App',
    platforms: hosting === 'managed' ? ['iOS'] : [],
  });
  const write: AppScene['write'] = (path, content) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const { path, content } of await appFiles(PACKAGE_ROOT, { ...request, folder: '.' }))
    write(path, content);
  change({
    write,
    edit: (path, edit) => {
      const before = readFileSync(join(root, path), 'utf8');
      const after = edit(before);
      if (after === before) throw new Error(`the change leaves ${path} as it was`);
      writeFileSync(join(root, path), after);
    },
    remove: (path) => rmSync(join(root, path)),
  });
  return lintApp(await readApp(root, 'MyApp'), { ...expectationOf(hosting), ...expected });
}

const expectationOf = (hosting: AppHosting): AppExpectation => ({
  hosting,
  config: 'fmrelease.config.ts',
  target: 'cdn',
  publicUrl: hosting === 'apple' ? null : PLACEHOLDER_URL,
  channels: ['stable'],
  extraKeys: {},
  platforms: hosting === 'managed' ? ['iOS'] : ['iOS', 'macOS'],
  support: { iOS: parseOsRange('>=26.0'), macOS: parseOsRange('>=26.0') },
  sizes: { all: 0, essential: 0 },
  hasAdapters: true,
});

describe.each(APP_CASES)('$code: $why ($hosting)', (own) => {
  test('is found, and the nearest thing that is all right is not', async () => {
    const found = (await lintAfter(own.trigger, own)).filter(({ code }) => code === own.code);
    expect(found).toMatchObject([{ severity: 'error', subject: own.subject }, ...found.slice(1)]);
    for (const { message, fix } of found) {
      expect(message).toMatch(/^.+\.$/);
      expect(fix).toMatch(/^[A-Z].+\.$/);
      expect(`${message}${fix}`).not.toMatch(/undefined|NaN|\[object|please|oops|invalid/i);
    }
    expect((await lintAfter(own.nearMiss, own)).filter(({ code }) => code === own.code)).toEqual([]);
  });
});

test.each(APP_CASES.filter(({ code }) => code === 'app-key-missing'))(
  'what is to be pasted mends it: $why ($hosting)',
  async (own) => {
    const missing = (await lintAfter(own.trigger, own)).filter(({ code }) => code === own.code);
    const mended = await lintAfter((scene) => {
      own.trigger(scene);
      for (const { fix, subject } of missing) {
        const [, snippet = '', inner] = /^Add (<key>.*>) to (BAInitial\w+ of )?"/.exec(fix) ?? [];
        scene.edit(subject, (text) =>
          inner === undefined
            ? text.replace('<dict>', `<dict>${snippet}`)
            : text.replace(/(BAInitialDownloadRestrictions<\/key>\s*<dict>)/, `$1${snippet}`),
        );
      }
    }, own);
    expect(missing.length).toBeGreaterThan(0);
    expect(mended).toEqual([]);
  },
);

describe('the pages', () => {
  const codes = Object.keys(FINDING_WORDS).filter((code) => code.startsWith('app-'));

  test.each(codes)('%s shows what its first case raises', async (code) => {
    const first = APP_CASES.find((own) => own.code === code);
    if (first === undefined) throw new Error(`no case raises ${code}`);
    const found = (await lintAfter(first.trigger, first)).filter((finding) => finding.code === code);
    const page = readFileSync(join(PACKAGE_ROOT, 'docs', 'findings', `${code}.md`), 'utf8');
    expect(/^## Example\n\n```text\n([\s\S]*?)\n```$/m.exec(page)?.[1]).toBe(
      renderFindings(found.slice(0, 1), plainStyle).join('\n'),
    );
  });
});

describe('doctor --app', () => {
  const init = [
    'init',
    '--yes',
    '--hosting',
    'unmanaged',
    '--app-group',
    'group.a.b',
    '--bundle-id',
    'a.b',
    '--app',
    'App',
  ];

  test('knows the keys that shipped apps read', async () => {
    const project = emptyProject();
    await project.prepare(
      ...init.filter((word) => word !== 'unmanaged' && word !== '--hosting'),
      '--hosting',
      'managed',
      '--platform',
      'iOS',
    );
    const swap = (path: string, from: string, to: string): void => {
      expect(project.read(path)).toContain(from);
      project.write(path, project.read(path).replace(from, to));
    };
    swap('App/App/Info.plist', 'v1/channels/stable/iOS.json', 'legacy/ios.json');
    const before = await project.run(['doctor', '--app', 'App', '--json']);
    expect(JSON.parse(before.stdout).result.findings).toMatchObject([{ code: 'app-manifest-url' }]);
    swap(
      'fmrelease.config.ts',
      "hosting: 'managed',",
      "hosting: 'managed', projections: { iOS: 'legacy/ios.json' },",
    );
    expect(await project.run(['doctor', '--app', 'App'])).toMatchObject({ code: 0 });
  });

  test('counts the served builds of the matrix against the limits, and exits 6', async () => {
    const project = emptyProject();
    await project.prepare(...init);
    project.write(
      'App/App/Info.plist',
      project.read('App/App/Info.plist').replace('<integer>536870912</integer>', '<integer>10</integer>'),
    );
    const before = await project.run(['doctor', '--app', 'App', '--json']);
    expect(before.code, 'the matrix is empty').toBe(0);
    const { makeAdapter } = await import('../support/make-adapter.ts');
    makeAdapter(join(project.root, 'adapters'));
    await project.prepare('adapter', 'add', 'adapters/summarizer.fmadapter', '--build', '1.0.0');
    const run = await project.run(['doctor', '--app', 'App', '--json']);
    expect(run.code).toBe(6);
    const { result } = JSON.parse(run.stdout);
    expect(result).toMatchObject({
      ok: false,
      findings: [{ code: 'app-size-limit', subject: 'App/Info.plist' }],
    });
    const plain = await project.run(['doctor', '--app', 'App']);
    expect(plain.stdout).toContain('app-size-limit  App/Info.plist');
    expect(plain.stdout).toContain('1 error, 0 warnings, 0 notes.');
  });

  test('refuses a folder that is not there, and --probe beside it', async () => {
    const project = emptyProject();
    await project.prepare(...init);
    expect(await project.run(['doctor', '--app', 'Other'])).toMatchObject({ code: 4 });
    expect(await project.run(['doctor', '--app', 'App', '--probe'])).toMatchObject({ code: 2 });
  });
});

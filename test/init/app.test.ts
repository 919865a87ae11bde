import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { APP_HOSTINGS } from '../../src/init/app-request.ts';
import { emptyProject } from '../support/cli-project.ts';
import { swiftFaults, topLevelNames } from '../templates/parse-swift.ts';
import { APP_FLAGS, APP_PLISTS, filesBelow, PROTOCOLS, readPlist } from './hosting-keys.ts';

describe.each(APP_HOSTINGS)('init --hosting %s', (hosting) => {
  test('writes what app and extension need, key by key, and doctor finds nothing wrong', async () => {
    const project = emptyProject();
    const run = await project.prepare('init', '--hosting', hosting, ...APP_FLAGS);
    const app = join(project.root, 'MyApp');
    const files = filesBelow(app);
    expect(run.stdout.match(/^Wrote MyApp\/.*$/gm)).toHaveLength(files.length);

    const appPlists = files.filter((file) => /^App\/.*\.plist$/.test(file));
    expect(Object.fromEntries(appPlists.map((file) => [file, readPlist(join(app, file))]))).toEqual(
      APP_PLISTS[hosting],
    );
    expect(readPlist(join(app, 'Extension/Info.plist'))).toMatchObject({
      CFBundleIdentifier: 'com.example.app.downloader',
      EXAppExtensionAttributes: {
        EXExtensionPointIdentifier: 'com.apple.background-asset-downloader-extension',
      },
    });
    for (const file of ['App/App.entitlements', 'Extension/Extension.entitlements'])
      expect(readPlist(join(app, file))).toEqual({
        'com.apple.developer.foundation-model-adapter': true,
        'com.apple.security.application-groups': ['group.com.example.app'],
        'com.apple.security.app-sandbox': true,
        'com.apple.security.network.client': true,
      });

    const doctor = await project.run(['doctor', '--app', 'MyApp', '--json']);
    expect(JSON.parse(doctor.stdout).result, doctor.stdout).toMatchObject({ ok: true, findings: [] });
    expect(doctor.code).toBe(0);
  });

  test('writes Swift that parses, with every marker filled and every piece that another one names', async () => {
    const project = emptyProject();
    await project.prepare('init', '--hosting', hosting, ...APP_FLAGS);
    const app = join(project.root, 'MyApp');
    const files = filesBelow(app);
    const texts = Object.fromEntries(files.map((file) => [file, readFileSync(join(app, file), 'utf8')]));
    for (const [file, text] of Object.entries(texts)) {
      expect(text, file).not.toMatch(/\{\{|\}\}\}|undefined/);
      expect(text.split('\n', 4).join('\n'), file).toMatch(/^(\/\/ [A-Z]|.*\n.*\n<!-- )/);
    }
    const swift = files.filter((file) => file.endsWith('.swift'));
    for (const file of swift) expect(await swiftFaults(texts[file] ?? ''), file).toEqual([]);
    expect(texts['Extension/DownloaderExtension.swift']).toContain(`: ${PROTOCOLS[hosting]} {`);
    const declared = (await Promise.all(swift.map((file) => topLevelNames(texts[file] ?? '')))).flat();
    expect(declared).toEqual(expect.arrayContaining(['AdapterGate', 'AdapterLoader', 'AdapterDelivery']));
    expect(texts['Shared/AdapterSettings.swift']).toContain('appGroup = "group.com.example.app"');
  });
});

describe('what exists', () => {
  const flags = ['init', '--hosting', 'unmanaged', '--ci', 'github', ...APP_FLAGS];

  test('a second run writes nothing; --force replaces; --print only shows', async () => {
    const project = emptyProject();
    const printed = await project.prepare(...flags, '--print', '--json');
    expect(filesBelow(project.root)).toEqual([]);
    const first = await project.prepare(...flags, '--json');
    const { written } = JSON.parse(first.stdout).result;
    expect([...written].sort()).toEqual(filesBelow(project.root));
    for (const { path, content } of JSON.parse(printed.stdout).result.files)
      expect(project.read(path)).toBe(content);

    const before = project.hash();
    const second = await project.prepare(...flags, '--json');
    expect(JSON.parse(second.stdout).result).toEqual({ written: [], kept: written, adapters: [] });
    project.write('MyApp/App/AdapterLoader.swift', '// mine\n');
    await project.prepare(...flags);
    expect(project.read('MyApp/App/AdapterLoader.swift')).toBe('// mine\n');
    await project.prepare(...flags, '--force');
    expect(project.hash()).toBe(before);
  });

  test('without a URL the placeholder is marked in the config and in the output, and with one it is not', async () => {
    const project = emptyProject();
    const marked = await project.prepare(...flags);
    expect(marked.stdout).toContain('PLACEHOLDER: https://cdn.example.com/');
    expect(project.read('fmrelease.config.ts')).toContain(
      "publicUrl: 'https://cdn.example.com/', // PLACEHOLDER",
    );
    const told = await project.prepare(...flags, '--force', '--public-url', 'https://models.example.org/app');
    expect(told.stdout).not.toContain('PLACEHOLDER');
    const config = project.read('fmrelease.config.ts');
    expect(config).toContain("publicUrl: 'https://models.example.org/app/',\n");
    expect(config).not.toContain('PLACEHOLDER');
    expect(project.read('MyApp/App/Info.plist')).toContain('<string>models.example.org</string>');
  });

  test('a target on this machine is fetched over HTTPS, which doctor knows', async () => {
    const project = emptyProject();
    await project.prepare(...flags, '--public-url', 'http://127.0.0.1:8787/');
    expect(project.read('fmrelease.config.ts')).toContain("publicUrl: 'http://127.0.0.1:8787/',\n");
    expect(project.read('MyApp/App/Info.plist')).toContain('<string>https://127.0.0.1:8787/v1/');
    expect(project.read('MyApp/Shared/AdapterSettings.swift')).toContain('"https://127.0.0.1:8787/"');
    expect(await project.run(['doctor', '--app', 'MyApp'])).toMatchObject({ code: 0 });
  });

  test('one platform makes one managed plist, and no sandbox without macOS', async () => {
    const project = emptyProject();
    await project.prepare('init', '--hosting', 'managed', '--platform', 'iOS', ...APP_FLAGS);
    expect(filesBelow(join(project.root, 'MyApp')).filter((file) => file.startsWith('App/Info'))).toEqual([
      'App/Info.plist',
    ]);
    expect(project.read('MyApp/App/Info.plist')).toContain('/stable/iOS.json<');
    expect(project.read('MyApp/App/App.entitlements')).not.toContain('sandbox');
    expect(project.read('fmrelease.config.ts')).toContain("support: { iOS: '>=26.0' }");
  });

  test('platforms come one by one or with commas, as the dialogue takes them', async () => {
    for (const told of [
      ['--platform', 'iOS', '--platform', 'visionOS'],
      ['--platform', 'iOS, visionOS'],
    ]) {
      const project = emptyProject();
      await project.prepare('init', '--hosting', 'managed', ...told, ...APP_FLAGS);
      expect(project.read('fmrelease.config.ts')).toContain("support: { iOS: '>=26.0', visionOS: '>=26.0' }");
    }
  });
});

describe('bad input is one error, and nothing is written', () => {
  const sound: Readonly<Record<string, string>> = {
    hosting: 'managed',
    app: 'MyApp',
    'app-group': 'group.com.example.app',
    'bundle-id': 'com.example.app',
  };

  test.each([
    {
      flag: 'hosting',
      value: 'mine',
      says: '--hosting "mine" is not known: expected apple, managed, unmanaged.',
    },
    { flag: 'app-group', value: 'com.example.app', says: '"com.example.app" is no app group' },
    { flag: 'app-group', value: 'group.a</string>', says: 'is no app group' },
    { flag: 'bundle-id', value: 'example', says: '"example" is no bundle id' },
    { flag: 'bundle-id', value: 'com.exa"mple', says: 'is no bundle id' },
    {
      flag: 'public-url',
      value: 'http://cdn.example.com/',
      says: 'uses http: expected https, or http on loopback',
    },
    { flag: 'public-url', value: 'cdn', says: '--public-url "cdn" is no URL' },
    { flag: 'public-url', value: 'https://me:secret@cdn.example.com/', says: 'carries credentials' },
    { flag: 'platform', value: 'iPadOS', says: 'write "iOS", which covers iPadOS' },
    { flag: 'ci', value: 'gitlab', says: '--ci "gitlab" is not known: expected github.' },
    { flag: 'app', value: '', says: '--app is empty' },
    { flag: 'app', value: 'My\nApp', says: '--app has a control character' },
  ])('--$flag $value', async ({ flag, value, says }) => {
    const project = emptyProject();
    const words = Object.entries({ ...sound, [flag]: value }).flatMap(([name, text]) => [`--${name}`, text]);
    const run = await project.run(['init', '--yes', ...words]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(says);
    expect(run.stderr.match(/^Error:/gm)).toHaveLength(1);
    expect(run.stderr).not.toContain('secret');
    expect(filesBelow(project.root)).toEqual([]);
  });

  test('missing flags are named where nobody can be asked', async () => {
    const project = emptyProject();
    const run = await project.run(['init', '--app', 'MyApp']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('--hosting and --app-group and --bundle-id are missing');
    expect(filesBelow(project.root)).toEqual([]);
  });

  test.skipIf(!existsSync('/proc/self'))(
    'a folder that no system can make stops before the first write',
    async () => {
      const project = emptyProject();
      const words = Object.entries({ ...sound, app: '/proc/fmrelease/App' }).flatMap(([name, text]) => [
        `--${name}`,
        text,
      ]);
      const run = await project.run(['init', '--yes', ...words]);
      expect(run.stderr).toMatch(/^Error: "\/proc\/fmrelease" cannot be made \(ENOENT\)\.$/m);
      expect(run.code).toBe(2);
      expect(filesBelow(project.root)).toEqual([]);
    },
  );

  test('a file where a folder must be stops before the first write', async () => {
    const project = emptyProject();
    project.write('MyApp/Shared', 'a file');
    const run = await project.run(['init', '--hosting', 'apple', ...APP_FLAGS]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('"MyApp/Shared" is a file');
    expect(filesBelow(project.root)).toEqual(['MyApp/Shared']);
  });
});

import { describe, expect, test } from 'vitest';
import { appFiles } from '../../src/init/app-files.ts';
import { APP_HOSTINGS, type AppHosting, parseAppAnswers } from '../../src/init/app-request.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import { topLevelNames } from '../templates/parse-swift.ts';

/** The Swift that is written for a hosting, by path below the app's folder, without comments. */
async function swiftFor(hosting: AppHosting): Promise<ReadonlyMap<string, string>> {
  const request = parseAppAnswers({
    hosting,
    appGroup: 'group.com.example.app',
    bundleId: 'com.example.app',
    app: 'MyApp',
    platforms: [],
  });
  const files = (await appFiles(PACKAGE_ROOT, request)).filter(({ path }) => path.endsWith('.swift'));
  return new Map(
    files.map(({ path, content }) => [path.slice('MyApp/'.length), content.replace(/\/\/.*$/gm, '')]),
  );
}

/** Fails unless each text comes after the one before it. */
function expectOrder(text: string, ...parts: readonly string[]): void {
  let at = 0;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    expect(found, `"${part}" after ${JSON.stringify(text.slice(0, at).slice(-60))}`).toBeGreaterThanOrEqual(
      at,
    );
    at = found + part.length;
  }
}

const OWN_TYPES =
  /\b(?:(?:Adapter|Pack|Release|Seen|Strict|Delivered|Loaded|Draft)[A-Z]\w*|OSVersion|ResolutionError)\b/g;

describe.each(APP_HOSTINGS)('%s hosting', (hosting) => {
  test.each([
    { target: 'the extension', folders: /^(Shared|Extension)\// },
    { target: 'the app', folders: /^(Shared|App)\// },
  ])('$target has every type of ours that its files name', async ({ folders }) => {
    const files = [...(await swiftFor(hosting))].filter(([path]) => folders.test(path));
    const declared = new Set(
      (await Promise.all(files.map(([, text]) => topLevelNames(text)))).flat().concat(['ReleasePack']),
    );
    for (const [path, text] of files)
      expect(
        [...new Set(text.match(OWN_TYPES) ?? [])].filter((name) => !declared.has(name)),
        path,
      ).toEqual([]);
  });

  test('each declaration says where it runs, since new projects put the others on the main actor', async () => {
    for (const [path, text] of await swiftFor(hosting))
      for (const [line] of text.matchAll(
        /^(?=[a-z])(?!import ).*\b(?:struct|enum|class|extension|func|actor) .*$/gm,
      ))
        expect(line, path).toMatch(/^(nonisolated |public actor )/);
  });

  test('the loader asks the device, frees space, delivers, compiles within its budget, and falls back', async () => {
    const loader = (await swiftFor(hosting)).get('App/AdapterLoader.swift') ?? '';
    expectOrder(loader, 'func model(for name', 'clearObsolete()', 'AdapterLoader.load(name)');
    expectOrder(
      loader,
      'static func load(',
      'AdapterGate.compatibleIdentifiers(name: name).isEmpty',
      'baseModel(',
      'AdapterDelivery.load(name: name)',
      'compileDraft(of: delivered)',
      'SystemLanguageModel(adapter: delivered.adapter)',
      'catch',
      'baseModel(',
    );
    expectOrder(loader, 'DraftCompileBudget.take()', '.compile()');
  });

  test('nothing of the adapter API is called from OS 27 on', async () => {
    const files = await swiftFor(hosting);
    const gate = files.get('Shared/AdapterGate.swift') ?? '';
    for (const call of ['Adapter.compatibleAdapterIdentifiers', 'Adapter.removeObsoleteAdapters'])
      expectOrder(gate, '#available(iOS 27, macOS 27, visionOS 27, *) { return', '#available(iOS 26', call);
    for (const [path, text] of files)
      if (path !== 'Shared/AdapterGate.swift' && /SystemLanguageModel\.Adapter/.test(text))
        expect(path).toMatch(/^App\/Adapter(Loader|Delivery)\.swift$/);
  });
});

describe('a pack is on the device before its adapter is loaded', () => {
  test.each(['apple', 'managed'] as const)(
    '%s: the system chooses among the ids that fit',
    async (hosting) => {
      const delivery = (await swiftFor(hosting)).get('App/AdapterDelivery.swift') ?? '';
      expectOrder(
        delivery,
        'AdapterGate.compatibleIdentifiers(name: name)',
        'firstPack(identifiers)',
        ...(hosting === 'managed' ? ['PackTrust.check(pack)'] : []),
        'ensureLocalAvailability(of: pack)',
        'SystemLanguageModel.Adapter(name: name)',
      );
      expect(delivery.includes('PackTrust')).toBe(hosting === 'managed');
    },
  );

  test('unmanaged: verified, then resolved, then its own statement, then downloaded', async () => {
    const files = await swiftFor('unmanaged');
    expectOrder(
      files.get('App/AdapterDelivery.swift') ?? '',
      'newestRelease(store)',
      'PackChoice.pack(for: name, in: release)',
      'PackTrust.check(pack)',
      'PackDownloads.shared.fetch(pack)',
      'SystemLanguageModel.Adapter(fileURL: place)',
      'store.accept(manifest: data)',
    );
    expectOrder(
      files.get('Extension/DownloaderExtension.swift') ?? '',
      'store.accept(manifest: data)',
      'PackChoice.pack(for: $0, in: release)',
      'PackTrust.check($0)',
      '$0.download()',
    );
    expectOrder(
      files.get('Shared/AdapterStore.swift') ?? '',
      'verifyManifest(',
      'AdapterResolver(manifest: content)',
    );
    expectOrder(
      files.get('Shared/PackChoice.swift') ?? '',
      'compatibleIdentifiers',
      'release.resolve(adapter: name',
    );
    expectOrder(
      files.get('Shared/PackTrust.swift') ?? '',
      'verifyPack(pack.statement',
      'packSha256 == pack.sha256',
    );
  });
});

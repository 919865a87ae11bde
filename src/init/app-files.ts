import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestKey, platformManifestKey } from '../release/layout.ts';
import { type AppRequest, appUrlOf } from './app-request.ts';
import { type Escaping, type Filling, fillTemplate } from './fill.ts';
import { FIRST_SUPPORT, type FirstAdapter } from './first-matrix.ts';

/** A file to write: its path relative to the project, and what it holds. */
export interface NewFile {
  readonly path: string;
  readonly content: string;
}

/** The config for a hosting, with the URL that apps read. */
export async function hostedConfig(packageRoot: string, request: AppRequest): Promise<string> {
  const filling = fillingOf(request, request.publicUrl);
  const support = request.platforms.map((platform) => `${platform}: '${FIRST_SUPPORT}'`).join(', ');
  return fillTemplate(
    (await readTemplate(packageRoot, 'config/hosted.ts.txt')).replace('{{support}}', support),
    'script',
    filling,
  );
}

/** The CI workflow: the plan on pull requests, publishing behind an environment, an audit each week. */
export async function workflowFile(packageRoot: string, request: AppRequest): Promise<NewFile> {
  return {
    path: '.github/workflows/fmrelease.yml',
    content: fillTemplate(await readTemplate(packageRoot, 'ci/github.yml'), 'yaml', fillingOf(request)),
  };
}

/** Everything that an app and its downloader extension need, in three folders below the one that was named. */
export async function appFiles(
  packageRoot: string,
  request: AppRequest,
  adapters: readonly Pick<FirstAdapter, 'name'>[] = [],
): Promise<readonly NewFile[]> {
  const { folder, hosting } = request;
  if (folder === null) return [];
  const { values, sections } = fillingOf(request);
  const filling = { values: { ...values, adapter: adapters[0]?.name ?? EXAMPLE_ADAPTER }, sections };
  const pieces = [
    ...SHARED.map((name) => ({ from: name, to: `Shared/${name}` })),
    ...OWN_SHARED[hosting].map((name) => ({ from: `${hosting}/${name}`, to: `Shared/${name}` })),
    { from: 'AdapterLoader.swift', to: 'App/AdapterLoader.swift' },
    { from: `${DELIVERY[hosting]}/AdapterDelivery.swift`, to: 'App/AdapterDelivery.swift' },
    { from: 'App.entitlements', to: 'App/App.entitlements' },
    { from: `${hosting}/DownloaderExtension.swift`, to: 'Extension/DownloaderExtension.swift' },
    { from: 'Extension-Info.plist', to: 'Extension/Info.plist' },
    { from: 'Extension.entitlements', to: 'Extension/Extension.entitlements' },
  ];
  const files = await Promise.all(
    pieces.map(async ({ from, to }) => ({
      path: join(folder, to),
      content: fillTemplate(await readTemplate(packageRoot, `app/${from}`), escapingOf(to), filling),
    })),
  );
  return [...files, ...(await appPlists(packageRoot, request, folder))];
}

/** One Info.plist for the app; several where each platform has a manifest of its own. */
async function appPlists(
  packageRoot: string,
  request: AppRequest,
  folder: string,
): Promise<readonly NewFile[]> {
  const template = await readTemplate(packageRoot, `app/${request.hosting}/App-Info.plist`);
  const { platforms, hosting } = request;
  const isOnePerPlatform = hosting === 'managed' && platforms.length > 1;
  return (isOnePerPlatform ? platforms : platforms.slice(0, 1)).map((platform) => {
    const { values, sections } = fillingOf(request);
    const key = hosting === 'managed' ? platformManifestKey(CHANNEL, platform) : manifestKey(CHANNEL);
    const manifestUrl = `${appUrlOf(request.publicUrl)}${key}`;
    return {
      path: join(folder, 'App', isOnePerPlatform ? `Info-${platform}.plist` : 'Info.plist'),
      content: fillTemplate(template, 'xml', { values: { ...values, platform, manifestUrl }, sections }),
    };
  });
}

/** @param publicUrl - as the file to fill needs it: apps fetch over HTTPS alone */
function fillingOf(request: AppRequest, publicUrl = appUrlOf(request.publicUrl)): Filling {
  const { hosting, appGroup, bundleId, isPlaceholder, platforms } = request;
  return {
    values: {
      appGroup,
      bundleId,
      extensionId: `${bundleId}.downloader`,
      publicUrl,
      hosting,
      channel: CHANNEL,
      host: new URL(publicUrl).hostname,
      downloadAllowance: String(DOWNLOAD_ALLOWANCE),
      maxInstallSize: String(MAX_INSTALL_SIZE),
      environment: 'fmrelease',
      target: hosting === 'apple' ? 'store' : 'cdn',
      runner: hosting === 'unmanaged' ? 'ubuntu-latest' : 'macos-26',
    },
    sections: {
      macOS: platforms.includes('macOS'),
      apple: hosting === 'apple',
      selfHosted: hosting !== 'apple',
      placeholder: isPlaceholder,
      ownUrl: !isPlaceholder,
    },
  };
}

const readTemplate = (packageRoot: string, name: string): Promise<string> =>
  readFile(join(packageRoot, 'templates', name), 'utf8');

const escapingOf = (name: string): Escaping => (name.endsWith('.swift') ? 'swift' : 'xml');

const SHARED = [
  'AdapterSettings.swift',
  'AdapterGate.swift',
  'AdapterResolver.swift',
  'ReleaseVerifier.swift',
  'StrictJSON.swift',
];

const OWN_SHARED = {
  apple: [],
  managed: ['PackTrust.swift'],
  unmanaged: [
    'AdapterStore.swift',
    'PackChoice.swift',
    'PackTrust.swift',
    'PackDownload.swift',
    'PackUnpacker.swift',
  ],
} as const;

/** Whose delivery: where the system manages packs, both hostings share one. */
const DELIVERY = { apple: 'system', managed: 'system', unmanaged: 'unmanaged' } as const;

const CHANNEL = 'stable';

/** The name in examples where no adapter is told. */
const EXAMPLE_ADAPTER = 'summarizer';

/** The download allowance of a new app, in bytes: three adapters of the usual 160 MB. */
export const DOWNLOAD_ALLOWANCE = 512 * 1024 * 1024;
/** The install size of a new app, in bytes: those adapters unpacked beside their archives. */
export const MAX_INSTALL_SIZE = 1024 * 1024 * 1024;

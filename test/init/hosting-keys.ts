import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'plist';
import type { AppHosting } from '../../src/init/app-request.ts';

/** The flags of one app, without its hosting. */
export const APP_FLAGS = [
  '--yes',
  '--app-group',
  'group.com.example.app',
  '--bundle-id',
  'com.example.app',
  '--app',
  'MyApp',
] as const;

/** Every file below a folder, relative to it, sorted. */
export const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

/** A plist as data. */
export const readPlist = (path: string): unknown => parse(readFileSync(path, 'utf8'));

const restrictions = {
  BADownloadDomainAllowList: ['cdn.example.com'],
  BADownloadAllowance: 536_870_912,
  BAEssentialDownloadAllowance: 0,
};

const sizes = { BAMaxInstallSize: 1_073_741_824, BAEssentialMaxInstallSize: 0 };

/** Every key of the app's Info.plist files for each hosting, and nothing else. */
export const APP_PLISTS: Readonly<Record<AppHosting, Readonly<Record<string, object>>>> = {
  apple: {
    'App/Info.plist': {
      BAAppGroupID: 'group.com.example.app',
      BAHasManagedAssetPacks: true,
      BAUsesAppleHosting: true,
    },
  },
  managed: Object.fromEntries(
    ['iOS', 'macOS'].map((platform) => [
      `App/Info-${platform}.plist`,
      {
        BAAppGroupID: 'group.com.example.app',
        BAHasManagedAssetPacks: true,
        BAManifestURL: `https://cdn.example.com/v1/channels/stable/${platform}.json`,
        BAInitialDownloadRestrictions: restrictions,
        ...sizes,
      },
    ]),
  ),
  unmanaged: {
    'App/Info.plist': {
      BAAppGroupID: 'group.com.example.app',
      BAManifestURL: 'https://cdn.example.com/v1/channels/stable/manifest.json',
      BAInitialDownloadRestrictions: restrictions,
      ...sizes,
    },
  },
};

/** The protocol that the extension conforms to, by hosting. */
export const PROTOCOLS: Readonly<Record<AppHosting, string>> = {
  apple: 'StoreDownloaderExtension',
  managed: 'ManagedDownloaderExtension',
  unmanaged: 'BADownloaderExtension',
};

import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError, ReleaseError } from '../../errors.ts';
import { type OsVersion, parseOsVersion } from '../../model/os-version.ts';
import type { Platform } from '../../model/platform.ts';

/** What a plist may hold, as far as the rules look. */
export type PlistDict = Readonly<Record<string, unknown>>;

/** A plist of the project; `path` is relative to the folder that was named. */
export interface ReadPlist {
  readonly path: string;
  readonly values: PlistDict;
}

/** A deployment target in build settings. */
export interface DeploymentTarget {
  readonly path: string;
  readonly platform: Platform;
  readonly version: OsVersion;
}

/** What an Xcode project's folder says of Background Assets. */
export interface AppFacts {
  /** Info.plist files of apps: those with a key of Background Assets, or of a bundle that is an app. */
  readonly apps: readonly ReadPlist[];
  /** Info.plist files of downloader extensions. */
  readonly extensions: readonly ReadPlist[];
  readonly appEntitlements: readonly ReadPlist[];
  readonly extensionEntitlements: readonly ReadPlist[];
  readonly deploymentTargets: readonly DeploymentTarget[];
  /** Files that cannot be read as an XML plist, and why. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

/**
 * Reads the plists, entitlements and build settings below a folder. Follows no links and skips what is built or fetched.
 *
 * @throws ReleaseError `FILE_NOT_FOUND` when there is no such folder or it cannot be read, `USAGE` when it holds too much to be one project
 */
export async function readApp(folder: string, name: string): Promise<AppFacts> {
  try {
    return await readFacts(folder, name);
  } catch (cause) {
    if (!isSystemError(cause, 'EACCES', 'EPERM', 'ENOENT', 'ESRCH', 'EINVAL', 'EIO')) throw cause;
    throw new ReleaseError('FILE_NOT_FOUND', `"${cause.path ?? name}" cannot be read (${cause.code}).`, {
      fix: 'Give this user read access to it, or pass the folder of the Xcode project alone to --app.',
      cause,
    });
  }
}

async function readFacts(folder: string, name: string): Promise<AppFacts> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true)
    throw new ReleaseError('FILE_NOT_FOUND', `There is no folder "${name}".`, {
      fix: 'Pass the folder of your Xcode project to --app.',
    });
  const files = await listFiles(folder, '', { name, left: MAX_ENTRIES });
  const read = await Promise.all(
    files.filter((path) => /\.(plist|entitlements)$/.test(path)).map((path) => readPlist(folder, path)),
  );
  const plists = read.flatMap((one) => ('values' in one ? [one] : []));
  const isEntitlements = ({ path }: ReadPlist): boolean => path.endsWith('.entitlements');
  const extensions = plists.filter((plist) => !isEntitlements(plist) && isDownloader(plist.values));
  const [own, theirs] = splitEntitlements(
    plists.filter(isEntitlements),
    plists.filter((plist) => !isEntitlements(plist)),
  );
  return {
    apps: plists.filter((plist) => !isEntitlements(plist) && isApp(plist.values)),
    extensions,
    appEntitlements: own,
    extensionEntitlements: theirs,
    deploymentTargets: (await Promise.all(files.map((path) => readDeploymentTargets(folder, path)))).flat(),
    unreadable: read.flatMap((one) => ('why' in one ? [one] : [])),
  };
}

async function listFiles(
  folder: string,
  below: string,
  budget: { readonly name: string; left: number },
): Promise<readonly string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  budget.left -= entries.length;
  if (budget.left < 0)
    throw new ReleaseError('USAGE', `"${budget.name}" holds more than ${MAX_ENTRIES} files.`, {
      fix: 'Pass the folder of the Xcode project alone to --app.',
    });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isFile()) files.push(path);
    if (entry.isDirectory() && !SKIPPED.test(entry.name))
      files.push(...(await listFiles(folder, path, budget)));
  }
  return files;
}

async function readPlist(
  folder: string,
  path: string,
): Promise<ReadPlist | { readonly path: string; readonly why: string }> {
  const place = join(folder, path);
  if ((await stat(place)).size > MAX_BYTES) return { path, why: 'it is bigger than 1 MiB' };
  const bytes = await readFile(place);
  if (bytes.subarray(0, 6).toString('latin1') === 'bplist') return { path, why: 'it is a binary plist' };
  const values = await parseXmlPlist(bytes.toString('utf8'));
  if (values === undefined) return { path, why: 'it is no XML plist' };
  return isDict(values) ? { path, values } : { path, why: 'its root is no dictionary' };
}

/** The content of an XML plist; undefined when it is none. */
async function parseXmlPlist(text: string): Promise<unknown> {
  const { parse } = await import('plist');
  const told = { ...console };
  Object.assign(console, SILENT); // the XML parser below tells faults there too, and cannot be told not to
  try {
    return parse(text);
  } catch {
    return undefined;
  } finally {
    Object.assign(console, told);
  }
}

/**
 * Entitlements next to a downloader extension's plist are its own; where there are none, those named after it. Those next
 * to another extension's plist, such as a widget's, are nobody's here; the rest are the app's.
 */
function splitEntitlements(
  all: readonly ReadPlist[],
  plists: readonly ReadPlist[],
): readonly [own: readonly ReadPlist[], theirs: readonly ReadPlist[]] {
  const foldersOf = (some: readonly ReadPlist[]): ReadonlySet<string> =>
    new Set(some.map(({ path }) => dirname(path)).filter((folder) => folder !== '.'));
  const others = foldersOf(
    plists.filter(({ values }) => extensionPointOf(values) !== null && !isDownloader(values)),
  );
  const ours = foldersOf(plists.filter(({ values }) => isDownloader(values)));
  const relevant = all.filter(({ path }) => !others.has(dirname(path)) || ours.has(dirname(path)));
  const beside = relevant.filter(({ path }) => ours.has(dirname(path)));
  const theirs =
    beside.length > 0
      ? beside
      : relevant.filter(({ path }) => /extension|downloader/i.test(path.split('/').at(-1) ?? ''));
  return [relevant.filter((one) => !theirs.includes(one)), theirs];
}

async function readDeploymentTargets(folder: string, path: string): Promise<readonly DeploymentTarget[]> {
  if (!/(\.pbxproj|\.xcconfig)$/.test(path)) return [];
  const text = await readFile(join(folder, path), 'utf8');
  const found = [...text.matchAll(/^\s*(\w+)_DEPLOYMENT_TARGET\s*=\s*"?(\d+(?:\.\d+){0,2})"?\s*;?\s*$/gm)];
  const targets = found.flatMap(([, setting = '', version = '']) => {
    const platform = SETTINGS[setting];
    return platform === undefined ? [] : [{ path, platform, version: parseOsVersion(version) }];
  });
  const seen = new Set<string>();
  return targets.filter(({ platform, version }) => {
    const key = `${platform} ${version.join('.')}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** The extension point that a plist declares, in either of the two forms that exist. */
export function extensionPointOf(values: PlistDict): string | null {
  const attributes = values['EXAppExtensionAttributes'];
  const extension = values['NSExtension'];
  const point = isDict(attributes)
    ? attributes['EXExtensionPointIdentifier']
    : isDict(extension)
      ? extension['NSExtensionPointIdentifier']
      : null;
  return typeof point === 'string' ? point : null;
}

/** True for a dictionary of a plist. */
export const isDict = (value: unknown): value is PlistDict =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Uint8Array);

const isDownloader = (values: PlistDict): boolean => /background-asset/.test(extensionPointOf(values) ?? '');

const isApp = (values: PlistDict): boolean =>
  extensionPointOf(values) === null &&
  (Object.keys(values).some((key) => /^BA[A-Z]/.test(key)) || values['CFBundlePackageType'] === 'APPL');

const SETTINGS: Readonly<Record<string, Platform>> = {
  IPHONEOS: 'iOS',
  MACOSX: 'macOS',
  TVOS: 'tvOS',
  XROS: 'visionOS',
};

const SILENT = { error: () => undefined, warn: () => undefined };
const SKIPPED =
  /^(\.git|\.build|\.fmrelease|node_modules|DerivedData|build|Build|Pods|Carthage|.*\.xcassets)$/;
const MAX_ENTRIES = 50_000;
const MAX_BYTES = 1 << 20;

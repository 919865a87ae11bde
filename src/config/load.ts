import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { cosmiconfig, type Loader, type PublicExplorer } from 'cosmiconfig';
import { isSystemError, ReleaseError } from '../errors.ts';
import type { UserConfig } from '../generated/config.ts';
import { readJson } from '../json/read.ts';
import { checkDocument } from '../json/validate.ts';
import type { Config } from './config.ts';
import { normaliseConfig } from './normalise.ts';

/** Where to look for a config. */
export interface ConfigPlace {
  readonly cwd: string;
  /** An explicit path, relative to `cwd`. */
  readonly file?: string | undefined;
  /** The entry that `import { defineConfig } from 'fmrelease'` shall reach from a TypeScript config. */
  readonly selfEntry: string;
}

/**
 * Finds, loads, checks and completes the config: `fmrelease.config.ts`, `.js`, `.mjs`, `.json`, `.yaml` or the key
 * `fmrelease` of package.json, in `cwd` or in a parent folder of the same git repository.
 *
 * @throws ReleaseError `CONFIG_NOT_FOUND`, or `CONFIG_INVALID` and `JSON_INVALID` with all faults
 */
export async function loadConfig(place: ConfigPlace): Promise<Config> {
  const found = await findConfig(place);
  const name = basename(found.filepath);
  const { default: validate } = await import('../generated/config.validator.js');
  const user = checkDocument<UserConfig>(found.config, { validate, source: name, code: 'CONFIG_INVALID' });
  return normaliseConfig(user, { root: dirname(found.filepath), file: name });
}

async function findConfig(
  place: ConfigPlace,
): Promise<{ readonly config: unknown; readonly filepath: string }> {
  const explorer = createExplorer(place.selfEntry);
  if (place.file !== undefined) return loadNamed(explorer, resolve(place.cwd, place.file), place.file);
  for (const path of foldersToSearch(place.cwd).flatMap(placesIn).filter(isFile)) {
    const found = await load(explorer, path);
    if (found !== null) return found;
  }
  throw new ReleaseError(
    'CONFIG_NOT_FOUND',
    `No fmrelease config was found in ${place.cwd}${gitRoot(place.cwd) === undefined ? '' : ' or above it in the repository'}.`,
    {
      fix: 'Run `fmrelease init`, or name the file with --config.',
    },
  );
}

async function loadNamed(explorer: PublicExplorer, path: string, name: string) {
  if (!isFile(path)) {
    throw new ReleaseError('CONFIG_NOT_FOUND', `The config "${name}" is not a file.`, {
      fix: 'Correct --config or FMRELEASE_CONFIG.',
    });
  }
  return (await load(explorer, path)) ?? Promise.reject(emptyConfig(name));
}

/**
 * Loads one file; null is a package.json without our key. A config that throws is the user's to mend, with the cause
 * kept. Not `explorer.search`: it takes an ENOENT that the config itself throws for a config that is not there.
 */
async function load(explorer: PublicExplorer, path: string) {
  const name = basename(path);
  try {
    const found = await explorer.load(path);
    if (found?.isEmpty === true) throw emptyConfig(name);
    return found;
  } catch (cause) {
    if (cause instanceof ReleaseError) throw cause;
    const denied = isSystemError(cause, 'EACCES', 'EPERM');
    throw new ReleaseError(
      'CONFIG_INVALID',
      `The config ${name} cannot be ${denied ? 'read' : 'loaded'}: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}.`,
      {
        fix: denied
          ? 'Give this user read access to it.'
          : 'Run the file on its own and mend what it reports.',
        cause,
      },
    );
  }
}

const emptyConfig = (name: string): ReleaseError =>
  new ReleaseError('CONFIG_INVALID', `${name} is empty.`, {
    fix: `Export a config from ${name}, with \`support\` at least.`,
  });

function createExplorer(selfEntry: string): PublicExplorer {
  const loadTypeScript: Loader = async (path) => {
    const { createJiti } = await import('jiti');
    return createJiti(path, { alias: { fmrelease: selfEntry }, interopDefault: true }).import(path, {
      default: true,
    });
  };
  const loadJson: Loader = (path, content) => readJson(content, basename(path));
  return cosmiconfig('fmrelease', {
    loaders: { '.ts': loadTypeScript, '.json': loadJson },
    cache: false,
  });
}

/** `cwd`, then its parents up to the root of the git repository: a config is code, and none above it is run. */
function foldersToSearch(cwd: string): readonly string[] {
  const top = gitRoot(cwd) ?? cwd;
  const folders = [cwd];
  for (let folder = cwd; folder !== top; ) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}

const placesIn = (folder: string): readonly string[] => CONFIG_FILES.map((name) => join(folder, name));

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

function gitRoot(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : gitRoot(parent);
}

/** The config files that are looked for, in this order, before `package.json#fmrelease`. */
export const CONFIG_FILES: readonly string[] = [
  ...['ts', 'js', 'mjs', 'json', 'yaml'].map((ending) => `fmrelease.config.${ending}`),
  'package.json',
];

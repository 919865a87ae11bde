import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Jiti from 'jiti';
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

interface FoundConfig {
  readonly config: unknown;
  readonly filepath: string;
}

async function findConfig({ cwd, file, selfEntry }: ConfigPlace): Promise<FoundConfig> {
  if (file !== undefined) return loadNamed(resolve(cwd, file), file, selfEntry);
  for (const path of foldersToSearch(cwd).flatMap(placesIn).filter(isFile)) {
    const config = await load(path, selfEntry);
    if (config !== undefined) return { config, filepath: path };
  }
  throw new ReleaseError(
    'CONFIG_NOT_FOUND',
    `No fmrelease config was found in this folder${gitRoot(cwd) === undefined ? '' : ' or above it in the repository'}.`,
    {
      fix: 'Run `fmrelease init`, or name the file with --config.',
    },
  );
}

async function loadNamed(path: string, name: string, selfEntry: string): Promise<FoundConfig> {
  if (!isFile(path)) {
    throw new ReleaseError('CONFIG_NOT_FOUND', `The config "${name}" is not a file.`, {
      fix: 'Correct --config or FMRELEASE_CONFIG.',
    });
  }
  const config = await load(path, selfEntry);
  if (config === undefined) throw emptyConfig(name);
  return { config, filepath: path };
}

/**
 * Loads one file; undefined is a package.json without our key. A config that throws is the user's to mend, with the
 * cause kept.
 */
async function load(path: string, selfEntry: string): Promise<unknown> {
  const name = basename(path);
  try {
    const config = await readConfigFile(path, selfEntry);
    if (config === undefined && name !== 'package.json') throw emptyConfig(name);
    return config;
  } catch (cause) {
    if (cause instanceof ReleaseError) throw cause;
    const denied = isSystemError(cause, 'EACCES', 'EPERM');
    throw new ReleaseError(
      'CONFIG_INVALID',
      `The config ${name} cannot be ${denied ? 'read' : 'loaded'}: ${explainCause(cause, path)}.`,
      {
        fix: denied
          ? 'Give this user read access to it.'
          : 'Run the file on its own and mend what it reports.',
        cause,
      },
    );
  }
}

/** Each form is read by what it needs alone: a start with a JSON or JavaScript config loads no parser. */
async function readConfigFile(path: string, selfEntry: string): Promise<unknown> {
  if (basename(path) === 'package.json') return readPackageKey(path);
  switch (extname(path)) {
    case '.json': {
      const text = await readFile(path, 'utf8');
      return text.trim() === '' ? undefined : readJson(text, basename(path));
    }
    case '.js':
    case '.mjs':
      return importDefault(path);
    case '.ts':
      return readTypeScript(path, selfEntry);
    default:
      return readWithCosmiconfig(path);
  }
}

/** What a module exports by default; a module of CommonJS has it there too. */
async function importDefault(path: string): Promise<unknown> {
  const module: unknown = await import(pathToFileURL(path).href);
  return module !== null && typeof module === 'object' && 'default' in module ? module.default : undefined;
}

/** jiti is required, not imported: Node would scan its whole bundle for exports, which costs more than loading it. */
async function readTypeScript(path: string, selfEntry: string): Promise<unknown> {
  const require = createRequire(import.meta.url);
  const { createJiti } = require('jiti') as typeof Jiti;
  const jiti = createJiti(path, { alias: { fmrelease: selfEntry }, interopDefault: true });
  return jiti.import(path, { default: true });
}

/** The key `fmrelease` of a package.json; undefined without it. */
async function readPackageKey(path: string): Promise<unknown> {
  const document = readJson(await readFile(path, 'utf8'), basename(path));
  return document !== null && typeof document === 'object' && !Array.isArray(document)
    ? document['fmrelease']
    : undefined;
}

/** YAML: cosmiconfig brings the parser. */
async function readWithCosmiconfig(path: string): Promise<unknown> {
  const { default: parser } = await import('cosmiconfig'); // CommonJS: bundled, it has its default alone
  const found = await parser.cosmiconfig('fmrelease', { cache: false }).load(path);
  return found?.isEmpty === true ? undefined : found?.config;
}

/** What a loader says, on one line, without the folder that the config lies in. */
function explainCause(cause: unknown, path: string): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const lines = text
    .replaceAll(`${dirname(path)}/`, '')
    .split('\n')
    .map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(0, 2)
    .join(' ')
    .replace(/[.:]+$/, '');
}

const emptyConfig = (name: string): ReleaseError =>
  new ReleaseError('CONFIG_INVALID', `${name} is empty.`, {
    fix: `Export a config from ${name}, with \`support\` at least.`,
  });

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

const placesIn = (folder: string): readonly string[] =>
  [...CONFIG_FILES, 'package.json'].map((name) => join(folder, name));

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

function gitRoot(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : gitRoot(parent);
}

/** The config files that are looked for, in this order, before `package.json#fmrelease`. */
export const CONFIG_FILES: readonly string[] = ['ts', 'js', 'mjs', 'json', 'yaml'].map(
  (ending) => `fmrelease.config.${ending}`,
);

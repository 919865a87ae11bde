import { existsSync, type Stats, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize, resolve } from 'node:path';
import { CONFIG_FILES } from '../config/load.ts';
import { explainWriteError, writeFileAtomically } from '../disk/atomic-write.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { isSystemError, ReleaseError } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import type { ReadingIo } from '../matrix/add-adapter.ts';
import { appFiles, hostedConfig, type NewFile, workflowFile } from './app-files.ts';
import { type AppRequest, DEFAULT_PLATFORMS } from './app-request.ts';
import {
  type AdapterAnswer,
  composeMatrix,
  type FirstAdapter,
  type FirstMatrix,
  MATRIX_FILE,
} from './first-matrix.ts';

/** What was written and what was kept, relative to the project. With `print`, what would be, and its content. */
export interface InitResult {
  readonly written: readonly string[];
  readonly kept: readonly string[];
  /** The adapters that were told; they are in the matrix where it was written. */
  readonly adapters: readonly FirstAdapter[];
  readonly files?: readonly NewFile[];
}

/** Where and how to write. */
export interface InitOptions {
  readonly packageRoot: string;
  readonly force: boolean;
  /** Shows instead of writing. */
  readonly print: boolean;
  /** What to write for an app; null writes a config and a matrix only. */
  readonly app: AppRequest | null;
  /** What a new matrix begins with. */
  readonly adapters: readonly AdapterAnswer[];
  readonly io: ReadingIo;
}

/**
 * Writes what is missing of a config and a matrix, and for an app its pieces and a CI workflow. A config of any format
 * counts as there; `force` replaces what exists. Everything is composed before the first file is written.
 *
 * @throws ReleaseError `FILE_UNWRITABLE` when something in the way is no file or no folder, or as `adapter add` does for
 *   an adapter; nothing is written then
 */
export async function initProject(root: string, options: InitOptions): Promise<InitResult> {
  const { force, print } = options;
  const platforms = options.app?.platforms ?? DEFAULT_PLATFORMS;
  const matrix = await composeMatrix(root, options.adapters, { platforms, io: options.io });
  const files = await composeFiles(root, matrix, options);
  for (const { path } of files) refuseObstacle(root, path);
  const wanted = files.filter(({ path }) => force || !existsSync(resolve(root, path)));
  const kept = files.filter((file) => !wanted.includes(file)).map(({ path }) => path);
  if (!print) {
    await prepareFolders(root, wanted);
    for (const { path, content } of wanted) await writeFileAtomically(resolve(root, path), content);
    await options.io.digests.save();
  }
  const { adapters } = matrix;
  return { written: wanted.map(({ path }) => path), kept, adapters, ...(print ? { files: wanted } : {}) };
}

async function composeFiles(
  root: string,
  { document, adapters }: FirstMatrix,
  { packageRoot, force, app }: InitOptions,
): Promise<readonly NewFile[]> {
  const known = CONFIG_FILES.find((name) => existsSync(join(root, name))) ?? CONFIG_FILE;
  const config =
    app === null
      ? await readFile(join(packageRoot, 'templates', CONFIG_FILE), 'utf8')
      : await hostedConfig(packageRoot, app);
  return [
    { path: force ? CONFIG_FILE : known, content: config },
    { path: MATRIX_FILE, content: writeJson(document) },
    ...(app?.ci === 'github' ? [await workflowFile(packageRoot, app)] : []),
    ...(app === null ? [] : await appFiles(packageRoot, app, adapters)),
  ].map(({ path, content }) => ({ path: normalize(path), content }));
}

/** Makes every folder before the first file, so that a place which takes none is told before anything is there. */
async function prepareFolders(root: string, files: readonly NewFile[]): Promise<void> {
  for (const folder of new Set(files.map(({ path }) => dirname(resolve(root, path))))) {
    try {
      await makeFolders(folder);
    } catch (error) {
      throw explainWriteError(error, folder);
    }
  }
}

/** A folder where a file must go, or a file where a folder must be. */
function refuseObstacle(root: string, path: string): void {
  const obstacle = stepsTo(path).find((step) => {
    const found = lookAt(resolve(root, step));
    return found !== undefined && found.isDirectory() === (step === path);
  });
  if (obstacle === undefined) return;
  throw new ReleaseError(
    'FILE_UNWRITABLE',
    `"${path}" cannot be written: "${obstacle}" is a ${obstacle === path ? 'folder' : 'file'}.`,
    { fix: 'Move it out of the way, or name another folder.' },
  );
}

/** What is at a place; undefined for nothing, below a file, and where nothing can be. */
function lookAt(place: string): Stats | undefined {
  try {
    return statSync(place);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

/** The folders that a path goes through, the outermost first, and the path itself. */
function stepsTo(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === '.' || parent === path ? [path] : [...stepsTo(parent), path];
}

const CONFIG_FILE = 'fmrelease.config.ts';

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import { isSystemError, ReleaseError } from '../errors.ts';
import type { MatrixDocument } from '../generated/matrix.ts';
import { readJsonBytes } from '../json/read.ts';
import { checkDocument } from '../json/validate.ts';
import { writeJson } from '../json/write.ts';
import { compareBytes } from '../model/digest.ts';

/** One matrix file: its path relative to the project, and its checked content. */
export interface MatrixFile {
  readonly path: string;
  readonly document: MatrixDocument;
}

/**
 * Reads every file of the matrix, sorted by path. `pattern` is a path or a glob, relative to `root`.
 *
 * @throws ReleaseError `MATRIX_NOT_FOUND` without any file, `JSON_INVALID`, `MATRIX_INVALID` with every fault
 */
export async function readMatrixFiles(root: string, pattern: string): Promise<readonly MatrixFile[]> {
  const paths = isGlob(pattern) ? await expandGlob(root, pattern) : [pattern];
  if (paths.length === 0) throw notFound(pattern);
  const files = await Promise.all(paths.map((path) => readMatrixFile(root, path)));
  refuseRepeats(files);
  return files;
}

/** Reads one matrix file; `MATRIX_NOT_FOUND` when it is not there. */
async function readMatrixFile(root: string, path: string): Promise<MatrixFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(root, path));
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) throw notFound(path, cause);
    throw new ReleaseError('MATRIX_INVALID', `${path} cannot be read as a file.`, {
      fix: `Make ${path} a readable file.`,
      cause,
    });
  }
  const { default: validate } = await import('../generated/matrix.validator.js');
  const value = readJsonBytes(bytes, path);
  return {
    path,
    document: checkDocument<MatrixDocument>(value, { validate, source: path, code: 'MATRIX_INVALID' }),
  };
}

/** Writes one matrix file in canonical bytes, whole or not at all. */
export async function writeMatrixFile(root: string, { path, document }: MatrixFile): Promise<void> {
  await writeFileAtomically(join(root, path), writeJson(canonical(document)));
}

/** The files that a glob names, relative to `root`, in the order of their path bytes. */
async function expandGlob(root: string, pattern: string): Promise<readonly string[]> {
  const { default: picomatch } = await import('picomatch');
  const isMatch = picomatch(pattern);
  const { base, glob } = picomatch.scan(pattern);
  const entries = await readdir(join(root, base), {
    recursive: glob.includes('/'),
    withFileTypes: true,
  }).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split('\\').join('/'))
    .filter((path) => isMatch(path))
    .sort(compareBytes);
}

/** True when the pattern can name several files. */
export const isGlob = (pattern: string): boolean => /[*?{[]/.test(pattern);

/** The path for a new adapter's file under a glob such as `matrix/*.json`; undefined when the glob has no single `*` in its last part. */
export function pathForAdapter(pattern: string, name: string): string | undefined {
  if (!isGlob(pattern)) return pattern;
  const single = /^([^*?{[]*)\*([^*?{[/]*)$/.exec(pattern);
  return single === null ? undefined : `${single[1]}${name}${single[2]}`;
}

/** A document with its keys and adapters in one order and its defaults spelt out; builds and entries keep theirs. */
export function canonical(document: MatrixDocument): MatrixDocument {
  const adapters = Object.entries(document.adapters).sort(([a], [b]) => compareBytes(a, b));
  return {
    ...(document.$schema === undefined ? {} : { $schema: document.$schema }),
    formatVersion: 1,
    systemModels: document.systemModels ?? [],
    ...(document.osReleases === undefined ? {} : { osReleases: document.osReleases }),
    ...(document.toolkits === undefined ? {} : { toolkits: document.toolkits }),
    adapters: Object.fromEntries(
      adapters.map(([name, adapter]) => [
        name,
        {
          kind: adapter.kind ?? 'fmadapter',
          ...(adapter.packId === undefined ? {} : { packId: adapter.packId }),
          platforms: adapter.platforms,
          downloadPolicy: adapter.downloadPolicy ?? { onDemand: {} },
          builds: adapter.builds,
          serve: adapter.serve,
        },
      ]),
    ),
  };
}

function refuseRepeats(files: readonly MatrixFile[]): void {
  const owners = new Map<string, string>();
  const repeats = files.flatMap(({ path, document }) =>
    [
      ...Object.keys(document.adapters).map((name) => `adapter "${name}"`),
      ...(document.systemModels ?? []).map(({ id }) => `system model "${id}"`),
      ...(document.osReleases ?? []).flatMap(({ version, platforms }) =>
        platforms.map((platform) => `OS release ${platform} ${version}`),
      ),
      ...(document.toolkits ?? []).map(({ version }) => `toolkit ${version}`),
    ].flatMap((subject) => {
      const owner = owners.get(subject);
      owners.set(subject, path);
      return owner === undefined
        ? []
        : [
            owner === path
              ? `${subject} stands twice in ${path}`
              : `${subject} stands in ${owner} and in ${path}`,
          ];
    }),
  );
  if (repeats.length === 0) return;
  throw new ReleaseError('MATRIX_INVALID', `The matrix names something twice: ${repeats.join('; ')}.`, {
    fix: 'Keep one of each.',
    details: repeats,
  });
}

const notFound = (pattern: string, cause?: unknown): ReleaseError =>
  new ReleaseError('MATRIX_NOT_FOUND', `No matrix file matches "${relative('.', pattern) || pattern}".`, {
    fix: 'Run `fmrelease adapter add <path> --build <version>` or `fmrelease init` to write one, or correct `matrix` in the config.',
    cause,
  });

import { join } from 'node:path';
import { withFileLock } from '../disk/lock.ts';
import { PROJECT_FOLDER, prepareProjectFolder } from '../disk/project-folder.ts';
import { ReleaseError } from '../errors.ts';
import type {
  AdapterDocument,
  MatrixDocument,
  OsReleaseDocument,
  SystemModelDocument,
  ToolkitDocument,
} from '../generated/matrix.ts';
import { writeJson } from '../json/write.ts';
import type { Support } from './coverage.ts';
import { canonical, type MatrixFile, pathForAdapter, readMatrixFiles, writeMatrixFile } from './files.ts';
import { type Intent, intentOf, unknownAdapters } from './load.ts';
import { putCatalogue } from './put-catalogue.ts';

/** Where the matrix of a project is. */
export interface MatrixPlace {
  readonly root: string;
  readonly matrix: string;
  readonly support: Support;
  /** True: an adapter, and the matrix itself, may be new. */
  readonly create?: boolean;
}

/** Changes one adapter's document; undefined for an adapter that is not there yet. */
export type AdapterEdit = (adapter: AdapterDocument | undefined, name: string) => AdapterDocument;

/**
 * Applies an edit to the named adapters and writes each changed file whole; files that stay equal are not touched.
 * A lock in `.fmrelease` keeps two such commands from losing each other's change.
 *
 * @returns the paths that were written
 * @throws ReleaseError `ADAPTER_UNKNOWN`, or as reading the matrix does; then nothing is written
 */
export async function changeAdapters(
  place: MatrixPlace,
  names: readonly string[],
  edit: AdapterEdit,
): Promise<readonly string[]> {
  const { create = false } = place;
  await prepareProjectFolder(join(place.root, PROJECT_FOLDER));
  return withFileLock(join(place.root, PROJECT_FOLDER, 'matrix.lock'), async () => {
    const before = await readFiles(place, create);
    let files = before;
    for (const name of names) files = changeOne(files, name, { place, edit, create });
    return writeChanged(place, before, files);
  });
}

/** Writes the files that differ from what was read; returns their paths. */
async function writeChanged(
  { root, support }: MatrixPlace,
  before: readonly MatrixFile[],
  after: readonly MatrixFile[],
): Promise<readonly string[]> {
  const changed = after.filter(
    (file) => !before.some((old) => old.path === file.path && textOf(old) === textOf(file)),
  );
  if (changed.length > 0) refuseNewFaults(intentOf(before, support), intentOf(after, support));
  for (const file of changed) await writeMatrixFile(root, file);
  return changed.map(({ path }) => path);
}

const textOf = ({ document }: MatrixFile): string => writeJson(canonical(document));

/** What goes into the catalogue of the matrix: each takes the place of the one with its id, or with its version. */
export interface CatalogueChange {
  readonly systemModels: readonly SystemModelDocument[];
  readonly osReleases: readonly OsReleaseDocument[];
  readonly toolkits: readonly ToolkitDocument[];
}

/**
 * Puts system models, OS releases and toolkits into the matrix, decided from the intent as it is under the lock. A row stays in
 * the file that has it; new ones go to the first file that has any, else to one of their own under a glob.
 *
 * @returns what was decided, with all that `decide` says beside the change, and the paths that were written
 * @throws ReleaseError as reading the matrix does, or `MATRIX_UNSOUND`; then nothing is written
 */
export async function changeCatalogue<Decision extends CatalogueChange>(
  place: MatrixPlace,
  decide: (intent: Intent) => Decision,
): Promise<{ readonly decision: Decision; readonly files: readonly string[] }> {
  await prepareProjectFolder(join(place.root, PROJECT_FOLDER));
  return withFileLock(join(place.root, PROJECT_FOLDER, 'matrix.lock'), async () => {
    const before = await readFiles(place, place.create ?? false);
    const decision = decide(intentOf(before, place.support));
    return { decision, files: await writeChanged(place, before, putCatalogue(before, place, decision)) };
  });
}

/**
 * An edit may leave faults that were there, but must not add one: nothing is written then.
 *
 * @throws ReleaseError `MATRIX_UNSOUND` with every fault that is new
 */
export function refuseNewFaults(before: Intent, after: Intent): void {
  const known = new Set(before.faults.map(({ code, subject }) => `${code} ${subject}`));
  const added = after.faults.filter(
    ({ severity, code, subject }) => severity === 'error' && !known.has(`${code} ${subject}`),
  );
  const [first] = added;
  if (first === undefined) return;
  throw new ReleaseError(
    'MATRIX_UNSOUND',
    `That would make the matrix unsound: ${added.map(({ message }) => message).join(' ')}`,
    { fix: first.fix, details: added.map(({ code, message, fix }) => `${code}: ${message} ${fix}`) },
  );
}

async function readFiles({ root, matrix }: MatrixPlace, create: boolean): Promise<readonly MatrixFile[]> {
  try {
    return await readMatrixFiles(root, matrix);
  } catch (error) {
    if (create && error instanceof ReleaseError && error.code === 'MATRIX_NOT_FOUND') return [];
    throw error;
  }
}

interface OneChange {
  readonly place: MatrixPlace;
  readonly edit: AdapterEdit;
  readonly create: boolean;
}

function changeOne(
  files: readonly MatrixFile[],
  name: string,
  { place, edit, create }: OneChange,
): readonly MatrixFile[] {
  const owner = files.find(({ document }) => Object.hasOwn(document.adapters, name));
  if (owner === undefined && !create)
    throw unknownAdapters(
      [name],
      files.flatMap(({ document }) => Object.keys(document.adapters)),
    );
  const path = owner?.path ?? newFilePath(place.matrix, name);
  const file = files.find((other) => other.path === path) ?? { path, document: EMPTY_MATRIX };
  const known = owner === undefined ? undefined : file.document.adapters[name];
  const document = {
    ...file.document,
    adapters: { ...file.document.adapters, [name]: edit(known, name) },
  };
  return [...files.filter((other) => other.path !== path), { path, document }];
}

function newFilePath(pattern: string, name: string): string {
  const path = pathForAdapter(pattern, name);
  if (path !== undefined) return path;
  throw new ReleaseError(
    'MATRIX_INVALID',
    `"${name}" is in no matrix file, and "${pattern}" does not tell where a new one goes.`,
    {
      fix: 'Create its file by hand, or use a pattern with one "*" in its last part.',
    },
  );
}

/** A matrix without any adapter: what `init` writes. */
export const EMPTY_MATRIX: MatrixDocument = {
  $schema: './node_modules/fmrelease/schemas/matrix.schema.json',
  formatVersion: 1,
  systemModels: [],
  adapters: {},
};

import {
  extendOsReleases,
  extendSystemModels,
  extendToolkits,
  shippedCatalogue,
} from '../catalogue/catalogue.ts';
import { ReleaseError } from '../errors.ts';
import type { MatrixCell } from '../model/cell.ts';
import type { Finding } from '../model/finding.ts';
import type { Adapter } from '../model/matrix.ts';
import type { Catalogue } from '../model/system-model.ts';
import { coverCells, type Support } from './coverage.ts';
import { packIdOf, servedBuilds } from './decide.ts';
import { findBrokenFallbacks, findMatrixFaults } from './faults.ts';
import type { MatrixFile } from './files.ts';
import { type ParsedMatrix, parseMatrix } from './parse.ts';

/** The project's intent: adapters, the catalogue that they are decided over, and every fault of the two. */
export interface Intent {
  readonly adapters: readonly Adapter[];
  readonly catalogue: Catalogue;
  readonly cells: readonly MatrixCell[];
  readonly faults: readonly Finding[];
}

/** The intent of matrix files that are read already, over the shipped catalogue. Pure. */
export function intentOf(files: readonly MatrixFile[], support: Support): Intent {
  const parsed = files.map(parseFile);
  const adapters = parsed.flatMap((part) => part.adapters);
  const shipped = shippedCatalogue();
  const catalogue = {
    ...shipped,
    systemModels: extendSystemModels(
      shipped.systemModels,
      parsed.flatMap((part) => part.systemModels),
    ),
    osReleases: extendOsReleases(
      shipped.osReleases,
      parsed.flatMap((part) => part.osReleases),
    ),
    toolkits: extendToolkits(
      shipped.toolkits,
      parsed.flatMap((part) => part.toolkits),
    ),
  };
  const cells = coverCells(adapters, catalogue, support);
  return {
    adapters,
    catalogue,
    cells,
    faults: [
      ...parsed.flatMap(({ findings }) => findings),
      ...findMatrixFaults(adapters, catalogue),
      ...findBrokenFallbacks(cells),
    ],
  };
}

function parseFile({ path, document }: MatrixFile): ParsedMatrix {
  try {
    return parseMatrix(document);
  } catch (cause) {
    if (!(cause instanceof ReleaseError)) throw cause;
    throw new ReleaseError('MATRIX_INVALID', `${path}: ${cause.message}`, { fix: cause.fix, cause });
  }
}

/**
 * Returns the adapters in scope: all of them, or those named.
 *
 * @throws ReleaseError `ADAPTER_UNKNOWN` for a name that neither the matrix nor `published` knows
 */
export function selectAdapters(
  intent: Intent,
  only: readonly string[],
  published: readonly string[] = [],
): readonly Adapter[] {
  if (only.length === 0) return intent.adapters;
  const known = new Set([...intent.adapters.map(({ name }) => name), ...published]);
  const unknown = only.filter((name) => !known.has(name));
  if (unknown.length > 0) throw unknownAdapters(unknown, [...known]);
  return intent.adapters.filter(({ name }) => only.includes(name));
}

/**
 * Returns nothing when the matrix is sound for `only` (empty: for all).
 *
 * @throws ReleaseError `MATRIX_UNSOUND` with every error finding that touches the scope
 */
export function requireSoundMatrix(intent: Intent, only: readonly string[] = []): void {
  const faults = intent.faults.filter(
    ({ severity, subject }) => severity === 'error' && touches(subject, only, intent),
  );
  if (faults.length === 0) return;
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  throw new ReleaseError(
    'MATRIX_UNSOUND',
    `The matrix has ${count}: ${faults.map(({ code, message }) => `${message.replace(/\.$/, '')} (${code}).`).join(' ')}`,
    {
      fix:
        faults.length === 1
          ? (faults[0]?.fix ?? '')
          : 'Mend each; `fmrelease audit` lists them with their fixes.',
      details: faults.map(({ code, message, fix }) => `${code}: ${message} ${fix}`),
    },
  );
}

/** An error for names that are no adapters, with the names that are. */
export const unknownAdapters = (names: readonly string[], known: readonly string[]): ReleaseError =>
  new ReleaseError(
    'ADAPTER_UNKNOWN',
    `The matrix has no adapter ${names.map((name) => `"${name}"`).join(', ')}.`,
    {
      fix:
        known.length === 0
          ? 'Register one with `fmrelease adapter add <path> --build <version>`.'
          : `Name one of ${known.join(', ')}.`,
    },
  );

/**
 * A subject touches the scope when it is an adapter of it (`name`, `name 1.0.0`, `name → other`), a pack id of one,
 * or a catalogue row (`id`, `id, other`), which every adapter rests on.
 */
function touches(subject: string, only: readonly string[], { adapters, catalogue }: Intent): boolean {
  if (only.length === 0) return true;
  const packIds = adapters
    .filter(({ name }) => only.includes(name))
    .flatMap((adapter) =>
      servedBuilds(adapter, catalogue.systemModels).map((build) => packIdOf(adapter, build)),
    );
  return (
    packIds.includes(subject) ||
    only.some((name) => subject === name || subject.startsWith(`${name} `)) ||
    catalogue.systemModels.some(({ id }) => subject === id || subject.startsWith(`${id}, `))
  );
}

import type { Support } from './coverage.ts';
import { readMatrixFiles } from './files.ts';
import { type Intent, intentOf } from './intent.ts';

export { type Intent, intentOf, requireSoundMatrix, selectAdapters, unknownAdapters } from './intent.ts';

/** Where the matrix is and what it is proved over. */
export interface IntentSource {
  readonly root: string;
  readonly matrix: string;
  readonly support: Support;
}

/**
 * Reads the matrix, extends the shipped catalogue with its rows and resolves every supported cell.
 *
 * @throws ReleaseError `MATRIX_NOT_FOUND`, `MATRIX_INVALID`, `JSON_INVALID` or `CONFIG_INVALID`; faults that leave
 *   the rest readable come back as findings
 */
export async function loadIntent({ root, matrix, support }: IntentSource): Promise<Intent> {
  return intentOf(await readMatrixFiles(root, matrix), support);
}

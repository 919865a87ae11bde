import type { MatrixDocument } from '../../src/generated/matrix.ts';

/** Takes an adapter out of the matrix, as a person would. */
export const withoutAdapter =
  (name: string) =>
  (matrix: MatrixDocument): MatrixDocument => ({
    ...matrix,
    adapters: Object.fromEntries(Object.entries(matrix.adapters).filter(([other]) => other !== name)),
  });

/** Takes every decision out of an adapter, so that its cells are gaps. */
export const withoutDecisions =
  (name: string) =>
  (matrix: MatrixDocument): MatrixDocument => {
    const adapter = matrix.adapters[name];
    if (adapter === undefined) throw new Error(`the matrix has no "${name}"`);
    return { ...matrix, adapters: { ...matrix.adapters, [name]: { ...adapter, serve: [] } } };
  };

/** Numbers values that occur many times, so that a document holds each once. */
export interface Interner<T> {
  /** The place of a value in {@link values}; null is -1. */
  readonly indexOf: (value: T | null) => number;
  readonly values: readonly T[];
}

/** Returns an empty interner; `keyOf` tells which values are equal. */
export function openInterner<T>(keyOf: (value: T) => string): Interner<T> {
  const values: T[] = [];
  const known = new Map<string, number>();
  return {
    values,
    indexOf: (value) => {
      if (value === null) return -1;
      const key = keyOf(value);
      const index = known.get(key) ?? values.push(value) - 1;
      known.set(key, index);
      return index;
    },
  };
}

/** The value at a place that {@link Interner.indexOf} gave. */
export const valueAt = <T>(values: readonly T[], index: number | undefined): T | null =>
  index === undefined || index < 0 ? null : (values[index] ?? null);

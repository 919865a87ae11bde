/** The canonical bytes of every document that fmrelease writes: two spaces, given key order, one final newline. */
export const writeJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

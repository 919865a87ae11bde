/**
 * Decodes base64 in its one canonical spelling: the standard alphabet, padded, no line breaks, unused bits zero. Null for
 * anything else, so that no two texts stand for the same bytes.
 */
export function decodeBase64(text: string): Buffer | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** The canonical base64 of some bytes. */
export const encodeBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

import { createHash } from 'node:crypto';

/** A SHA-256 as 64 lower-case hex digits. */
export type Sha256 = string;

/** A digest of a whole folder: `sha256:` and 64 hex digits. */
export type TreeDigest = `sha256:${string}`;

/** One file of a folder: its path with `/`, its size and the SHA-256 of its bytes. */
export interface FileDigest {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

/** The SHA-256 of a text's UTF-8 bytes or of bytes. */
export const sha256Of = (content: string | Uint8Array): Sha256 =>
  createHash('sha256').update(content).digest('hex');

/** `3f9a21c0`: eight digits, for people. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 8);

/** Orders texts by their UTF-8 bytes, the order of archive entries and digest lines. */
export const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The digest of a folder: SHA-256 over the lines `<sha256> <size> <path>`, sorted by path bytes. */
export function treeDigest(files: readonly FileDigest[]): TreeDigest {
  const lines = [...files]
    .sort((a, b) => compareBytes(a.path, b.path))
    .map(({ sha256, sizeBytes, path }) => `${sha256} ${sizeBytes} ${path}\n`);
  return `sha256:${sha256Of(lines.join(''))}`;
}

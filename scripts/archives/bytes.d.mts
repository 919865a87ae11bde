export interface HandEntry {
  readonly type?: string;
  readonly path: string;
  readonly data?: Uint8Array;
  readonly fields?: readonly (readonly [string, Uint8Array])[];
}
export function entryBytes(entry: HandEntry): Buffer;
export function macFields(entry: {
  readonly type: string;
  readonly path: string;
  readonly data?: Uint8Array;
}): (readonly [string, Buffer])[];
export function withLength(text: string): Buffer;
export function uint(value: number | bigint, width: number): Buffer;
export function archiveBytes(files: Readonly<Record<string, Uint8Array | string>>): Buffer;
export function blockStream(
  letter: string,
  plain: Uint8Array,
  options?: { readonly blockBytes?: number; readonly encode?: (block: Uint8Array) => Uint8Array },
): Buffer;
export function appleZlib(block: Uint8Array): Buffer;
export function literalLz4(block: Uint8Array): Buffer;
export function zipBytes(
  files: Readonly<Record<string, Uint8Array | string>>,
  options?: { readonly deflate?: boolean; readonly mode?: number },
): Buffer;

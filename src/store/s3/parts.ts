import type { FileUpload } from '../store.ts';

/** How a file is cut: every part has `partBytes`, the last one what is left. */
export interface PartPlan {
  readonly partBytes: number;
  readonly parts: readonly Part[];
}

/** One part: its number from 1, and where its bytes are in the file. */
export interface Part {
  readonly number: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * Cuts a file into parts of one size (R2 refuses others), bigger ones where there would be more than 10,000. Depends
 * on the sizes alone, so that another machine cuts the same way and can go on with what is there.
 */
export function planParts({ sizeBytes }: Pick<FileUpload, 'sizeBytes'>, partSizeMiB: number): PartPlan {
  const least = Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB;
  const partBytes = Math.max(partSizeMiB * MIB, least);
  const parts = Array.from({ length: Math.max(1, Math.ceil(sizeBytes / partBytes)) }, (_, index) => {
    const offset = index * partBytes;
    return { number: index + 1, offset, sizeBytes: Math.min(partBytes, sizeBytes - offset) };
  });
  return { partBytes, parts };
}

/** A part that the store has already, as ListParts tells: an etag, and a checksum where the store keeps one. */
export interface StoredPart {
  readonly number: number;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly sha256: string | undefined;
}

const MIB = 1 << 20;
const MAX_PARTS = 10_000;

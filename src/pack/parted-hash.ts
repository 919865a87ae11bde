import { createHash, type Hash } from 'node:crypto';
import type { Sha256 } from '../model/digest.ts';

/** The digest of a file as a whole and of its parts: every part has `partBytes`, the last one what is left. */
export interface PartedDigest {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  /** Undefined where nobody wanted them: they cost as much as the whole. */
  readonly parts: PartDigests | undefined;
}

/** The SHA-256 of every part of a file, in order: an upload in such parts is signed without hashing anything again. */
export interface PartDigests {
  readonly partBytes: number;
  readonly sha256: readonly Sha256[];
}

/** Hashes a file as a whole, and in parts where they are wanted, chunk by chunk. */
export interface PartedHash {
  update(chunk: Uint8Array): void;
  /** Ends the hash; an empty file has one empty part. */
  digest(): PartedDigest;
}

/** Starts before the first byte. */
export function openPartedHash({ wantsParts }: { readonly wantsParts: boolean }): PartedHash {
  const whole = createHash('sha256');
  const done: Sha256[] = [];
  let part = createHash('sha256');
  let [sizeBytes, room] = [0, PART_BYTES];
  const endPart = (hash: Hash): Sha256 => hash.digest('hex');
  return {
    update: (chunk) => {
      whole.update(chunk);
      sizeBytes += chunk.length;
      if (!wantsParts) return;
      for (let at = 0; at < chunk.length; ) {
        if (room === 0) {
          done.push(endPart(part));
          part = createHash('sha256');
          room = PART_BYTES;
        }
        const piece = chunk.subarray(at, at + room);
        part.update(piece);
        room -= piece.length;
        at += piece.length;
      }
    },
    digest: () => ({
      sha256: whole.digest('hex'),
      sizeBytes,
      parts: wantsParts ? { partBytes: PART_BYTES, sha256: [...done, endPart(part)] } : undefined,
    }),
  };
}

/** What S3 targets send in one part unless they are configured otherwise. */
export const PART_BYTES = 8 << 20;

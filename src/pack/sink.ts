import { type FileHandle, open } from 'node:fs/promises';
import { type HashedFile, openFileHasher } from './file-hasher.ts';
import type { PartedDigest } from './parted-hash.ts';

/** A file under construction that knows its size and digests. */
export interface HashingSink {
  /** How many bytes are written. */
  sizeBytes(): number;
  write(chunk: Uint8Array): Promise<void>;
  /** What is written from here on may be patched until {@link HashingSink.release}. */
  hold(): void;
  release(): void;
  /** Replaces bytes that were written since {@link HashingSink.hold}. */
  patch(at: number, bytes: Uint8Array): Promise<void>;
  close(): Promise<PartedDigest>;
  /** Closes the file as it is; the caller removes it. */
  abandon(): Promise<void>;
}

/** Creates a new file (`EEXIST` when it is there) that is hashed while it is written. */
export async function openHashingSink(file: HashedFile): Promise<HashingSink> {
  const handle = await open(file.path, 'wx');
  const hasher = openFileHasher(file);
  let sizeBytes = 0;
  return {
    sizeBytes: () => sizeBytes,
    write: async (chunk) => {
      await writeWhole(handle, chunk, null);
      sizeBytes += chunk.length;
      hasher.wrote(chunk);
    },
    hold: () => hasher.hold(),
    release: () => hasher.release(),
    patch: (at, bytes) => writeWhole(handle, bytes, at),
    close: async () => {
      await handle.close();
      return hasher.finish();
    },
    abandon: async () => {
      await handle.close();
      await hasher.abandon();
    },
  };
}

/** Writes at a place, or, at null, behind what was written last. */
async function writeWhole(handle: FileHandle, chunk: Uint8Array, place: number | null): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await handle.write(
      chunk,
      at,
      chunk.length - at,
      place === null ? null : place + at,
    );
    at += bytesWritten;
  }
}

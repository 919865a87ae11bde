import { type FileHandle, open } from 'node:fs/promises';
import { openFileHasher } from './file-hasher.ts';
import type { PartedDigest } from './parted-hash.ts';

/** A file under construction that knows its size and digests. */
export interface HashingSink {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<PartedDigest>;
  /** Closes the file as it is; the caller removes it. */
  abandon(): Promise<void>;
}

/** Creates a new file (`EEXIST` when it is there) that is hashed while it is written. */
export async function openHashingSink(path: string, expectedBytes: number): Promise<HashingSink> {
  const handle = await open(path, 'wx');
  const hasher = openFileHasher(path, expectedBytes);
  return {
    write: async (chunk) => {
      await writeWhole(handle, chunk);
      hasher.wrote(chunk);
    },
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

async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, at, chunk.length - at);
    at += bytesWritten;
  }
}

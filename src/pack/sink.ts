import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Sha256 } from '../model/digest.ts';

/** A file under construction that knows its size and SHA-256. */
export interface HashingSink {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<{ readonly sha256: Sha256; readonly sizeBytes: number }>;
}

/** Creates a new file (`EEXIST` when it is there) that hashes what is written to it, while it is written. */
export async function openHashingSink(path: string): Promise<HashingSink> {
  const handle = await open(path, 'wx');
  const hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    write: async (chunk) => {
      const written = writeWhole(handle, chunk);
      hash.update(chunk);
      sizeBytes += chunk.length;
      await written;
    },
    close: async () => {
      await handle.close();
      return { sha256: hash.digest('hex'), sizeBytes };
    },
  };
}

async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, at, chunk.length - at);
    at += bytesWritten;
  }
}

import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Sha256 } from '../model/digest.ts';

/** Receives each chunk; the buffer is reused, so a chunk is valid only during the call. */
export type ChunkSink = (chunk: Uint8Array) => void | Promise<void>;

/**
 * Reads a file from its start, one mebibyte at a time with the next read under way, and hands on each chunk.
 *
 * @returns how many bytes were read
 */
export async function readChunks(handle: FileHandle, sink: ChunkSink): Promise<number> {
  const buffers = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)] as const;
  let at = 0;
  let pending = handle.read(buffers[0], 0, CHUNK_BYTES, 0);
  for (let turn = 0; ; turn = 1 - turn) {
    const { bytesRead, buffer } = await pending;
    if (bytesRead === 0) return at;
    at += bytesRead;
    pending = handle.read(turn === 0 ? buffers[1] : buffers[0], 0, CHUNK_BYTES, at);
    try {
      await sink(buffer.subarray(0, bytesRead));
    } catch (error) {
      await pending.catch(() => undefined);
      throw error;
    }
  }
}

/** The SHA-256 of an open file's bytes and how many they are; `onBytes` hears the size of each chunk. */
export async function hashHandle(
  handle: FileHandle,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<{ readonly sha256: Sha256; readonly sizeBytes: number }> {
  const hash = createHash('sha256');
  const sizeBytes = await readChunks(handle, (chunk) => {
    hash.update(chunk);
    onBytes(chunk.length);
  });
  return { sha256: hash.digest('hex'), sizeBytes };
}

const CHUNK_BYTES = 1 << 20;

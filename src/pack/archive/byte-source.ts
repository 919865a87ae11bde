import type { FileHandle } from 'node:fs/promises';
import { unsound } from './refusals.ts';

/** Bytes that can be read anywhere: a file, memory, or what a block stream decodes to. */
export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * Returns from 1 to `length` bytes at `at`, which must lie before the end. The view is valid until the next call
   * only.
   */
  readSome(at: number, length: number): Promise<Uint8Array>;
}

/** The bytes of an open file. */
export function fileBytes(handle: FileHandle, sizeBytes: number): ByteSource {
  let buffer = Buffer.allocUnsafeSlow(0);
  return {
    sizeBytes,
    readSome: async (at, length) => {
      const wanted = Math.min(length, sizeBytes - at, MOST_BYTES);
      if (buffer.length < wanted) buffer = Buffer.allocUnsafeSlow(wanted);
      const { bytesRead } = await handle.read(buffer, 0, wanted, at);
      if (bytesRead === 0) throw unsound(`ended at byte ${at} while it was read, of ${sizeBytes}`);
      return buffer.subarray(0, bytesRead);
    },
  };
}

/** Bytes in memory. */
export const memoryBytes = (bytes: Uint8Array): ByteSource => ({
  sizeBytes: bytes.length,
  readSome: (at, length) => Promise.resolve(bytes.subarray(at, at + length)),
});

/** Reads exactly `length` bytes at `at` into new memory, or into `into`, from its start. */
export async function readExactly(
  source: ByteSource,
  { at, length }: { readonly at: number; readonly length: number },
  into: Uint8Array = new Uint8Array(length),
): Promise<Uint8Array> {
  if (at + length > source.sizeBytes)
    throw unsound(`ends at byte ${source.sizeBytes}, inside ${length} bytes that begin at byte ${at}`);
  for (let done = 0; done < length; ) {
    const piece = await source.readSome(at + done, length - done);
    into.set(piece, done);
    done += piece.length;
  }
  return into.subarray(0, length);
}

/** Most bytes of a file that are held at a time. */
const MOST_BYTES = 1 << 20;

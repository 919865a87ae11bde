import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { WriterNews } from './hash-thread.ts';
import { openPartedHash, type PartedDigest } from './parted-hash.ts';

/** Hashes a file while it is written. */
export interface FileHasher {
  /** Takes note of a chunk that is in the file now, right behind the one before. */
  wrote(chunk: Uint8Array): void;
  /** The digests of all that was written. */
  finish(): Promise<PartedDigest>;
  /** Stops hashing: the file is given up. */
  abandon(): Promise<void>;
}

/**
 * Hashes the file at `path`, which is there and empty. A big one is hashed on a thread of its own, beside the one that
 * reads and writes; where that thread's module is not beside this one (somebody bundled us), on this thread.
 */
export function openFileHasher(path: string, expectedBytes: number): FileHasher {
  return expectedBytes >= THREAD_BYTES && existsSync(THREAD) ? hashOnThread(path) : hashHere();
}

function hashHere(): FileHasher {
  const hash = openPartedHash();
  return {
    wrote: (chunk) => hash.update(chunk),
    finish: () => Promise.resolve(hash.digest()),
    abandon: () => Promise.resolve(),
  };
}

function hashOnThread(path: string): FileHasher {
  const thread = new Worker(THREAD, { workerData: { path } });
  const ended = new Promise<PartedDigest>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`hashing ${path} ended with ${code}`)));
  });
  ended.catch(() => undefined); // whoever finishes hears of it
  const tell = (news: WriterNews): void => thread.postMessage(news);
  let [writtenBytes, toldBytes] = [0, 0];
  return {
    wrote: ({ length }) => {
      writtenBytes += length;
      if (writtenBytes - toldBytes < TELL_BYTES) return;
      toldBytes = writtenBytes;
      tell({ writtenBytes, isWhole: false });
    },
    finish: () => {
      tell({ writtenBytes, isWhole: true });
      return ended;
    },
    abandon: async () => {
      await thread.terminate();
    },
  };
}

const THREAD = new URL('./hash-thread.js', import.meta.url);

/** From here on a thread costs less to start than it saves. */
const THREAD_BYTES = 32 << 20;
const TELL_BYTES = 1 << 20;

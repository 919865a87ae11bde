import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { readChunks } from '../disk/hash-file.ts';
import type { WriterNews } from './hash-thread.ts';
import { openPartedHash, type PartedDigest } from './parted-hash.ts';

/** Hashes a file while it is written. */
export interface FileHasher {
  /** Takes note of a chunk that is in the file now, right behind the one before. */
  wrote(chunk: Uint8Array): void;
  /** What is written from here on may still be patched: it is hashed once it is released. */
  hold(): void;
  release(): void;
  /** The digests of all that was written. */
  finish(): Promise<PartedDigest>;
  /** Stops hashing: the file is given up. */
  abandon(): Promise<void>;
}

/** The file, which is there and empty, about how large it will be, and whether its parts are wanted too. */
export interface HashedFile {
  readonly path: string;
  readonly expectedBytes: number;
  readonly wantsParts: boolean;
}

/**
 * Hashes a file under construction. A big one is hashed on a thread of its own, beside the one that reads and writes;
 * where that thread's module is not beside this one (somebody bundled us), on this thread.
 */
export function openFileHasher(file: HashedFile): FileHasher {
  return file.expectedBytes >= THREAD_BYTES && existsSync(THREAD) ? hashOnThread(file) : hashHere(file);
}

function hashHere({ path, wantsParts }: HashedFile): FileHasher {
  const hash = openPartedHash({ wantsParts });
  let held = false;
  return {
    wrote: (chunk) => {
      if (!held) hash.update(chunk);
    },
    hold: () => {
      held = true; // for good: what was held is read again at the end
    },
    release: () => undefined,
    finish: () => (held ? hashAgain(path, wantsParts) : Promise.resolve(hash.digest())),
    abandon: () => Promise.resolve(),
  };
}

async function hashAgain(path: string, wantsParts: boolean): Promise<PartedDigest> {
  const hash = openPartedHash({ wantsParts });
  const handle = await open(path);
  try {
    await readChunks(handle, (chunk) => hash.update(chunk));
  } finally {
    await handle.close();
  }
  return hash.digest();
}

function hashOnThread({ path, wantsParts }: HashedFile): FileHasher {
  const thread = new Worker(THREAD, { workerData: { path, wantsParts } });
  const ended = new Promise<PartedDigest>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`hashing ${path} ended with ${code}`)));
  });
  ended.catch(() => undefined); // whoever finishes hears of it
  const tell = (news: WriterNews): void => thread.postMessage(news);
  let [writtenBytes, toldBytes] = [0, 0];
  let heldAt: number | undefined;
  const tellMore = (): void => {
    const finalBytes = heldAt ?? writtenBytes;
    if (finalBytes - toldBytes < TELL_BYTES) return;
    toldBytes = finalBytes;
    tell({ writtenBytes: finalBytes, isWhole: false });
  };
  return {
    wrote: ({ length }) => {
      writtenBytes += length;
      tellMore();
    },
    hold: () => {
      heldAt = writtenBytes;
    },
    release: () => {
      heldAt = undefined;
      tellMore();
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

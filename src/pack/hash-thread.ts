// A thread that hashes a file while another writes it. It is told how far the file has come, reads up to there by
// itself, and answers the end with the digests: no byte crosses between the threads.
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { openPartedHash } from './parted-hash.ts';

/** What the writer says: the file has `writtenBytes` now, and no more will come once it `isWhole`. */
export interface WriterNews {
  readonly writtenBytes: number;
  readonly isWhole: boolean;
}

const { path, wantsParts } = workerData as { readonly path: string; readonly wantsParts: boolean };
const file = openSync(path, 'r');
const hash = openPartedHash({ wantsParts });
const buffer = Buffer.allocUnsafeSlow(1 << 20);
let doneBytes = 0;

parentPort?.on('message', ({ writtenBytes, isWhole }: WriterNews) => {
  while (doneBytes < writtenBytes) {
    const length = Math.min(buffer.length, writtenBytes - doneBytes);
    const bytesRead = readSync(file, buffer, 0, length, doneBytes);
    if (bytesRead === 0) throw new Error(`${path} has lost bytes that were written to it`);
    hash.update(buffer.subarray(0, bytesRead));
    doneBytes += bytesRead;
  }
  if (!isWhole) return;
  closeSync(file);
  parentPort?.postMessage(hash.digest());
  parentPort?.close();
});

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a server is worse than it could be, so that an app's error paths can be tried. */
export interface ServeFaults {
  /** Bytes per second of each response; null is as fast as it goes. */
  readonly slow: number | null;
  /** Of a hundred responses with a body, how many end in the middle. */
  readonly drop: number;
  /** The same seed drops the same responses of a run. */
  readonly seed: number;
}

/** True when the response number `index` (from 0) is one of those that are cut off. Pure. */
export function isDropped({ drop, seed }: ServeFaults, index: number): boolean {
  const digest = createHash('sha256').update(`${seed} ${index}`).digest();
  return digest.readUInt32BE(0) % 100 < drop;
}

/** Passes bytes on at a rate, ten times a second. */
export async function* slowDown(
  source: AsyncIterable<Buffer>,
  bytesPerSecond: number,
): AsyncIterable<Buffer> {
  const piece = Math.max(1, Math.floor(bytesPerSecond / 10));
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += piece) {
      const part = chunk.subarray(at, at + piece);
      yield part;
      await sleep((part.length / bytesPerSecond) * 1000);
    }
  }
}

/** Passes the first bytes on and no more. */
export async function* firstBytes(source: AsyncIterable<Buffer>, bytes: number): AsyncIterable<Buffer> {
  let left = bytes;
  for await (const chunk of source) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

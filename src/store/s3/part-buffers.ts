import pLimit from 'p-limit';

/**
 * Room for as many parts as may be in flight at a time, over all uploads of a store: memory stays the same however
 * many packs are sent and however big they are. A part waits here until there is room for it.
 */
export interface PartBuffers {
  /** Takes a buffer of at least `sizeBytes`, fills it, and hands it back when `send` is done. */
  run<T>(sizeBytes: number, use: (buffer: Buffer) => Promise<T>): Promise<T>;
  /** The store asked for less: half as many parts at a time from now on. */
  slowDown(): void;
  /** A part went through: after some of them, one more at a time again. */
  speedUp(): void;
}

/** Makes room for `connections` parts. Buffers are made when they are first needed and used again. */
export function openPartBuffers(connections: number): PartBuffers {
  const limit = pLimit(connections);
  const free: Buffer[] = [];
  let smooth = 0;
  return {
    run: (sizeBytes, use) =>
      limit(async () => {
        const kept = free.pop();
        const buffer =
          kept !== undefined && kept.length >= sizeBytes ? kept : Buffer.allocUnsafeSlow(sizeBytes);
        try {
          return await use(buffer);
        } finally {
          free.push(buffer);
        }
      }),
    slowDown: () => {
      smooth = 0;
      limit.concurrency = Math.max(1, limit.concurrency >> 1);
    },
    speedUp: () => {
      smooth += 1;
      if (smooth % SMOOTH_PARTS === 0 && limit.concurrency < connections) limit.concurrency += 1;
    },
  };
}

const SMOOTH_PARTS = 8;

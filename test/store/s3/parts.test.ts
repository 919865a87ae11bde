import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openOrderedHash } from '../../../src/store/s3/ordered-hash.ts';
import { openPartBuffers } from '../../../src/store/s3/part-buffers.ts';
import { planParts } from '../../../src/store/s3/parts.ts';

const MIB = 1 << 20;

test('parts cover a file without gaps, all of one size but the last', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 40 }),
      fc.integer({ min: 5, max: 512 }),
      (sizeBytes, partMiB) => {
        const { partBytes, parts } = planParts({ sizeBytes }, partMiB);
        expect(parts.length).toBeLessThanOrEqual(10_000);
        expect(partBytes % MIB).toBe(0);
        expect(partBytes).toBeGreaterThanOrEqual(partMiB * MIB);
        const last = parts.at(-1);
        expect((last?.offset ?? 0) + (last?.sizeBytes ?? 0)).toBe(sizeBytes);
        expect(last?.sizeBytes).toBeGreaterThan(0);
        expect(
          parts.every(({ number, offset }, index) => number === index + 1 && offset === index * partBytes),
        ).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test.each([
  { name: '160 MB', sizeBytes: 160_000_000, parts: 20, partBytes: 8 * MIB },
  { name: 'the most that 8 MiB parts hold', sizeBytes: 10_000 * 8 * MIB, parts: 10_000, partBytes: 8 * MIB },
  { name: 'one byte more', sizeBytes: 10_000 * 8 * MIB + 1, parts: 8_889, partBytes: 9 * MIB },
])('$name', ({ sizeBytes, parts, partBytes }) => {
  const plan = planParts({ sizeBytes }, 8);
  expect([plan.parts.length, plan.partBytes]).toEqual([parts, partBytes]);
});

test('parts that come in any order are hashed in that of the file', async () => {
  const bodies = Array.from({ length: 40 }, (_, index) => Buffer.alloc(100 + index, index));
  const expected = createHash('sha256').update(Buffer.concat(bodies)).digest('hex');
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...bodies.keys()], { minLength: 40 }), async (order) => {
      const hash = openOrderedHash();
      await Promise.all(order.map((index) => hash.add(index + 1, bodies[index] ?? Buffer.alloc(0))));
      expect(hash.digest()).toBe(expected);
    }),
    { numRuns: 30 },
  );
});

test('whoever waits for a part that never comes is let go', async () => {
  const hash = openOrderedHash();
  const waiting = hash.add(2, Buffer.from('second'));
  hash.giveUp();
  await expect(waiting).resolves.toBeUndefined();
});

test('no more parts are in flight than there are connections, fewer after a store asked for less, and all again later', async () => {
  const buffers = openPartBuffers(4);
  let [now, most] = [0, 0];
  const run = (): Promise<void> =>
    buffers.run(10, async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now -= 1;
    });
  const burst = async (): Promise<number> => {
    most = 0;
    await Promise.all(Array.from({ length: 20 }, run));
    return most;
  };
  expect(await burst()).toBe(4);
  buffers.slowDown();
  expect(await burst()).toBe(2);
  buffers.slowDown();
  buffers.slowDown();
  expect(await burst()).toBe(1);
  for (let part = 0; part < 24; part++) buffers.speedUp();
  expect(await burst()).toBe(4);
});

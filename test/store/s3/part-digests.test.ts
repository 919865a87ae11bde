import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPartedHash, PART_BYTES } from '../../../src/pack/parted-hash.ts';
import type { FileUpload } from '../../../src/store/store.ts';
import { type FakeS3, type FakeS3Options, startFakeS3 } from '../../support/s3/server.ts';
import { openOn } from '../../support/s3/target.ts';
import { scratchFolder } from '../../support/scratch.ts';

let fake: FakeS3;
beforeEach(async () => {
  fake = await startFakeS3();
});
afterEach(() => fake.close());
const restart = async (options: FakeS3Options): Promise<void> => {
  await fake.close();
  fake = await startFakeS3(options);
};

const KEY = 'v1/packs/abc/pack';
const SIZE = 2 * PART_BYTES + 1000;

/** A file of three parts, as its builder describes it; `change` damages it afterwards. */
function builtFile(change: (bytes: Buffer) => Buffer = (bytes) => bytes): FileUpload {
  const bytes = Buffer.alloc(SIZE);
  for (let at = 0; at + 4 <= SIZE; at += 4096) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  const hash = openPartedHash({ wantsParts: true });
  for (let at = 0; at < SIZE; at += 1_000_003) hash.update(bytes.subarray(at, at + 1_000_003));
  const file = join(scratchFolder(), 'pack');
  const digest = hash.digest();
  writeFileSync(file, change(bytes));
  return { ...digest, file, onBytes: () => undefined };
}

const flip =
  (at: number) =>
  (bytes: Buffer): Buffer => {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };

test.each(['signed', 'sha256'] as const)(
  'parts are signed for what their builder found (%s)',
  async (checksums) => {
    const upload = builtFile();
    const store = openOn(fake, { partSizeMiB: 8, checksums });
    expect(await store.createFromFile(KEY, upload)).toEqual({ outcome: 'created', sentBytes: SIZE });
    const sent = fake.log.filter(
      ({ name, key, status }) => name === 'UploadPart' && key.endsWith(KEY) && status === 200,
    );
    expect(sent.map(({ headers }) => headers['x-amz-content-sha256']).sort()).toEqual(
      [...(upload.parts?.sha256 ?? [])].sort(),
    );
  },
);

test.each([
  ['a bit in the first part', flip(0)],
  ['a bit in the last part', flip(SIZE - 1)],
  ['its end', (bytes: Buffer) => bytes.subarray(0, SIZE - 1)],
])(
  'a file that has lost %s since it was built is refused by the store, and nothing is left of it',
  async (_, change) => {
    const store = openOn(fake, { partSizeMiB: 8 });
    await expect(store.createFromFile(KEY, builtFile(change))).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    expect(fake.bucket.objects.has(`app/${KEY}`)).toBe(false);
    expect(fake.bucket.uploads.size).toBe(0);
  },
);

test('where the store proves nothing, the changed file is found before the object is made', async () => {
  await restart({ lax: { acceptWrongBodyHash: true, acceptWrongChecksum: true } });
  const store = openOn(fake, { partSizeMiB: 8 });
  await expect(store.createFromFile(KEY, builtFile(flip(5)))).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
  });
  expect(fake.bucket.objects.has(`app/${KEY}`)).toBe(false);
});

test('parts of another size than the builder took are hashed here', async () => {
  const store = openOn(fake, { partSizeMiB: 5 });
  const upload = builtFile();
  expect(await store.createFromFile(KEY, upload)).toMatchObject({ outcome: 'created' });
  await expect(store.createFromFile('v1/packs/abc/other', builtFile(flip(9)))).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
  });
});

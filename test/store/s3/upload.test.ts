import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileUpload } from '../../../src/store/store.ts';
import {
  type FakeS3,
  type FakeS3Options,
  type Hook,
  type Operation,
  type Phase,
  startFakeS3,
} from '../../support/s3/server.ts';
import { openOn } from '../../support/s3/target.ts';
import { scratchFolder } from '../../support/scratch.ts';

let fake: FakeS3;
const start = async (options: FakeS3Options = {}): Promise<FakeS3> => {
  await fake.close();
  fake = await startFakeS3(options);
  return fake;
};
beforeEach(async () => {
  fake = await startFakeS3();
});
afterEach(() => fake.close());

const MIB = 1 << 20;
const KEY = 'v1/packs/abc/pack';

/** A file of this size with bytes of its own in every part. */
function fileOf(sizeBytes: number): FileUpload & { readonly bytes: Buffer } {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at + 4 <= sizeBytes; at += 4096) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  const file = join(scratchFolder(), 'pack');
  writeFileSync(file, bytes);
  return {
    file,
    bytes,
    sizeBytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    onBytes: () => undefined,
  };
}

/** What the bucket has under the key now. */
const stored = (key = KEY) => fake.bucket.objects.get(`app/${key}`);
const count = (name: string): number => fake.log.filter((operation) => operation.name === name).length;
const sentParts = (): number[] =>
  fake.log
    .filter(({ name, status }) => name === 'UploadPart' && status === 200)
    .map(({ partNumber }) => partNumber ?? 0);

type FirstRequests = [
  times: number,
  picks: (operation: Operation) => boolean,
  act: ReturnType<Hook>,
  phase?: Phase,
];

/** Answers the first `times` requests that `picks` with `act`. */
function first(...[times, picks, act, phase = 'received']: FirstRequests): Hook {
  let left = times;
  return (operation, at) => {
    if (at !== phase || left === 0 || !picks(operation)) return undefined;
    left -= 1;
    return act;
  };
}
const is =
  (name: string) =>
  (operation: Operation): boolean =>
    operation.name === name;

describe('how a file goes up', () => {
  test.each([
    { name: 'one byte', size: 1, parts: 0 },
    { name: 'the most that one request takes', size: 8 * MIB, parts: 0 },
    { name: 'one byte more: in parts', size: 8 * MIB + 1, parts: 2 },
    { name: 'just three parts', size: 15 * MIB, parts: 3 },
  ])('$name', async ({ size, parts }) => {
    const upload = fileOf(size);
    let reported = 0;
    const receipt = await openOn(fake).createFromFile(KEY, {
      ...upload,
      onBytes: (bytes) => (reported += bytes),
    });
    expect(receipt).toEqual({ outcome: 'created', sentBytes: size });
    expect(reported).toBe(size);
    expect(stored()?.bytes.equals(upload.bytes)).toBe(true);
    expect(sentParts()).toHaveLength(parts);
    expect(stored()?.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable, no-transform',
      'content-type': 'application/octet-stream',
      'x-amz-meta-sha256': upload.sha256,
    });
    expect(await openOn(fake).head(KEY)).toMatchObject({ sizeBytes: size, recordedSha256: upload.sha256 });
  });

  test.each(['signed', 'sha256'] as const)(
    'every part is signed for its own digest (%s)',
    async (checksums) => {
      const upload = fileOf(12 * MIB);
      await openOn(fake, { checksums }).createFromFile(KEY, upload);
      for (const { name, partNumber, headers } of fake.log) {
        if (name !== 'UploadPart' || partNumber === null) continue;
        const part = upload.bytes.subarray((partNumber - 1) * 5 * MIB, partNumber * 5 * MIB);
        const hash = createHash('sha256').update(part);
        expect(headers['x-amz-content-sha256']).toBe(hash.copy().digest('hex'));
        expect(headers['x-amz-checksum-sha256']).toBe(
          checksums === 'sha256' ? hash.digest('base64') : undefined,
        );
      }
      expect(count('UploadPart')).toBe(3);
    },
  );

  test('an object that is there is not written again', async () => {
    const upload = fileOf(12 * MIB);
    await openOn(fake).createFromFile(KEY, upload);
    const etag = stored()?.etag;
    expect(await openOn(fake).createFromFile(KEY, upload)).toMatchObject({ outcome: 'exists' });
    expect(stored()?.etag).toBe(etag);
    expect(fake.bucket.uploads.size).toBe(0);
  });

  test('a file that is not what it should be makes no object and leaves no upload', async () => {
    for (const size of [100, 12 * MIB]) {
      const wrong = { ...fileOf(size), sha256: '0'.repeat(64) };
      await expect(openOn(fake).createFromFile(KEY, wrong)).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
      });
      expect(stored()).toBeUndefined();
      expect(fake.bucket.uploads.size).toBe(0);
    }
  });

  test('no more parts are in flight than connections allow, over several files', async () => {
    let [now, most] = [0, 0];
    fake.hook = (operation, phase) => {
      if (operation.name !== 'UploadPart') return undefined;
      if (phase === 'received') most = Math.max(most, ++now);
      if (phase === 'applied') now -= 1;
      return undefined;
    };
    const store = openOn(fake, { connections: 3 });
    await Promise.all(
      [1, 2, 3].map((pack) => store.createFromFile(`v1/packs/${pack}/pack`, fileOf(16 * MIB))),
    );
    expect(most).toBe(3);
  });
});

describe('going on with what is there', () => {
  test.each(['signed', 'sha256'] as const)(
    'another process sends only what is missing (%s)',
    async (checksums) => {
      const upload = fileOf(60 * MIB);
      // By number: two connections may bring the sixth part behind the seventh.
      fake.hook = (operation, phase) =>
        operation.name === 'UploadPart' && phase === 'received' && (operation.partNumber ?? 0) > 6
          ? { kind: 'reset' }
          : undefined;
      await expect(
        openOn(fake, { checksums, connections: 2 }).createFromFile(KEY, upload),
      ).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      fake.hook = undefined;
      fake.log.length = 0;
      const receipt = await openOn(fake, { checksums, connections: 2 }).createFromFile(KEY, upload);
      expect(sentParts().sort((a, b) => a - b)).toEqual([7, 8, 9, 10, 11, 12]);
      expect(receipt).toEqual({ outcome: 'created', sentBytes: 30 * MIB });
      expect(count('CreateMultipartUpload')).toBe(0);
      expect(stored()?.bytes.equals(upload.bytes)).toBe(true);
    },
  );

  test('a part that holds other bytes is sent again', async () => {
    const upload = fileOf(15 * MIB);
    const id = fake.bucket.begin(`app/${KEY}`, {});
    const other = fileOf(5 * MIB + 8).bytes.subarray(8);
    const md5 = createHash('md5').update(other).digest();
    fake.bucket.putPart(`app/${KEY}`, id, {
      number: 2,
      body: { bytes: other, sizeBytes: other.length, md5, sha256: md5 },
      sha256: undefined,
    });
    await openOn(fake).createFromFile(KEY, upload);
    expect(sentParts().sort()).toEqual([1, 2, 3]);
    expect(stored()?.bytes.equals(upload.bytes)).toBe(true);
  });

  test('the newest of several unfinished uploads is taken, and that of another key never', async () => {
    fake.bucket.begin(`app/${KEY}-longer`, {});
    const id = fake.bucket.begin(`app/${KEY}`, {});
    await openOn(fake).createFromFile(KEY, fileOf(12 * MIB));
    expect(fake.log.filter(is('UploadPart')).every(({ uploadId }) => uploadId === id)).toBe(true);
  });

  test('a store that lists no parts gets them all again', async () => {
    await start({ lax: { noListParts: true } });
    fake.bucket.begin(`app/${KEY}`, {});
    const upload = fileOf(12 * MIB);
    expect(await openOn(fake).createFromFile(KEY, upload)).toEqual({
      outcome: 'created',
      sentBytes: 12 * MIB,
    });
  });

  test('two publishers send the same pack at once: one object, whole, and nothing left over', async () => {
    const upload = fileOf(30 * MIB);
    const receipts = await Promise.all(
      [openOn(fake), openOn(fake)].map((store) => store.createFromFile(KEY, upload)),
    );
    expect(receipts.map(({ outcome }) => outcome)).toContain('created');
    expect(stored()?.bytes.equals(upload.bytes)).toBe(true);
  });
});

describe('what goes wrong on the way', () => {
  const faults: readonly { readonly name: string; readonly hook: () => Hook }[] = [
    { name: 'a part is reset mid-body', hook: () => first(1, is('UploadPart'), { kind: 'reset' }, 'body') },
    {
      name: 'the answer to a part is lost',
      hook: () => first(2, is('UploadPart'), { kind: 'reset' }, 'applied'),
    },
    {
      name: 'a part is answered 500',
      hook: () => first(3, is('UploadPart'), { kind: 'error', status: 500 }),
    },
    {
      name: 'the store asks for less',
      hook: () => first(4, is('UploadPart'), { kind: 'error', status: 503, code: 'SlowDown' }),
    },
    {
      name: 'a part is altered on the way',
      hook: () =>
        first(1, is('UploadPart'), { kind: 'error', status: 400, code: 'XAmzContentSHA256Mismatch' }),
    },
    {
      name: 'completing answers 200 with an error and did nothing',
      hook: () => first(1, is('CompleteMultipartUpload'), { kind: 'error-in-200' }),
    },
    {
      name: 'completing answers 200 with an error and is done',
      hook: () => first(1, is('CompleteMultipartUpload'), { kind: 'error-in-200' }, 'applied'),
    },
    {
      name: 'the answer to completing is lost',
      hook: () => first(1, is('CompleteMultipartUpload'), { kind: 'reset' }, 'applied'),
    },
    {
      name: 'completing never arrives',
      hook: () => first(1, is('CompleteMultipartUpload'), { kind: 'reset' }),
    },
    {
      name: 'completing is answered 409',
      hook: () =>
        first(1, is('CompleteMultipartUpload'), {
          kind: 'error',
          status: 409,
          code: 'ConditionalRequestConflict',
        }),
    },
    {
      name: 'beginning is lost once',
      hook: () => first(1, is('CreateMultipartUpload'), { kind: 'reset' }, 'applied'),
    },
    { name: 'a part is never answered', hook: () => first(1, is('UploadPart'), { kind: 'hang' }) },
  ];
  test.each(faults)('$name: the object is whole in the end', async ({ hook }) => {
    fake.hook = hook();
    const upload = fileOf(16 * MIB);
    const receipt = await openOn(fake).createFromFile(KEY, upload);
    expect(receipt.outcome).toBe('created');
    expect(stored()?.bytes.equals(upload.bytes)).toBe(true);
  });

  test('an upload that somebody gives up half-way starts again', async () => {
    let gone = false;
    fake.hook = (operation, phase) => {
      if (!gone && operation.partNumber === 3 && phase === 'received') {
        gone = true;
        fake.bucket.uploads.clear();
      }
      return undefined;
    };
    const upload = fileOf(30 * MIB);
    expect(await openOn(fake).createFromFile(KEY, upload)).toMatchObject({ outcome: 'created' });
    expect(stored()?.bytes.equals(upload.bytes)).toBe(true);
    expect(count('CreateMultipartUpload')).toBe(2);
  });

  test('a part that is altered every time ends it, and nothing is visible', async () => {
    fake.hook = (operation, phase) =>
      operation.name === 'UploadPart' && phase === 'received'
        ? { kind: 'error', status: 400, code: 'BadDigest' }
        : undefined;
    await expect(openOn(fake).createFromFile(KEY, fileOf(16 * MIB))).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      exitCode: 7,
    });
    expect(stored()).toBeUndefined();
  });

  test('a store that is away is STORE_UNAVAILABLE, retryable', async () => {
    fake.hook = (_, phase) => (phase === 'received' ? { kind: 'reset' } : undefined);
    await expect(openOn(fake).createFromFile(KEY, fileOf(16 * MIB))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: true,
      exitCode: 69,
    });
  });

  test('a slow store is waited for as long as something moves', async () => {
    fake.hook = (operation, phase) =>
      operation.name === 'UploadPart' && phase === 'received' ? { kind: 'delay', ms: 900 } : undefined;
    expect(await openOn(fake, { connections: 1 }).createFromFile(KEY, fileOf(20 * MIB))).toMatchObject({
      outcome: 'created',
    });
  });

  test('an empty etag in the answer to completing does not matter', async () => {
    await start({ lax: { emptyCompleteEtag: true } });
    expect(await openOn(fake).createFromFile(KEY, fileOf(12 * MIB))).toMatchObject({ outcome: 'created' });
  });

  test('where completion knows no conditions it goes without: the key names the bytes', async () => {
    await start({ lax: { conditionsNotImplemented: true } });
    expect(await openOn(fake).createFromFile(KEY, fileOf(12 * MIB))).toMatchObject({ outcome: 'created' });
  });

  test('parts of one size please a store that wants them so', async () => {
    await start({ lax: { equalParts: true } });
    expect(await openOn(fake).createFromFile(KEY, fileOf(23 * MIB))).toMatchObject({ outcome: 'created' });
  });
});

describe('proof', () => {
  test('a store that refuses wrong bodies proves uploads, and nothing is left of the question', async () => {
    expect(await openOn(fake).provesUploads()).toBe(true);
    expect(fake.bucket.objects.size + fake.bucket.uploads.size).toBe(0);
  });

  test('a store that takes wrong bodies proves nothing', async () => {
    await start({ lax: { acceptWrongBodyHash: true } });
    expect(await openOn(fake).provesUploads()).toBe(false);
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeS3, type FakeS3Options, type Hook, startFakeS3 } from '../../support/s3/server.ts';
import { HASTY, openOn } from '../../support/s3/target.ts';

let fake: FakeS3;
const start = async (options: FakeS3Options = {}): Promise<void> => {
  await fake.close();
  fake = await startFakeS3(options);
};
beforeEach(async () => {
  fake = await startFakeS3();
});
afterEach(() => fake.close());

const KEY = 'v1/channels/stable/manifest.json';
const [ONE, TWO] = [Buffer.from('one'), Buffer.from('two')];
const text = (): string | undefined => fake.bucket.objects.get(`app/${KEY}`)?.bytes.toString();
const writes = (): number => fake.log.filter(({ name }) => name === 'PutObject').length;
const onWrite =
  (action: ReturnType<Hook>, at: 'received' | 'applied'): Hook =>
  (operation, phase) =>
    operation.name === 'PutObject' && phase === at ? action : undefined;

describe('a conditional write', () => {
  test('a projection is never cached for more than a minute, what is immutable for a year', async () => {
    const store = openOn(fake);
    await store.replace(KEY, ONE, null);
    await store.create('v1/cells/a.json', ONE);
    expect(fake.bucket.objects.get(`app/${KEY}`)?.headers).toMatchObject({
      'cache-control': 'public, max-age=60, must-revalidate, no-transform',
      'content-type': 'application/json',
    });
    expect(fake.bucket.objects.get('app/v1/cells/a.json')?.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable, no-transform',
      'content-type': 'application/json',
    });
  });

  test.each([
    { name: 'its answer is lost', hook: onWrite({ kind: 'reset' }, 'applied') },
    { name: 'it never arrives', hook: onWrite({ kind: 'reset' }, 'received') },
    { name: 'the answer is 500', hook: onWrite({ kind: 'error', status: 500 }, 'received') },
    { name: 'nobody answers', hook: onWrite({ kind: 'hang' }, 'received') },
  ])('goes out once and no more when $name: only reading can tell', async ({ hook }) => {
    fake.hook = hook;
    const store = openOn(fake);
    await expect(store.create(KEY, ONE)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const isThere = text() !== undefined;
    const replacing = store.replace(KEY, ONE, null);
    if (isThere) expect(await replacing).toBe('replaced');
    else await expect(replacing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(writes()).toBe(2);
  });

  test('a projection whose answer is lost is looked at: ours, another, or unknown as long as nothing has moved', async () => {
    const store = openOn(fake);
    await store.replace(KEY, ONE, null);
    const etag = (await store.read(KEY))?.etag ?? '';
    fake.hook = onWrite({ kind: 'reset' }, 'received');
    await expect(store.replace(KEY, TWO, etag)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    fake.hook = onWrite({ kind: 'reset' }, 'applied');
    expect(await store.replace(KEY, TWO, etag)).toBe('replaced');
    expect(await store.replace(KEY, Buffer.from('three'), etag)).toBe('lost');
    expect(text()).toBe('two');
  });

  test.each([
    { status: 503, code: 'SlowDown' },
    { status: 429, code: 'TooManyRequests' },
    { status: 409, code: 'ConditionalRequestConflict' },
    { status: 400, code: 'RequestTimeout' },
  ])('goes out again after $status $code, which means that it was not done', async ({ status, code }) => {
    let times = 3;
    fake.hook = (operation, phase) =>
      operation.name === 'PutObject' && phase === 'received' && times-- > 0
        ? { kind: 'error', status, code }
        : undefined;
    expect(await openOn(fake).create(KEY, ONE)).toBe('created');
    expect(text()).toBe('one');
  });

  test('409 is not 412: nothing was written, so it is no sign of another writer', async () => {
    fake.bucket.conflicts = 2;
    expect(await openOn(fake).create(KEY, ONE)).toBe('created');
    fake.bucket.conflicts = 100;
    await expect(openOn(fake).create('v1/other.json', ONE)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    expect(fake.bucket.objects.has('app/v1/other.json')).toBe(false);
  });

  test.each([404, 412] as const)(
    'an absent key that answers If-Match with %i is lost',
    async (ifMatchMissing) => {
      await start({ lax: { ifMatchMissing } });
      expect(await openOn(fake).replace(KEY, ONE, '"0123"')).toBe('lost');
      expect(text()).toBeUndefined();
    },
  );

  test('a store that compares etags without their quotes is served, and a stale one is lost there too', async () => {
    await start({ lax: { unquotedEtagOnly: true } });
    const store = openOn(fake);
    await store.replace(KEY, ONE, null);
    const etag = (await store.read(KEY))?.etag ?? '';
    expect(await store.replace(KEY, TWO, etag)).toBe('replaced');
    expect(await store.replace(KEY, ONE, etag)).toBe('lost');
    expect(text()).toBe('two');
  });

  test('who is overtaken and answered by 500 has lost, and does not wonder', async () => {
    await start({ lax: { lostRaceIs500: true } });
    const store = openOn(fake);
    await store.replace(KEY, ONE, null);
    const etag = (await store.read(KEY))?.etag ?? '';
    fake.hook = ({ name }, phase) => {
      // Another write is done while this one is under way.
      if (name === 'PutObject' && phase === 'received')
        fake.bucket.put(
          `app/${KEY}`,
          { bytes: TWO, sizeBytes: 3, md5: TWO, sha256: TWO },
          { headers: {}, conditions: { ifMatch: undefined, ifNoneMatch: undefined } },
        );
      return undefined;
    };
    expect(await store.replace(KEY, Buffer.from('three'), etag)).toBe('lost');
    expect(fake.log.filter(({ code }) => code === 'UnknownError')).toHaveLength(1);
    expect(text()).toBe('two');
  });

  test('a store with one write a second per key is waited for', async () => {
    await start({ lax: { oneWritePerSecond: true } });
    const store = openOn(fake, {}, { patience: { ...HASTY, longestPauseMs: 500, firstPauseMs: 300 } });
    await store.replace(KEY, ONE, null);
    expect(await store.replace(KEY, TWO, (await store.read(KEY))?.etag ?? '')).toBe('replaced');
  });
});

describe('what a store ignores', () => {
  test.each<[FakeS3Options['lax'], readonly string[]]>([
    [{}, []],
    [{ ignoreIfNoneMatch: true }, ['If-None-Match']],
    [{ ignoreIfMatch: true }, ['If-Match']],
    [{ ignoreIfNoneMatch: true, ignoreIfMatch: true }, ['If-None-Match', 'If-Match']],
    [{ conditionsNotImplemented: true }, ['If-None-Match', 'If-Match']],
    [{ unquotedEtagOnly: true, ifMatchMissing: 412 }, []],
  ])('%o: %o, and the bytes stay', async (lax, ignored) => {
    await start({ lax: lax ?? {} });
    await openOn(fake, {}, { singleWriter: true }).create(KEY, ONE);
    expect(await openOn(fake).ignoredConditions(KEY, ONE)).toEqual(ignored);
    expect(text()).toBe('one');
  });

  test('a policy that refuses both writes has answered too', async () => {
    await openOn(fake).create(KEY, ONE);
    await start({ allows: ({ name }) => name !== 'PutObject' });
    expect(await openOn(fake).ignoredConditions(KEY, ONE)).toEqual([]);
  });

  test.each([{ ignoreIfNoneMatch: true, ignoreIfMatch: true }, { conditionsNotImplemented: true }])(
    'a single writer is safe from itself there: %o',
    async (lax) => {
      await start({ lax });
      const store = openOn(fake, {}, { singleWriter: true });
      expect(await store.create(KEY, ONE)).toBe('created');
      expect(await store.create(KEY, TWO)).toBe('exists');
      const etag = (await store.read(KEY))?.etag ?? '';
      expect(await store.replace(KEY, TWO, etag)).toBe('replaced');
      expect(await store.replace(KEY, ONE, etag)).toBe('lost');
      expect(await store.replace(KEY, ONE, null)).toBe('lost');
      expect(text()).toBe('two');
    },
  );

  test('without that word a store that knows no conditions is refused', async () => {
    await start({ lax: { conditionsNotImplemented: true } });
    await expect(openOn(fake).create(KEY, ONE)).rejects.toMatchObject({
      code: 'STORE_NOT_CONDITIONAL',
      exitCode: 6,
    });
  });
});

describe('reading', () => {
  const BIG = Buffer.alloc(300_000, 'abcdefg');

  test('an answer that breaks off goes on where it was', async () => {
    const store = openOn(fake);
    await store.create('v1/big', BIG);
    let breaks = 5;
    fake.hook = (operation, phase) =>
      operation.name === 'GetObject' && phase === 'applied' && breaks-- > 0
        ? { kind: 'truncate' }
        : undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of store.stream('v1/big')) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(BIG)).toBe(true);
    expect(fake.log.filter(({ headers }) => headers.range !== undefined).length).toBeGreaterThan(2);
  });

  test.each(['truncate', 'reset', 'hang'] as const)('a small object is read again after %s', async (kind) => {
    const store = openOn(fake);
    await store.create(KEY, ONE);
    let times = 2;
    fake.hook = (operation, phase) =>
      operation.name === 'GetObject' && phase === 'applied' && times-- > 0 ? { kind } : undefined;
    expect(Buffer.from((await store.read(KEY))?.bytes ?? []).toString()).toBe('one');
  });

  test('an absent object that is forbidden to be seen is a matter of permission, not absence', async () => {
    await start({ allows: ({ name }) => name !== 'HeadObject' });
    await expect(openOn(fake).head(KEY)).rejects.toMatchObject({
      code: 'STORE_PERMISSION',
      fix: expect.stringContaining('s3:ListBucket'),
    });
  });

  test('more objects, parts and uploads than one answer holds are all listed', async () => {
    const store = openOn(fake);
    for (let index = 0; index < 2_300; index++)
      fake.bucket.put(
        `app/v1/packs/${index}/x`,
        { bytes: ONE, sizeBytes: 3, md5: ONE, sha256: ONE },
        { headers: {}, conditions: { ifMatch: undefined, ifNoneMatch: undefined } },
      );
    for (let index = 0; index < 1_200; index++) fake.bucket.begin(`app/v1/packs/${index}/y`, {});
    let [objects, uploads] = [0, 0];
    for await (const _ of store.list('v1/packs/')) objects += 1;
    for await (const _ of store.unfinishedUploads('v1/packs/')) uploads += 1;
    expect([objects, uploads, (await store.folders('v1/packs/')).length]).toEqual([2_300, 1_200, 2_300]);
  });

  test('uploads are found in a store that lists them for the whole bucket only, and those of others are left out', async () => {
    await start({ lax: { listsUploadsByKeyOnly: true } });
    for (const key of ['app/v1/packs/a/x', 'app/v1/packs/b/x', 'other/v1/packs/c/x'])
      fake.bucket.begin(key, {});
    const found: string[] = [];
    for await (const { key } of openOn(fake).unfinishedUploads('v1/packs/')) found.push(key);
    expect(found).toEqual(['v1/packs/a/x', 'v1/packs/b/x']);
  });
});

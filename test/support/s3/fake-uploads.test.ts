import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askingOf, base64, etagOf, is } from './asking.ts';
import { type FakeS3, type FakeS3Options, startFakeS3 } from './server.ts';
import type { RawAnswer } from './sign.ts';

// What AWS documents of S3 (user guide: conditional writes, multipart uploads, checking integrity, Signature Version 4;
// API reference: each operation), held against the server that all other tests rest on.

let fake: FakeS3;
beforeEach(async () => {
  fake = await startFakeS3();
});
afterEach(() => fake.close());

async function restart(options: FakeS3Options): Promise<void> {
  await fake.close();
  fake = await startFakeS3(options);
}
const { send, put, get, begin, putPart, complete } = askingOf(() => fake);

const MIB = 1 << 20;
const five = 'x'.repeat(5 * MIB);

describe('uploads in parts', () => {
  test('parts make one object, in the order of their numbers, with an etag of their count', async () => {
    const id = await begin('/key', { 'x-amz-meta-sha256': 'abc', 'content-type': 'a/b' });
    await putPart('/key', id, [7, 'the end']);
    await putPart('/key', id, [2, five]);
    const answer = await complete('/key', id, {
      parts: [
        [2, etagOf(five)],
        [7, etagOf('the end')],
      ],
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/[0-9a-f]{32}-2/);
    const found = await get('/key');
    expect(found.text).toBe(`${five}the end`);
    expect(found.headers).toMatchObject({ 'x-amz-meta-sha256': 'abc', 'content-type': 'a/b' });
    expect(fake.bucket.uploads.size).toBe(0);
  });

  test('nobody sees an object before it is complete, nor after it is given up', async () => {
    const id = await begin('/key');
    await putPart('/key', id, [1, 'x']);
    expect(await get('/key')).toMatchObject(is(404, 'NoSuchKey'));
    const abort = { method: 'DELETE', path: '/key', query: { uploadId: id } };
    expect(await send(abort)).toMatchObject(is(204));
    expect(await send(abort)).toMatchObject(is(404, 'NoSuchUpload'));
    expect(await putPart('/key', id, [2, 'x'])).toMatchObject(is(404, 'NoSuchUpload'));
    expect(await complete('/key', id, { parts: [[1, etagOf('x')]] })).toMatchObject(is(404, 'NoSuchUpload'));
    expect(await send({ path: '/key', query: { uploadId: id } })).toMatchObject(is(404, 'NoSuchUpload'));
  });

  test('an upload belongs to its key', async () => {
    const id = await begin('/key');
    expect(await putPart('/other', id, [1, 'x'])).toMatchObject(is(404, 'NoSuchUpload'));
  });

  test.each([0, 10_001, 'one'])('there is no part %s', async (number) => {
    expect(await putPart('/key', await begin('/key'), [number, 'x'])).toMatchObject(
      is(400, 'InvalidArgument'),
    );
  });

  test.each<[string, readonly (readonly [number, string])[], ReturnType<typeof is>]>([
    [
      'out of order',
      [
        [2, 'b'],
        [1, 'a'],
      ],
      is(400, 'InvalidPartOrder'),
    ],
    [
      'twice the same',
      [
        [1, 'a'],
        [1, 'a'],
      ],
      is(400, 'InvalidPartOrder'),
    ],
    ['one that was not sent', [[3, 'c']], is(400, 'InvalidPart')],
    ['one with another etag', [[1, 'b']], is(400, 'InvalidPart')],
    [
      'small ones before the last',
      [
        [1, 'a'],
        [2, 'b'],
      ],
      is(400, 'EntityTooSmall'),
    ],
    ['none', [], is(400, 'MalformedXML')],
  ])('completing with parts %s is refused, and the upload stays', async (_, parts, answer) => {
    const id = await begin('/key');
    for (const [number, body] of [
      [1, 'a'],
      [2, 'b'],
    ] as const)
      await putPart('/key', id, [number, body]);
    const listed = parts.map(([number, body]) => [number, etagOf(body)] as const);
    expect(await complete('/key', id, { parts: listed })).toMatchObject(answer);
    expect(fake.bucket.uploads.has(id)).toBe(true);
    expect(fake.bucket.objects.size).toBe(0);
  });

  test('completing with something that is no list of parts is refused', async () => {
    const id = await begin('/key');
    const answer = await send({ method: 'POST', path: '/key', query: { uploadId: id }, body: '<x/>' });
    expect(answer).toMatchObject(is(400, 'MalformedXML'));
  });

  test('a part that is sent again takes the place of the first', async () => {
    const id = await begin('/key');
    await putPart('/key', id, [1, 'first']);
    await putPart('/key', id, [1, 'second']);
    expect(await complete('/key', id, { parts: [[1, etagOf('first')]] })).toMatchObject(
      is(400, 'InvalidPart'),
    );
    expect(await complete('/key', id, { parts: [[1, etagOf('second')]] })).toMatchObject(is(200));
  });

  test('completing twice is done once, and says so twice', async () => {
    const id = await begin('/key');
    await putPart('/key', id, [1, 'x']);
    const parts = [[1, etagOf('x')]] as const;
    const [first, second] = [await complete('/key', id, { parts }), await complete('/key', id, { parts })];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.text).toBe(first.text);
    await put('/key', 'another');
    expect(await complete('/key', id, { parts })).toMatchObject(is(404, 'NoSuchUpload'));
  });

  test('an upload that keeps checksums wants them when it is completed', async () => {
    const id = await begin('/key', { 'x-amz-checksum-algorithm': 'SHA256' });
    const headers = { 'x-amz-checksum-sha256': base64('sha256', 'x') };
    await send({ method: 'PUT', path: '/key', query: { uploadId: id, partNumber: '1' }, body: 'x', headers });
    expect(await complete('/key', id, { parts: [[1, etagOf('x')]] })).toMatchObject(is(400, 'InvalidPart'));
    const part = `<Part><PartNumber>1</PartNumber><ETag>${etagOf('x')}</ETag><ChecksumSHA256>${base64('sha256', 'x')}</ChecksumSHA256></Part>`;
    const body = `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`;
    expect(await send({ method: 'POST', path: '/key', query: { uploadId: id }, body })).toMatchObject(
      is(200),
    );
  });

  test('ListParts pages through all parts by number, with sizes, etags and checksums', async () => {
    const id = await begin('/key');
    for (const number of [9, 3, 1, 20, 4, 5, 6, 7, 8, 2]) await putPart('/key', id, [number, `${number}`]);
    const numbers: string[] = [];
    for (let marker: string | undefined = '0'; marker !== undefined; ) {
      const query = { uploadId: id, 'max-parts': '4', 'part-number-marker': marker };
      const { text } = await send({ path: '/key', query });
      numbers.push(...[...text.matchAll(/<PartNumber>(\d+)</g)].map(([, number = '']) => number));
      marker = /<NextPartNumberMarker>(\d+)</.exec(text)?.[1];
      expect(text).toContain(`<IsTruncated>${marker !== undefined}</IsTruncated>`);
    }
    expect(numbers).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '20']);
  });

  test('ListMultipartUploads pages through all uploads below a prefix', async () => {
    const ids = [await begin('/a/1'), await begin('/a/2'), await begin('/a/2'), await begin('/b')];
    const found: string[] = [];
    for (let markers: Record<string, string> | undefined = {}; markers !== undefined; ) {
      const { text } = await send({ query: { uploads: '', prefix: 'a/', 'max-uploads': '1', ...markers } });
      found.push(/<UploadId>(.*?)</.exec(text)?.[1] ?? '');
      const [, key] = /<NextKeyMarker>(.*?)</.exec(text) ?? [];
      const [, id] = /<NextUploadIdMarker>(.*?)</.exec(text) ?? [];
      markers =
        key === undefined || id === undefined ? undefined : { 'key-marker': key, 'upload-id-marker': id };
    }
    expect(found.sort()).toEqual(ids.slice(0, 3).sort());
  });
});

describe('ListObjectsV2', () => {
  const list = async (query: Record<string, string>) => {
    const { text } = await send({ query: { 'list-type': '2', ...query } });
    const all = (name: string): readonly string[] =>
      [...text.matchAll(new RegExp(`<${name}>(?:<Prefix>)?(.*?)<`, 'g'))].map(([, value = '']) => value);
    return {
      text,
      keys: all('Key'),
      folders: all('CommonPrefixes'),
      next: all('NextContinuationToken')[0],
      all,
    };
  };
  beforeEach(async () => {
    for (const key of ['a/1', 'a/2', 'a/b/1', 'a/b/2', 'a/c/1', 'b', 'ä', 'Z'])
      await put(`/${encodeURI(key)}`, key);
  });

  test('keys are sorted by their bytes, and have size, etag and time', async () => {
    const { keys, text, all } = await list({});
    expect(keys).toEqual(['Z', 'a/1', 'a/2', 'a/b/1', 'a/b/2', 'a/c/1', 'b', 'ä']);
    expect(all('KeyCount')).toEqual(['8']);
    expect(text).toMatch(/<LastModified>\d{4}-.*<ETag>.*<Size>1<\/Size>/);
  });
  test('a prefix narrows, a delimiter folds', async () => {
    expect((await list({ prefix: 'a/b' })).keys).toEqual(['a/b/1', 'a/b/2']);
    expect(await list({ prefix: 'a/', delimiter: '/' })).toMatchObject({
      keys: ['a/1', 'a/2'],
      folders: ['a/b/', 'a/c/'],
    });
    expect((await list({ prefix: 'none' })).keys).toEqual([]);
  });
  test.each([1, 2, 3])('pages of %i give everything once, folders included', async (size) => {
    const found: string[] = [];
    for (let token: string | undefined = ''; token !== undefined; ) {
      const more: Record<string, string> = token === '' ? {} : { 'continuation-token': token };
      const page = await list({ prefix: 'a/', delimiter: '/', 'max-keys': String(size), ...more });
      expect(page.keys.length + page.folders.length).toBeLessThanOrEqual(size);
      found.push(...page.keys, ...page.folders);
      token = page.next;
    }
    expect(found.sort()).toEqual(['a/1', 'a/2', 'a/b/', 'a/c/']);
  });
  test('it begins after start-after, gives none of none, and encodes on request', async () => {
    expect((await list({ 'start-after': 'a/c/1' })).keys).toEqual(['b', 'ä']);
    expect(await list({ 'max-keys': '0' })).toMatchObject({ keys: [], next: undefined });
    expect((await list({ prefix: 'ä', 'encoding-type': 'url' })).keys).toEqual(['%C3%A4']);
  });
});

describe('versioning', () => {
  test('a removal leaves a marker; a create-only write succeeds over it and takes it away', async () => {
    await restart({ lax: { versioning: true } });
    await put('/key', 'x');
    const removed = await send({ method: 'DELETE', path: '/key' });
    expect(removed.headers['x-amz-delete-marker']).toBe('true');
    const read = await get('/key');
    expect(read).toMatchObject(is(404, 'NoSuchKey'));
    expect(read.headers['x-amz-delete-marker']).toBe('true');
    expect(await put('/key', 'y', { 'if-match': etagOf('x') })).toMatchObject(is(404, 'NoSuchKey'));
    expect(await put('/key', 'y', { 'if-none-match': '*' })).toMatchObject(is(200));
    expect(fake.bucket.deleteMarkers.size).toBe(0);
  });
  test('without it nothing is left', async () => {
    await put('/key', 'x');
    expect((await send({ method: 'DELETE', path: '/key' })).headers['x-amz-delete-marker']).toBeUndefined();
    expect((await get('/key')).headers['x-amz-delete-marker']).toBeUndefined();
  });
});

describe('what makes it laxer than AWS', () => {
  const create = { 'if-none-match': '*' };
  const stale = { 'if-match': '"1"' };
  test.each<[NonNullable<FakeS3Options['lax']>, () => Promise<RawAnswer>, ReturnType<typeof is>]>([
    [{ ignoreIfNoneMatch: true }, () => put('/key', 'new', create), is(200)],
    [{ ignoreIfNoneMatch: true }, () => put('/key', 'new', stale), is(412)],
    [{ ignoreIfMatch: true }, () => put('/key', 'new', stale), is(200)],
    [{ ignoreIfMatch: true }, () => put('/key', 'new', create), is(412)],
    [{ conditionsNotImplemented: true }, () => put('/key', 'new', create), is(501, 'NotImplemented')],
    [{ conditionsNotImplemented: true }, () => put('/key', 'new'), is(200)],
    [{ ifMatchMissing: 412 }, () => put('/none', 'new', stale), is(412, 'PreconditionFailed')],
    [{ unquotedEtagOnly: true }, () => put('/key', 'new', { 'if-match': etagOf('old') }), is(412)],
    [
      { unquotedEtagOnly: true },
      () => put('/key', 'new', { 'if-match': etagOf('old').slice(1, -1) }),
      is(200),
    ],
    [{ acceptWrongChecksum: true }, () => put('/key', 'new', { 'content-md5': base64('md5', 'x') }), is(200)],
    [
      { noChecksums: true },
      () => put('/key', 'new', { 'x-amz-checksum-sha256': base64('sha256', 'x') }),
      is(200),
    ],
    [
      { noChecksums: true },
      () => put('/key', 'new', { 'content-md5': base64('md5', 'x') }),
      is(400, 'BadDigest'),
    ],
    [{ oneWritePerSecond: true }, () => put('/key', 'new'), is(429, 'TooManyRequests')],
    [{ noListParts: true }, () => send({ query: { uploads: '' } }), is(405, 'MethodNotAllowed')],
    [
      { acceptWrongBodyHash: true },
      () => send({ method: 'PUT', path: '/key', body: 'new', signing: { payload: 'a'.repeat(64) } }),
      is(200),
    ],
  ])('%o', async (lax, act, answer) => {
    await restart({ lax });
    await put('/key', 'old');
    expect(await act()).toMatchObject(answer);
  });

  const completing = async (lax: FakeS3Options['lax'], bodies: readonly string[], headers = {}) => {
    await restart({ lax: lax ?? {} });
    await put('/key', 'old');
    const id = await begin('/key');
    for (const [index, body] of bodies.entries()) await putPart('/key', id, [index + 1, body]);
    return complete('/key', id, { parts: bodies.map((body, index) => [index + 1, etagOf(body)]), headers });
  };
  test('ignoreConditionsOnComplete, equalParts, emptyCompleteEtag', async () => {
    expect(await completing({ ignoreConditionsOnComplete: true }, ['x'], create)).toMatchObject(is(200));
    expect(await completing({}, [five, `${five}y`, 'z'])).toMatchObject(is(200));
    expect(await completing({ equalParts: true }, [five, `${five}y`, 'z'])).toMatchObject(
      is(400, 'InvalidPart'),
    );
    expect(await completing({ equalParts: true }, [five, five, 'z'])).toMatchObject(is(200));
    expect((await completing({ emptyCompleteEtag: true }, ['x'])).text).toContain('<ETag></ETag>');
  });
});

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeS3, type FakeS3Options, startFakeS3 } from './server.ts';
import { ask, type RawAnswer, type RawRequest } from './sign.ts';

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
const send = (raw: RawRequest): Promise<RawAnswer> => ask(fake, raw);
const put = (path: string, body: string, headers: Record<string, string> = {}) =>
  send({ method: 'PUT', path, body, headers });
const get = (path: string, headers: Record<string, string> = {}) => send({ path, headers });
const etagOf = (body: string): string => `"${createHash('md5').update(body).digest('hex')}"`;
const base64 = (algorithm: string, body: string): string =>
  createHash(algorithm).update(body).digest('base64');
const is = (status: number, code?: string) => (code === undefined ? { status } : { status, code });

const MIB = 1 << 20;
const five = 'x'.repeat(5 * MIB);

async function begin(path: string, headers: Record<string, string> = {}): Promise<string> {
  const { text } = await send({ method: 'POST', path, query: { uploads: '' }, headers });
  return /<UploadId>(.*?)<\/UploadId>/.exec(text)?.[1] ?? '';
}
const putPart = (path: string, uploadId: string, [partNumber, body]: readonly [number | string, string]) =>
  send({ method: 'PUT', path, query: { uploadId, partNumber: String(partNumber) }, body });
function complete(
  path: string,
  uploadId: string,
  {
    parts,
    headers = {},
  }: { parts: readonly (readonly [number, string])[]; headers?: Record<string, string> },
) {
  const listed = parts.map(
    ([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  const body = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`;
  return send({ method: 'POST', path, query: { uploadId }, body, headers });
}

describe('conditional writes', () => {
  const ABSENT = '"00000000000000000000000000000000"';
  test.each<[string, Record<string, string>, string | null, ReturnType<typeof is>, string | null]>([
    ['If-None-Match: * on an absent key', { 'if-none-match': '*' }, null, is(200), 'new'],
    [
      'If-None-Match: * on a present key',
      { 'if-none-match': '*' },
      'old',
      is(412, 'PreconditionFailed'),
      'old',
    ],
    [
      'If-None-Match with an etag',
      { 'if-none-match': etagOf('old') },
      'old',
      is(501, 'NotImplemented'),
      'old',
    ],
    ['If-Match, right', { 'if-match': etagOf('old') }, 'old', is(200), 'new'],
    ['If-Match, right, without quotes', { 'if-match': etagOf('old').slice(1, -1) }, 'old', is(200), 'new'],
    ['If-Match, stale', { 'if-match': ABSENT }, 'old', is(412, 'PreconditionFailed'), 'old'],
    ['If-Match on an absent key', { 'if-match': ABSENT }, null, is(404, 'NoSuchKey'), null],
    ['no condition', {}, 'old', is(200), 'new'],
  ])('PUT, %s', async (_, headers, before, answer, after) => {
    if (before !== null) await put('/key', before);
    expect(await put('/key', 'new', headers)).toMatchObject(answer);
    expect(fake.bucket.objects.get('key')?.bytes.toString() ?? null).toBe(after);
  });

  test.each<[string, Record<string, string>, string | null, ReturnType<typeof is>]>([
    ['If-None-Match: * on an absent key', { 'if-none-match': '*' }, null, is(200)],
    ['If-None-Match: * on a present key', { 'if-none-match': '*' }, 'old', is(412, 'PreconditionFailed')],
    ['If-Match, right', { 'if-match': etagOf('old') }, 'old', is(200)],
    ['If-Match, stale', { 'if-match': ABSENT }, 'old', is(412, 'PreconditionFailed')],
    ['If-Match on an absent key', { 'if-match': ABSENT }, null, is(404, 'NoSuchKey')],
  ])('completion, %s; a refused one leaves the upload', async (_, headers, before, answer) => {
    if (before !== null) await put('/key', before);
    const id = await begin('/key');
    await putPart('/key', id, [1, 'part']);
    expect(await complete('/key', id, { parts: [[1, etagOf('part')]], headers })).toMatchObject(answer);
    expect(fake.bucket.uploads.has(id)).toBe(answer.status !== 200);
    const held = fake.bucket.objects.get('key')?.bytes.toString() ?? null;
    expect(held).toBe(answer.status === 200 ? 'part' : before);
  });

  test('of 20 racing creators one wins', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => put('/race', `${index}`, { 'if-none-match': '*' })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
  });

  test('of 20 racing replacers one wins', async () => {
    await put('/race', 'old');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => put('/race', `${index}`, { 'if-match': etagOf('old') })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('a conflict answers 409, writes nothing, and is over', async () => {
    fake.bucket.conflicts = 1;
    const headers = { 'if-none-match': '*' };
    expect(await put('/key', 'a', headers)).toMatchObject(is(409, 'ConditionalRequestConflict'));
    expect(fake.bucket.objects.size).toBe(0);
    expect(await put('/key', 'a', headers)).toMatchObject(is(200));
  });
});

describe('reading', () => {
  beforeEach(() => put('/ten', '0123456789', { 'content-type': 'text/plain' }));

  test.each<[string, number, string, string | undefined]>([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=ten', 200, '0123456789', undefined],
  ])('the range %s', async (range, status, text, contentRange) => {
    const answer = await get('/ten', { range });
    expect(answer).toMatchObject({ status, text });
    expect(answer.headers['content-range']).toBe(contentRange);
  });
  test.each(['bytes=10-', 'bytes=-0', 'bytes=5-2'])('the range %s cannot be served', async (range) => {
    const answer = await get('/ten', { range });
    expect(answer).toMatchObject(is(416, 'InvalidRange'));
    expect(answer.headers['content-range']).toBe('bytes */10');
  });
  test.each<[string, Record<string, string>, number]>([
    ['If-None-Match with its etag', { 'if-none-match': etagOf('0123456789') }, 304],
    ['If-None-Match with its etag among others', { 'if-none-match': `"1", ${etagOf('0123456789')}` }, 304],
    ['If-None-Match with another', { 'if-none-match': '"1"' }, 200],
    ['If-Match with its etag', { 'if-match': etagOf('0123456789') }, 200],
    ['If-Match with another', { 'if-match': '"1"' }, 412],
  ])('%s', async (_, headers, status) => {
    const answer = await get('/ten', headers);
    expect(answer.status).toBe(status);
    if (status === 304) expect(answer).toMatchObject({ text: '', headers: { etag: etagOf('0123456789') } });
  });
  test('HEAD says what GET says, without the body', async () => {
    const answer = await send({ method: 'HEAD', path: '/ten' });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers).toMatchObject({ 'content-length': '10', etag: etagOf('0123456789') });
    expect(await send({ method: 'HEAD', path: '/none' })).toMatchObject({ status: 404, text: '' });
  });
  test('metadata and headers come back as they were written; the type has a default', async () => {
    const headers = { 'x-amz-meta-sha256': 'abc', 'cache-control': 'max-age=60', 'content-type': 'a/b' };
    await put('/with', 'x', headers);
    expect((await get('/with')).headers).toMatchObject(headers);
    await put('/without', 'x');
    expect((await get('/without')).headers).toMatchObject({ 'content-type': 'binary/octet-stream' });
    expect((await get('/without')).headers['x-amz-meta-sha256']).toBeUndefined();
  });
  test('keys of any letters', async () => {
    const path = `/${encodeURIComponent('a b+c&d=é/✓').replaceAll('%2F', '/')}`;
    await put(path, 'x');
    expect([...fake.bucket.objects.keys()]).toContain('a b+c&d=é/✓');
    expect(await get(path)).toMatchObject({ status: 200, text: 'x' });
  });
  test('an absent key, an absent bucket, an absent operation', async () => {
    expect(await get('/none')).toMatchObject(is(404, 'NoSuchKey'));
    expect(await send({ method: 'PATCH', path: '/ten' })).toMatchObject(is(501, 'NotImplemented'));
    expect(await ask({ ...fake, bucketName: 'models2' }, { path: '/ten' })).toMatchObject(
      is(404, 'NoSuchBucket'),
    );
    expect(await send({ method: 'HEAD' })).toMatchObject(is(200));
  });
  test('removing answers 204, whether there was anything or not', async () => {
    expect(await send({ method: 'DELETE', path: '/ten' })).toMatchObject(is(204));
    expect(await send({ method: 'DELETE', path: '/ten' })).toMatchObject(is(204));
    expect(await get('/ten')).toMatchObject(is(404, 'NoSuchKey'));
  });
});

describe('signatures', () => {
  const other = 'b'.repeat(64);
  test.each<[string, RawRequest['signing'], ReturnType<typeof is>]>([
    ['a right one', {}, is(200)],
    ['an unsigned payload', { payload: 'UNSIGNED-PAYLOAD' }, is(200)],
    ['another secret', { secret: 'x' }, is(403, 'SignatureDoesNotMatch')],
    ['an unknown key', { accessKeyId: 'AKIAOTHER' }, is(403, 'InvalidAccessKeyId')],
    ['a clock 14 minutes off', { at: new Date(Date.now() - 14 * 60_000) }, is(200)],
    ['a clock 16 minutes slow', { at: new Date(Date.now() - 16 * 60_000) }, is(403, 'RequestTimeTooSkewed')],
    ['a clock 16 minutes fast', { at: new Date(Date.now() + 16 * 60_000) }, is(403, 'RequestTimeTooSkewed')],
    ['another body than was signed', { payload: other }, is(400, 'XAmzContentSHA256Mismatch')],
    ['chunked signing', { payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }, is(501, 'NotImplemented')],
    [
      'a header of Amazon’s that is not signed',
      { unsigned: { 'x-amz-meta-a': 'b' } },
      is(403, 'AccessDenied'),
    ],
    [
      'another path than was signed',
      { tamper: ({ headers }) => ({ path: '/models/other', headers }) },
      is(403, 'SignatureDoesNotMatch'),
    ],
    [
      'a query that was not signed',
      { tamper: ({ path, headers }) => ({ path: `${path}?x=1`, headers }) },
      is(403, 'SignatureDoesNotMatch'),
    ],
    [
      'a signed header that was changed',
      { tamper: ({ path, headers }) => ({ path, headers: { ...headers, 'if-none-match': '"a"' } }) },
      is(403, 'SignatureDoesNotMatch'),
    ],
    [
      'no signature that can be read',
      { tamper: ({ path, headers }) => ({ path, headers: { ...headers, authorization: 'AWS4 x' } }) },
      is(400, 'AuthorizationHeaderMalformed'),
    ],
  ])('%s', async (_, signing, answer) => {
    const request = { method: 'PUT', path: '/key', body: 'x', headers: { 'if-none-match': '*' } };
    expect(await send({ ...request, ...(signing === undefined ? {} : { signing }) })).toMatchObject(answer);
    expect(fake.bucket.objects.size).toBe(answer.status === 200 ? 1 : 0);
  });
  test('anybody reads objects, and nothing else', async () => {
    await put('/key', 'x');
    const signing = { none: true };
    expect(await send({ path: '/key', signing })).toMatchObject({ status: 200, text: 'x' });
    expect(await send({ method: 'PUT', path: '/key', body: 'y', signing })).toMatchObject(
      is(403, 'AccessDenied'),
    );
    expect(await send({ query: { 'list-type': '2' }, signing })).toMatchObject(is(403, 'AccessDenied'));
    await restart({ publicRead: false });
    await put('/key', 'x');
    expect(await send({ path: '/key', signing })).toMatchObject(is(403, 'AccessDenied'));
  });
  test('a policy refuses what it does not allow', async () => {
    await restart({ allows: ({ name }) => name !== 'DeleteObject' });
    await put('/key', 'x');
    expect(await send({ method: 'DELETE', path: '/key' })).toMatchObject(is(403, 'AccessDenied'));
    expect(fake.bucket.objects.has('key')).toBe(true);
  });
});

describe('checksums', () => {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32('body'));
  test.each<[string, Record<string, string>, ReturnType<typeof is>]>([
    ['Content-MD5, right', { 'content-md5': base64('md5', 'body') }, is(200)],
    ['Content-MD5, wrong', { 'content-md5': base64('md5', 'other') }, is(400, 'BadDigest')],
    ['Content-MD5 that is none', { 'content-md5': 'abc' }, is(400, 'InvalidDigest')],
    ['SHA-256, right', { 'x-amz-checksum-sha256': base64('sha256', 'body') }, is(200)],
    ['SHA-256, wrong', { 'x-amz-checksum-sha256': base64('sha256', 'other') }, is(400, 'BadDigest')],
    ['CRC32, right', { 'x-amz-checksum-crc32': crc.toString('base64') }, is(200)],
    ['CRC32, wrong', { 'x-amz-checksum-crc32': 'AAAAAA==' }, is(400, 'BadDigest')],
  ])('%s', async (_, headers, answer) => {
    expect(await put('/key', 'body', headers)).toMatchObject(answer);
    expect(fake.bucket.objects.size).toBe(answer.status === 200 ? 1 : 0);
    const id = await begin('/parts');
    const part = {
      method: 'PUT',
      path: '/parts',
      query: { uploadId: id, partNumber: '1' },
      body: 'body',
      headers,
    };
    expect(await send(part)).toMatchObject(answer);
    expect(fake.bucket.uploads.get(id)?.parts.size).toBe(answer.status === 200 ? 1 : 0);
  });
});

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

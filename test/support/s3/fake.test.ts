import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askingOf, base64, etagOf, is } from './asking.ts';
import { type FakeS3, type FakeS3Options, startFakeS3 } from './server.ts';
import { ask, type RawRequest } from './sign.ts';

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
  ])('PUT, %s', async (...[, headers, before, answer, after]) => {
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
  ])('completion, %s; a refused one leaves the upload', async (...[, headers, before, answer]) => {
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
  ])('the range %s', async (...[range, status, text, contentRange]) => {
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

import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseRange } from '../../src/serve/range.ts';
import { serveTarget } from '../../src/serve/serve-target.ts';
import { startServer } from '../../src/serve/server.ts';
import { scratchFolder } from '../support/scratch.ts';
import { askRaw } from './raw-request.ts';

const PACK = '/v1/packs/abc/pack';
const MANIFEST = '/v1/channels/stable/manifest.json';
const TEN = '0123456789';

/** A CDN with one pack, one manifest and one log entry, and a file beside it that nobody may see. */
async function cdn(
  basePath = '/',
): Promise<{ readonly url: string; readonly root: string; readonly lines: string[] }> {
  const folder = scratchFolder();
  const root = join(folder, 'cdn');
  const files = {
    [PACK]: TEN,
    [MANIFEST]: '{"revision": 1}',
    '/v1/channels/stable/log/1.json': '{}',
    '/v1/empty': '',
    '/.incoming/half': 'half',
    '/../secret': 'secret',
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const lines: string[] = [];
  const server = await startServer({
    root,
    host: '127.0.0.1',
    port: 0,
    basePath,
    onRequest: (line) => lines.push(line),
  });
  onTestFinished(() => server.close());
  return { url: server.url, root, lines };
}

test.each([
  { range: 'bytes=0-0', status: 206, body: '0', contentRange: 'bytes 0-0/10' },
  { range: 'bytes=3-6', status: 206, body: '3456', contentRange: 'bytes 3-6/10' },
  { range: 'bytes=7-', status: 206, body: '789', contentRange: 'bytes 7-9/10' },
  { range: 'bytes=-2', status: 206, body: '89', contentRange: 'bytes 8-9/10' },
  { range: 'bytes=-99', status: 206, body: TEN, contentRange: 'bytes 0-9/10' },
  { range: 'bytes=0-99', status: 206, body: TEN, contentRange: 'bytes 0-9/10' },
  { range: 'bytes=10-', status: 416, body: '', contentRange: 'bytes */10' },
  { range: 'bytes=99-100', status: 416, body: '', contentRange: 'bytes */10' },
  { range: 'bytes=-0', status: 416, body: '', contentRange: 'bytes */10' },
  { range: 'bytes=0-1,3-4', status: 200, body: TEN },
  { range: 'bytes=6-3', status: 200, body: TEN },
  { range: 'bytes=-', status: 200, body: TEN },
  { range: 'lines=0-1', status: 200, body: TEN },
  { range: 'bytes=a-b', status: 200, body: TEN },
  { range: 'bytes=0x1-2', status: 200, body: TEN },
])('$range of ten bytes is $status', async ({ range, status, body, contentRange }) => {
  const { url } = await cdn();
  const answer = await askRaw(url, PACK, { headers: { range } });
  expect(answer).toMatchObject({ status, body });
  expect(answer.headers['content-range']).toBe(contentRange);
  expect(answer.headers['content-length']).toBe(String(body.length));
});

test('ranges beyond any file do not overflow', () => {
  expect(parseRange('bytes=0-99999999999999999999', 10)).toEqual({ kind: 'part', first: 0, last: 9 });
  expect(parseRange('bytes=99999999999999999999-', 10)).toEqual({ kind: 'unsatisfiable' });
  expect(parseRange('bytes=-99999999999999999999', 10)).toEqual({ kind: 'part', first: 0, last: 9 });
  expect(parseRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
});

test('an ETag saves a transfer, and changes with the object', async () => {
  const { url, root } = await cdn();
  const { headers } = await askRaw(url, MANIFEST);
  const etag = headers.etag ?? '';
  expect(etag).toMatch(/^"[^"]+"$/);
  for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*'])
    expect(await askRaw(url, MANIFEST, { headers: { 'if-none-match': given } })).toMatchObject({
      status: 304,
      body: '',
    });
  expect((await askRaw(url, MANIFEST, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  writeFileSync(join(root, 'next'), '{"revision": 2}');
  renameSync(join(root, 'next'), join(root, MANIFEST));
  const changed = await askRaw(url, MANIFEST, { headers: { 'if-none-match': etag } });
  expect(changed).toMatchObject({ status: 200, body: '{"revision": 2}' });
});

test('If-Range resumes the same object and starts another one anew', async () => {
  const { url } = await cdn();
  const etag = (await askRaw(url, PACK)).headers.etag ?? '';
  const resume = (given: string) => askRaw(url, PACK, { headers: { range: 'bytes=5-', 'if-range': given } });
  expect(await resume(etag)).toMatchObject({ status: 206, body: '56789' });
  expect(await resume('"another"')).toMatchObject({ status: 200, body: TEN });
});

test('HEAD answers as GET would, without a body, and knows no ranges', async () => {
  const { url } = await cdn();
  const [get, head] = [await askRaw(url, PACK), await askRaw(url, PACK, { method: 'HEAD' })];
  expect(head).toMatchObject({ status: 200, body: '' });
  for (const name of ['etag', 'content-length', 'content-type', 'cache-control', 'accept-ranges'])
    expect(head.headers[name]).toBe(get.headers[name]);
  const ranged = await askRaw(url, PACK, { method: 'HEAD', headers: { range: 'bytes=0-1' } });
  expect(ranged).toMatchObject({ status: 200, headers: { 'content-length': '10' } });
});

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
  '%s is refused with what is allowed',
  async (method) => {
    const { url } = await cdn();
    expect(await askRaw(url, PACK, { method })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
  },
);

test.each([
  '/../secret',
  '/v1/../../secret',
  '/%2e%2e/secret',
  '/..%2fsecret',
  '/v1/..%2f..%2fsecret',
  '/%2e%2e%2fsecret',
  '/..%5csecret',
  '/v1\\..\\..\\secret',
  '//secret',
  '/v1//packs/abc/pack',
  '/v1/./packs/abc/pack',
  '/v1/packs/abc/pack/',
  '/v1/packs/abc/pack%00.json',
  '/v1/packs/abc',
  '/v1',
  '/',
  '',
  '/.incoming/half',
  '/%2eincoming/half',
  '/v1/packs/abc/%',
  '/v1/packs/abc/pack/deeper',
  '/v1/link-out',
  '/v1/link-folder/secret',
  'http://elsewhere/v1/packs/abc/pack',
])('"%s" is not there', async (path) => {
  const { url, root } = await cdn();
  symlinkSync('../../secret', join(root, 'v1/link-out'));
  symlinkSync('../..', join(root, 'v1/link-folder'));
  const answer = await askRaw(url, path);
  expect(answer).toMatchObject({ status: 404, body: '' });
  expect(answer.headers['cache-control']).toBe('no-cache');
});

test('names are decoded once, and a query does not count', async () => {
  const { url, root } = await cdn();
  writeFileSync(join(root, 'v1/100%25'), 'percent');
  expect(await askRaw(url, '/v1/packs%2Fabc/p%61ck?x=/../y#z')).toMatchObject({ status: 200, body: TEN });
  expect(await askRaw(url, '/v1/100%2525')).toMatchObject({ status: 200, body: 'percent' });
});

test('projections are asked for every time, everything else is kept for a year', async () => {
  const { url } = await cdn();
  const cacheOf = async (path: string) => (await askRaw(url, path)).headers['cache-control'];
  expect(await cacheOf(MANIFEST)).toBe('no-cache');
  const forever = 'public, max-age=31536000, immutable, no-transform';
  expect(await cacheOf(PACK)).toBe(forever);
  expect(await cacheOf('/v1/channels/stable/log/1.json')).toBe(forever);
  const types = [PACK, MANIFEST].map(async (path) => (await askRaw(url, path)).headers['content-type']);
  expect(await Promise.all(types)).toEqual(['application/octet-stream', 'application/json']);
});

test('an empty object is served, whole', async () => {
  const { url } = await cdn();
  expect(await askRaw(url, '/v1/empty')).toMatchObject({
    status: 200,
    body: '',
    headers: { 'content-length': '0' },
  });
});

test('a base path stands for the folder, and nothing is served beside it', async () => {
  const { url, lines } = await cdn('/models/editor/');
  expect(url).toMatch(/\/models\/editor\/$/);
  expect((await askRaw(url, `/models/editor${PACK}`)).body).toBe(TEN);
  expect((await askRaw(url, PACK)).status).toBe(404);
  expect((await askRaw(url, '/models/editor/../../v1/packs/abc/pack')).status).toBe(404);
  expect(lines[0]).toBe(`GET /models/editor${PACK} 200`);
});

test('a manifest that is replaced all the time is always served whole, with the length that was promised', async () => {
  const { url, root } = await cdn();
  const running = new AbortController();
  const writing = (async () => {
    for (let revision = 0; !running.signal.aborted; revision++) {
      const filler = 'x'.repeat((revision % 7) * 3_000);
      writeFileSync(join(root, 'next'), JSON.stringify({ revision, filler }));
      renameSync(join(root, 'next'), join(root, MANIFEST));
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  for (let turn = 0; turn < 400; turn++) {
    const { status, body } = await askRaw(url, MANIFEST);
    expect(status).toBe(200);
    expect(() => void JSON.parse(body)).not.toThrow();
  }
  running.abort();
  await writing;
});

test('an address that is taken is USAGE, and another kind of target is not served', async () => {
  const { url, root } = await cdn();
  const port = Number(new URL(url).port);
  const target = { ...TARGET, path: root, publicUrl: `http://127.0.0.1:${port}/` };
  const silent = { host: '127.0.0.1', onRequest: () => undefined };
  await expect(serveTarget(target, { ...silent, port: undefined })).rejects.toMatchObject({ code: 'USAGE' });
  const asc = { kind: 'app-store-connect', name: 'asc' } as const;
  await expect(serveTarget(asc, { ...silent, port: 0 })).rejects.toMatchObject({
    code: 'TARGET_NOT_SUPPORTED',
  });
  const server = await serveTarget(target, { ...silent, port: 0 });
  expect((await askRaw(server.url, PACK)).body).toBe(TEN);
  await server.close();
});

const TARGET = {
  kind: 'directory',
  name: 'local',
  hosting: 'unmanaged',
  verify: 'origin',
  archive: 'aar',
  compression: 'none',
  projections: {},
} as const;

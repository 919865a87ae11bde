import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../src/serve/server.ts';
import type { Check } from '../../src/verify/check.ts';
import { verifyOnRequest } from '../../src/verify/verify.ts';
import {
  makeProject,
  type Project,
  publishNow,
  readLogEntry,
  type SessionOptions,
} from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

const PACK = 'fmadapter-summarizer-9799725';

/** A published project that is served at the URL which its manifest names; `answer` may answer in the server's place. */
async function served(
  answer?: RequestListener,
): Promise<{ readonly project: Project; readonly options: SessionOptions }> {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  const inner = await startServer({
    root: project.cdn,
    host: '127.0.0.1',
    port: 0,
    basePath: '/',
    onRequest: () => undefined,
  });
  onTestFinished(() => inner.close());
  const url = answer === undefined ? inner.url : await inFrontOf(inner.url, answer);
  const options = { target: { publicUrl: url } };
  await publishNow(await project.session(options));
  return { project, options };
}

/** A server that answers requests for packs itself and sends all others on to `inner`. */
async function inFrontOf(inner: string, answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url?.includes(PACK) === true) return answer(request, response);
    const { range } = request.headers;
    const headers = range === undefined ? {} : { range };
    void fetch(`${inner}${request.url?.slice(1)}`, { headers }).then(async (reply) => {
      response.statusCode = reply.status;
      for (const [name, value] of reply.headers) response.setHeader(name, value);
      response.end(Buffer.from(await reply.arrayBuffer()));
    });
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/`;
}

const verify = async (
  project: Project,
  options: SessionOptions,
  { full = false, only = [], from = 'edge' }: Partial<Parameters<typeof verifyOnRequest>[1]> = {},
): Promise<readonly Check[]> => verifyOnRequest(await project.session(options), { full, only, from });

const failuresOf = (checks: readonly Check[]): readonly string[] =>
  checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);

const packPath = (project: Project): string => {
  const pack = readLogEntry(project, 1).packs.find(({ id }) => id === PACK);
  return join(project.cdn, pack?.key ?? '');
};

test('what was published is found whole at the edge, headers and all', async () => {
  const { project, options } = await served();
  const checks = await verify(project, options, { full: true });
  expect(failuresOf(checks)).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual([
    'manifest',
    'manifest caching',
    ...[PACK, 'fmadapter-tagger-9799725'].flatMap((id) =>
      ['size', 'range', 'encoding', 'type', 'digest'].map((what) => `pack ${id} ${what}`),
    ),
  ]);
});

test.each<{ readonly why: string; readonly damage: (path: string) => void; readonly found: RegExp }>([
  {
    why: 'is cut short',
    damage: (path) => truncateSync(path, 500),
    found: /^pack \S+ size: .* has 500 bytes, expected \d+$/,
  },
  {
    why: 'is gone',
    damage: (path) => rmSync(path),
    found: /^pack \S+: v1\/packs\/\S+ is absent, or may not be read$/,
  },
  { why: 'is empty', damage: (path) => writeFileSync(path, ''), found: /^pack \S+/ },
])(
  'a pack that $why is found without reading it whole, and the other pack is still checked',
  async ({ damage, found }) => {
    const { project, options } = await served();
    damage(packPath(project));
    for (const from of ['edge', 'origin'] as const) {
      const checks = await verify(project, options, { from });
      expect(failuresOf(checks)).toEqual([expect.stringMatching(found)]);
      expect(checks.some(({ name, ok }) => ok && name === 'pack fmadapter-tagger-9799725 size')).toBe(true);
    }
  },
);

test('tampered bytes of the right size are found by --full alone', async () => {
  const { project, options } = await served();
  const path = packPath(project);
  const { downloadSize = 0 } = readLogEntry(project, 1).packs.find(({ id }) => id === PACK) ?? {};
  writeFileSync(path, Buffer.alloc(downloadSize, 'x'));
  for (const from of ['edge', 'origin'] as const) {
    expect(failuresOf(await verify(project, options, { from }))).toEqual([]);
    expect(failuresOf(await verify(project, options, { from, full: true }))).toEqual([
      expect.stringMatching(
        /^pack fmadapter-summarizer-9799725 digest: SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}$/,
      ),
    ]);
    expect(failuresOf(await verify(project, options, { from, full: true, only: ['tagger'] }))).toEqual([]);
  }
});

test.each<{ readonly why: string; readonly answer: RequestListener; readonly found: RegExp }>([
  {
    why: 'a page with status 200',
    answer: (_, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>'),
    found: /^pack fmadapter-summarizer-9799725.*200.*206/,
  },
  {
    why: 'a page with status 206',
    answer: (_, response) => {
      const headers = { 'content-type': 'text/html; charset=utf-8', 'content-range': 'bytes 0-0/19' };
      response.writeHead(206, headers).end('<');
    },
    found: /^pack fmadapter-summarizer-9799725 size: .* 19 bytes/,
  },
  {
    why: 'a refusal',
    answer: (_, response) => void response.writeHead(403).end(),
    found: /^pack \S+: .*is absent, or may not be read/,
  },
  {
    why: 'a redirect',
    answer: (_, response) => void response.writeHead(302, { location: '/' }).end(),
    found: /302/,
  },
  { why: 'an error of its own', answer: (_, response) => void response.writeHead(500).end(), found: /500/ },
])(
  '$why in the place of a pack is a check that failed, and nothing stops there',
  async ({ answer, found }) => {
    const { project, options } = await served(answer);
    const checks = await verify(project, options);
    expect(failuresOf(checks)).toEqual([expect.stringMatching(found)]);
    expect(checks.some(({ name, ok }) => ok && name === 'pack fmadapter-tagger-9799725 size')).toBe(true);
  },
);

test.each<{ readonly why: string; readonly content: string | null; readonly found: RegExp }>([
  { why: 'gone', content: null, found: /^manifest: .* has no manifest for "stable", or it may not be read$/ },
  {
    why: 'a page',
    content: '<html></html>',
    found: /^manifest: .*manifest\.json is not what fmrelease wrote/,
  },
  {
    why: 'of another shape',
    content: '{"assetPacks":[]}',
    found: /^manifest: .*manifest\.json is not what fmrelease wrote/,
  },
])('a manifest that is $why is a check that failed', async ({ content, found }) => {
  const { project, options } = await served();
  const path = join(project.cdn, 'v1/channels/stable/manifest.json');
  if (content === null) rmSync(path);
  else writeFileSync(path, content);
  for (const from of ['edge', 'origin'] as const)
    expect(failuresOf(await verify(project, options, { from }))).toEqual([expect.stringMatching(found)]);
});

test('an edge that still serves the revision before is found', async () => {
  const { project, options } = await served();
  const path = join(project.cdn, 'v1/channels/stable/manifest.json');
  const old = readFileSync(path);
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session(options));
  writeFileSync(path, old);
  expect(failuresOf(await verify(project, options))).toEqual([
    'manifest revision: serves revision 1, expected 2',
  ]);
});

test('a manifest whose URLs lead elsewhere is found', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  const options = { target: { publicUrl: 'https://cdn.example.com/' } };
  expect(failuresOf(await verify(project, options, { from: 'origin' }))).toEqual([
    expect.stringMatching(
      /^pack \S+: its URL http:\/\/127\.0\.0\.1:8787\/\S+ is not below https:\/\/cdn\.example\.com\/$/,
    ),
  ]);
});

test('an edge that does not answer is STORE_UNAVAILABLE', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const options = { target: { publicUrl: 'http://127.0.0.1:9/' } };
  await publishNow(await project.session(options));
  await expect(verify(project, options)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', exitCode: 69 });
});

test('a publish to a target that verifies at the edge says what the edge lacks', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const options = { target: { publicUrl: 'http://127.0.0.1:9/', verify: 'edge' as const } };
  const result = await publishNow(await project.session(options));
  expect(result).toMatchObject({ committed: true, verified: false });
  expect(result.problems).toEqual([expect.stringContaining('did not answer')]);
  const { options: reachable, project: other } = await served();
  await other.add('summarizer', '2.0.0');
  const edge = await other.session({ target: { ...reachable.target, verify: 'edge' } });
  expect(await publishNow(edge)).toMatchObject({ committed: true, verified: true, problems: [] });
});

test('an unknown adapter and a channel without a release are not found', async () => {
  const { project, options } = await served();
  await expect(verify(project, options, { only: ['nobody'] })).rejects.toMatchObject({
    code: 'ADAPTER_UNKNOWN',
  });
  await expect(verify(project, { ...options, channel: 'beta' })).rejects.toMatchObject({
    code: 'RELEASE_NOT_FOUND',
  });
});

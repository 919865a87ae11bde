import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { readOverHttp } from './http-reader.ts';
import { type Edge, noNginx, startNginx } from './nginx.ts';
import { makeRealProject, type RealProject } from './project.ts';
import { freshPrefix, server } from './server.ts';

const PUBLISH = ['publish', '--yes'];
const MANIFEST = 'v1/channels/stable/manifest.json';

const edges: Edge[] = [];
afterAll(async () => {
  for (const edge of edges) await edge.stop();
});

/** A project whose readers come to the first of some edges. `urls` are those of its prefix there. */
async function behindNginx({
  count = 1,
  verify = 'origin',
}: {
  readonly count?: number;
  readonly verify?: 'edge' | 'origin';
} = {}) {
  const { origin, pathname } = new URL(server.publicUrl);
  const prefix = freshPrefix();
  const path = `${pathname.slice(1)}${prefix}`;
  const started = await Promise.all(Array.from({ length: count }, () => startNginx(origin, path)));
  edges.push(...started);
  const urls = started.map(({ url }) => `${url}${path}`);
  return { project: makeRealProject({ prefix, publicUrl: urls[0] ?? '', verify }), urls };
}

describe.skipIf(noNginx !== undefined)(
  `${server.name} behind nginx as docs/cdn.md sets it up${noNginx === undefined ? '' : ` (${noNginx})`}`,
  () => {
    test('what is immutable is fetched once, ranges come out of the cache, and query strings change nothing', async () => {
      const { project } = await behindNginx();
      await project.add('summarizer', '1.0.0', 20);
      await project.ask(PUBLISH);
      const pack = await packUrl(project);
      const whole = await get(pack);
      expect(whole).toMatchObject({ status: 200, edge: expect.stringMatching(/^MISS 206/) });
      expect(whole.bytes.length).toBe(Number(whole.headers.get('content-length')));
      expect(whole.headers.get('content-encoding')).toBeNull();
      for (const url of [pack, `${pack}?platform=ios`]) {
        const again = await get(url);
        expect(again).toMatchObject({ status: 200, edge: HIT });
        expect(again.bytes.equals(whole.bytes)).toBe(true);
      }

      const [size, slice] = [whole.bytes.length, 8 << 20];
      for (const [first, last] of [
        [0, 0],
        [slice - 3, slice + 5],
        [size - 9, size - 1],
      ] as const) {
        const part = await get(pack, { range: `bytes=${first}-${last}` });
        expect(part).toMatchObject({ status: 206, edge: HIT });
        expect(part.headers.get('content-range')).toBe(`bytes ${first}-${last}/${size}`);
        expect(part.bytes.equals(whole.bytes.subarray(first, last + 1))).toBe(true);
      }
      expect(await get(pack, { range: `bytes=${size}-` })).toMatchObject({ status: 416 });
      expect(await get(pack.replace('/packs/', '/tombstones/'))).toMatchObject({ status: 404 });
      expect((await project.ask(['verify', '--full', '--from', 'edge'])).ok).toBe(true);
    });

    test('a manifest that was asked for before the first release is there soon after it', async () => {
      const { project } = await behindNginx();
      expect([403, 404]).toContain((await get(`${project.publicUrl}${MANIFEST}`)).status);
      await project.add('summarizer', '1.0.0', 1);
      await project.ask(PUBLISH);
      await sleep(1_500);
      expect(await get(`${project.publicUrl}${MANIFEST}`)).toMatchObject({ status: 200 });
    });

    // A manifest may be a minute old: the following wait for that together.
    test('an expired manifest is asked for by its ETag, and stays what it is while the origin answers 304', () =>
      minutes().revalidated);
    test('a publish that is verified at the edge waits for the edge, and finds the new release there', () =>
      minutes().awaited);
    test('while releases come, readers of edges of different ages get whole ones, and at one edge never an older one again', () =>
      minutes().whole);
  },
);

let started: ReturnType<typeof startMinutes> | undefined;
const minutes = (): ReturnType<typeof startMinutes> => (started ??= startMinutes());

function startMinutes() {
  const all = { revalidated: revalidate(), awaited: awaitEdge(), whole: readWhileReleasesCome() };
  for (const one of Object.values(all)) one.catch(() => undefined); // told by the test that waits for it
  return all;
}

async function revalidate(): Promise<void> {
  const { project, urls } = await behindNginx({ count: 2 });
  await project.add('summarizer', '1.0.0', 1);
  await project.ask(PUBLISH);
  const [manifest, elsewhere] = urls.map((url) => `${url}${MANIFEST}`);
  if (manifest === undefined || elsewhere === undefined) throw new Error('two edges were started');
  expect(await get(manifest)).toMatchObject({ edge: 'MISS 200' });
  const first = await get(`${manifest}?v=2`);
  expect(first).toMatchObject({ status: 200, edge: HIT });
  expect(first.headers.get('cache-control')).toBe('public, max-age=60, must-revalidate, no-transform');
  await sleep(62_000);
  expect(await get(manifest)).toMatchObject({ status: 200, edge: 'REVALIDATED 304', bytes: first.bytes });
  expect(await get(manifest)).toMatchObject({ edge: HIT, bytes: first.bytes });
  expect(await get(elsewhere)).toMatchObject({ edge: 'MISS 200', bytes: first.bytes });
}

async function awaitEdge(): Promise<void> {
  const { project } = await behindNginx({ verify: 'edge' });
  for (const revision of [1, 2]) {
    await project.add('summarizer', `${revision}.0.0`, 1);
    expect(await project.ask(PUBLISH)).toMatchObject({ revision, verified: true });
    expect(await readOverHttp(project)).toMatchObject({ revision });
  }
}

async function readWhileReleasesCome(): Promise<void> {
  const { project, urls } = await behindNginx({ count: 3 });
  await project.add('summarizer', '1.0.0', 9);
  await project.add('tagger', '1.0.0', 1);
  await project.ask(PUBLISH);
  const until = Date.now() + 80_000;
  const publishing = publishUntil(project, until);
  const newest = urls.map(() => 0);
  const seen = new Set<number>();
  let reads = 0;
  for (; Date.now() < until; reads++) {
    const edge = reads % (Date.now() < until - 50_000 ? 1 : urls.length); // the other edges are younger
    const revision = (await readOverHttp({ ...project, edge: urls[edge] ?? '' }))?.revision ?? 0;
    expect(revision).toBeGreaterThanOrEqual(newest[edge] ?? 0);
    newest[edge] = revision;
    seen.add(revision);
    await sleep(150);
  }
  const last = await publishing;
  expect(last).toBeGreaterThan(3);
  expect(seen.size).toBeGreaterThan(2);
  expect(reads).toBeGreaterThan(30);
  await sleep(61_000);
  for (const edge of urls) expect(await readOverHttp({ ...project, edge })).toMatchObject({ revision: last });
}

/** Publishes new builds of one adapter or the other until the time is over; returns the last revision. */
async function publishUntil(project: RealProject, until: number): Promise<number> {
  let revision = 1;
  for (let build = 2; Date.now() < until - 3_000; build++) {
    const isLarge = build % 3 === 0;
    await project.add(isLarge ? 'summarizer' : 'tagger', `${build}.0.0`, isLarge ? 9 : 1);
    revision = (await project.ask(PUBLISH)).revision ?? 0;
    await sleep(1_000);
  }
  return revision;
}

async function packUrl({ publicUrl }: RealProject): Promise<string> {
  const { bytes } = await get(`${publicUrl}${MANIFEST}`);
  const manifest: { readonly assetPacks: readonly { readonly url: string }[] } = JSON.parse(bytes.toString());
  return manifest.assetPacks[0]?.url ?? '';
}

/** An answer, and how the edge came by it: `MISS 200`, `HIT `, `REVALIDATED 304`. */
async function get(url: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(url, { headers: { 'accept-encoding': 'identity', ...headers } });
  return {
    status: answer.status,
    headers: answer.headers,
    edge: answer.headers.get('x-edge') ?? '',
    bytes: Buffer.from(await answer.arrayBuffer()),
  };
}

/** From the cache alone: no answer of an origin has a part in it. */
const HIT = expect.stringMatching(/^HIT *$/);

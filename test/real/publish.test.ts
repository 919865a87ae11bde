import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readLogOverHttp, readOverHttp } from './http-reader.ts';
import { makeRealProject } from './project.ts';
import { everythingIn, openOnServer, server } from './server.ts';

const PUBLISH = ['publish', '--yes'];
const SMALL_MB = 41;
const REAL_MB = 133;
const preload = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test(`${server.name}: doctor --probe finds all that publishing needs, and leaves nothing behind`, async () => {
  const project = makeRealProject();
  const { ok, checks } = await project.ask(['doctor', '--probe']);
  expect(ok).toBe(true);
  const names = (checks ?? []).map(({ name }) => name);
  expect(names.slice(names.indexOf('create-only'))).toEqual([
    'create-only',
    'racing creators',
    'stale If-Match',
    'racing writers',
    'conditional completion',
    'list of parts',
    'wrong bodies',
    'ranges',
    'metadata and headers',
    'deleting',
    'cleaning up',
  ]);
  expect(await everythingIn(openOnServer({ prefix: project.prefix }))).toEqual([]);
});

test(`${server.name}: two adapters of real size, planned, published, verified byte by byte, and updated`, async () => {
  const project = makeRealProject();
  await project.add('summarizer', '1.0.0', REAL_MB);
  await project.add('tagger', '1.0.0', SMALL_MB);
  await project.ask(['plan', '--out', 'plan.json']);
  const first = await project.ask(['publish', 'plan.json', '--yes']);
  expect(first).toMatchObject({ revision: 1, committed: true, verified: true, problems: [], notes: [] });
  expect(first.uploadedBytes).toBeGreaterThan((REAL_MB + SMALL_MB - 1) * 1e6);
  const one = await readOverHttp(project);
  expect(one?.revision).toBe(1);
  expect(Object.keys(one?.packs ?? {})).toHaveLength(2);

  expect(await project.ask(['publish', 'plan.json', '--yes'])).toMatchObject({
    revision: 1,
    alreadyCommitted: true,
    uploadedBytes: 0,
  });
  expect(await project.ask(PUBLISH)).toMatchObject({ committed: false, uploadedBytes: 0 });

  await project.add('tagger', '2.0.0', SMALL_MB);
  const second = await project.ask(PUBLISH);
  expect(second).toMatchObject({ revision: 2, committed: true, verified: true });
  expect(second.uploadedBytes).toBeLessThan((SMALL_MB + 1) * 1e6);
  const two = await readOverHttp(project);
  expect(two).toMatchObject({ revision: 2, versions: { 'fmadapter-tagger-9799725': 2 } });
  expect(two?.packs['fmadapter-summarizer-9799725']).toBe(one?.packs['fmadapter-summarizer-9799725']);
  expect((await readLogOverHttp(project)).map(({ kind }) => kind)).toEqual(['publish', 'publish']);

  const verified = await project.ask(['verify', '--full', '--from', 'edge']);
  expect(verified.ok).toBe(true);
  expect(verified.checks?.length).toBeGreaterThan(3);
});

test(`${server.name}: killed in the middle of an upload, it goes on where it was`, async () => {
  const project = makeRealProject({ partSizeMiB: 5, connections: 2 });
  await project.add('summarizer', '1.0.0', REAL_MB);
  const watch = preload('watch-requests.mjs');
  const killed = await project.run(PUBLISH, { preload: watch, env: { KILL_AFTER_PARTS: '13' } });
  expect(killed.signal).toBe('SIGKILL');
  expect(await readOverHttp(project)).toBeNull();
  const left = await everythingIn(openOnServer({ prefix: project.prefix }));
  expect(left).toEqual([
    expect.stringMatching(/^v1\/packs\/[0-9a-f]{64}\/fmadapter-summarizer-9799725\?uploadId=/),
  ]);

  const report = join(project.root, 'sent.json');
  const result = await project.ask(PUBLISH, { preload: watch, env: { WATCH_REPORT: report } });
  expect(result).toMatchObject({ revision: 1, committed: true, verified: true });
  const sent = JSON.parse(readFileSync(report, 'utf8'));
  const sizeBytes = result.packs?.[0]?.sizeBytes ?? 0;
  expect(sent.bytes).toBeGreaterThan(0);
  // 13 parts were answered; those under way when it died, one per connection, may have arrived or not.
  expect(sent.bytes).toBeLessThanOrEqual(sizeBytes - 13 * PART_BYTES);
  expect(await readOverHttp(project)).toMatchObject({ revision: 1 });
});

test(`${server.name}: two publishers of different adapters at once both land, round after round`, async () => {
  const one = makeRealProject();
  for (const name of ['summarizer', 'tagger']) await one.add(name, '1.0.0', 1);
  await one.ask(PUBLISH);
  const two = one.copy();
  for (let round = 2; round <= 5; round++) {
    await one.add('summarizer', `${round}.0.0`, 1);
    await two.add('tagger', `${round}.0.0`, 1);
    const results = await Promise.all([
      one.ask([...PUBLISH, '--only', 'summarizer']),
      two.ask([...PUBLISH, '--only', 'tagger']),
    ]);
    for (const result of results) expect(result).toMatchObject({ committed: true, verified: true });
    expect(await readOverHttp(one)).toMatchObject({
      revision: 2 * round - 1,
      versions: { 'fmadapter-summarizer-9799725': round, 'fmadapter-tagger-9799725': round },
    });
  }
  expect(await readLogOverHttp(one)).toHaveLength(9);
});

test(`${server.name}: eight publishers of one adapter at once: one wins, the others are told`, async () => {
  const project = makeRealProject();
  await project.add('summarizer', '1.0.0', 1);
  await project.ask(PUBLISH);
  const rivals = Array.from({ length: 8 }, () => project.copy());
  for (const [index, rival] of rivals.entries()) await rival.add('summarizer', `2.${index}.0`, 1);
  const ends = await Promise.all(rivals.map((rival) => rival.run([...PUBLISH, '--json'])));
  const committed = ends.filter(({ code }) => code === 0);
  expect(committed.length).toBeGreaterThanOrEqual(1);
  for (const { code, stdout } of ends)
    if (code !== 0) {
      expect(code).toBe(5);
      expect(JSON.parse(stdout).error.code).toBe('CHANNEL_MOVED');
    }
  // Who began after another had finished has won as well: each of them has a slot of its own.
  expect(await readLogOverHttp(project)).toHaveLength(1 + committed.length);
  expect(await readOverHttp(project)).toMatchObject({ revision: 1 + committed.length });
});

test(`${server.name}: promoted, rolled back, withdrawn, and pruned in two phases`, async () => {
  const project = makeRealProject({ retention: { revisions: 1, builds: 1, days: 1 } });
  await project.add('summarizer', '1.0.0', 12);
  await project.ask([...PUBLISH, '--channel', 'beta']);
  expect(await project.ask(['promote', '--from', 'beta', '--to', 'stable', '--yes'])).toMatchObject({
    revision: 1,
    committed: true,
    uploadedBytes: 0,
  });
  const first = await readOverHttp(project);
  expect(first?.packs).toEqual((await readOverHttp({ ...project, channel: 'beta' }))?.packs);

  await project.add('summarizer', '2.0.0', 12);
  await project.ask(PUBLISH);
  expect(await project.ask(['rollback', '--to', '1', '--yes'])).toMatchObject({
    revision: 3,
    committed: true,
  });
  const back = await readOverHttp(project);
  expect(back).toEqual({ ...first, revision: 3, versions: { 'fmadapter-summarizer-9799725': 3 } });
  expect((await readLogOverHttp(project)).map(({ kind }) => kind)).toEqual([
    'promote',
    'publish',
    'rollback',
  ]);

  const store = openOnServer({ prefix: project.prefix });
  const packs = async (): Promise<readonly string[]> =>
    (await everythingIn(store)).filter((key) => key.startsWith('v1/packs/'));
  const later = (hours: number) => ({
    preload: preload('shift-clock.mjs'),
    env: { SHIFT_HOURS: String(hours) },
  });
  expect(await packs()).toHaveLength(2);
  const marked = await project.ask(['prune', '--yes'], later(48));
  expect(marked.packs).toEqual([expect.objectContaining({ outcome: 'marked' })]);
  const early = await project.ask(['prune', '--yes'], later(71));
  expect(early.packs).toEqual([expect.objectContaining({ outcome: 'waiting' })]);
  expect(await packs()).toHaveLength(2);
  const swept = await project.ask(['prune', '--yes'], later(73));
  expect(swept.packs).toEqual([expect.objectContaining({ outcome: 'swept' })]);
  expect(await packs()).toEqual([expect.stringContaining(Object.values(back?.packs ?? {})[0] ?? '-')]);
  expect(await readOverHttp(project)).toEqual(back);
  expect((await project.ask(['verify', '--full', '--from', 'edge'])).ok).toBe(true);
});

test(`${server.name}: what a killed publish left open is given up by prune three days later, and not before`, async () => {
  const project = makeRealProject();
  await project.add('summarizer', '1.0.0', SMALL_MB);
  const killed = await project.run(PUBLISH, {
    preload: preload('watch-requests.mjs'),
    env: { KILL_AFTER_PARTS: '2' },
  });
  expect(killed.signal).toBe('SIGKILL');
  const store = openOnServer({ prefix: project.prefix });
  const later = (hours: number) => ({
    preload: preload('shift-clock.mjs'),
    env: { SHIFT_HOURS: String(hours) },
  });
  expect((await project.ask(['prune', '--yes'], later(71))).uploads).toEqual([]);
  expect(await everythingIn(store)).toHaveLength(1);
  expect((await project.ask(['prune', '--yes'], later(73))).uploads).toHaveLength(1);
  expect(await everythingIn(store)).toEqual([]);
});

test(`${server.name}: policies name this bucket and prefix`, async () => {
  const project = makeRealProject();
  const { policies, bucket, prefix } = await project.ask(['policy']);
  expect([bucket, prefix]).toEqual([server.bucket, project.prefix]);
  expect(JSON.stringify(policies)).toContain(`arn:aws:s3:::${server.bucket}/${project.prefix}v1/`);
});

const PART_BYTES = 5 << 20;

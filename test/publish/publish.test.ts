import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import { buildPack } from '../../src/pack/build-pack.ts';
import { readPlanFile, writePlanFile } from '../../src/plan/file.ts';
import { listRevisions } from '../../src/release/read-channel.ts';
import { verifyOnRequest } from '../../src/verify/verify.ts';
import { interceptStore } from '../support/faulty-store.ts';
import {
  makeProject,
  openProject,
  planNow,
  publishNow,
  readFolder,
  readLogEntry,
  readManifest,
} from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { withoutAdapter } from './matrix-edits.ts';
import { getFrom, readNaively } from './naive-reader.ts';

test('a publish makes packs, log and manifest, and a device reads it whole', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  const result = await publishNow(await project.session(), { message: 'the first' });
  expect(result).toMatchObject({
    revision: 1,
    committed: true,
    alreadyCommitted: false,
    verified: true,
    problems: [],
  });
  const packs = Object.fromEntries(result.packs.map(({ id, sha256 }) => [id, sha256]));
  expect(readNaively(getFrom(project.cdn))).toMatchObject({ revision: 1, packs });
  expect(readLogEntry(project, 1)).toMatchObject({
    revision: 1,
    previousSha256: null,
    kind: 'publish',
    createdAt: '2026-12-01T12:00:00Z',
    message: 'the first',
    highestVersion: { 'fmadapter-summarizer-9799725': 1, 'fmadapter-tagger-9799725': 1 },
    holds: [],
  });
});

test('nothing to do commits nothing, and says so', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  const before = readFolder(project.cdn);
  const result = await publishNow(await project.session({ now: '2027-01-01T00:00:00Z' }));
  expect(result).toMatchObject({
    committed: false,
    alreadyCommitted: false,
    revision: 1,
    uploadedBytes: 0,
    verified: true,
  });
  expect(readFolder(project.cdn)).toEqual(before);
});

test('removing a pack needs its name', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger', 'writer']);
  await publishNow(await project.session());
  project.editMatrix(withoutAdapter('tagger'));
  project.editMatrix(withoutAdapter('writer'));
  const before = readFolder(project.cdn);
  const only = ['fmadapter-tagger-9799725'];
  await expect(publishNow(await project.session(), { remove: only })).rejects.toMatchObject({
    code: 'REMOVAL_NOT_ALLOWED',
    exitCode: 6,
    details: ['fmadapter-writer-9799725'],
  });
  expect(readFolder(project.cdn)).toEqual(before);
  await publishNow(await project.session(), { remove: [...only, 'fmadapter-writer-9799725'] });
  expect(Object.keys(readNaively(getFrom(project.cdn))?.packs ?? {})).toEqual([
    'fmadapter-summarizer-9799725',
  ]);
  expect(readLogEntry(project, 2).highestVersion).toHaveProperty('fmadapter-writer-9799725', 1);
});

test('a fresh runner reuses published packs: it needs the adapters that it changes and no others', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  for (const name of ['.fmrelease', 'builds']) rmSync(join(project.root, name), { recursive: true });
  await project.add('tagger', '2.0.0');
  const result = await publishNow(await project.session());
  expect(result).toMatchObject({ revision: 2, committed: true, verified: true });
  expect(result.uploadedBytes).toBe(result.packs.find(({ id }) => id.includes('tagger'))?.sizeBytes);
  expect(readNaively(getFrom(project.cdn))?.versions).toEqual({
    'fmadapter-summarizer-9799725': 1,
    'fmadapter-tagger-9799725': 2,
  });
});

test('a build that was published before comes back without its files, under a new version', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const first = await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session());
  project.editMatrix((matrix) => ({
    ...matrix,
    adapters: Object.fromEntries(
      Object.entries(matrix.adapters).map(([name, adapter]) => [
        name,
        { ...adapter, serve: adapter.serve.map((entry) => ({ ...entry, version: '1.0.0' })) },
      ]),
    ),
  }));
  for (const name of ['.fmrelease', 'builds']) rmSync(join(project.root, name), { recursive: true });
  const again = await publishNow(await project.session());
  expect(again).toMatchObject({ revision: 3, committed: true, uploadedBytes: 0 });
  expect(again.packs[0]).toMatchObject({ sha256: first.packs[0]?.sha256, version: 3 });
});

test('a pack whose object is gone is built and uploaded again, and no revision is spent on it', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const { packs } = await publishNow(await project.session());
  const before = readFolder(project.cdn);
  rmSync(join(project.cdn, 'v1/packs'), { recursive: true });
  expect(() => readNaively(getFrom(project.cdn))).toThrow('absent');
  const result = await publishNow(await project.session());
  expect(result).toMatchObject({ committed: false, uploadedBytes: packs[0]?.sizeBytes, verified: true });
  expect(readFolder(project.cdn)).toEqual(before);
});

test('a pack under its key with another size stops the publish', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const session = await project.session();
  await publishNow(session);
  const [pack] = readLogEntry(project, 1).packs;
  rmSync(join(project.cdn, 'v1/channels'), { recursive: true });
  writeFileSync(join(project.cdn, pack?.key ?? ''), 'short');
  await expect(publishNow(await project.session())).rejects.toMatchObject({
    code: 'SIZE_MISMATCH',
    exitCode: 7,
  });
  expect(await listRevisions(session.channel.store, 'stable')).toEqual([]);
});

test('bytes that arrive damaged are found by reading back, before anything is committed', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const session = await project.session({
    store: (own) =>
      interceptStore(own, async ({ method, key }, act) => {
        const reply = await act();
        if (method === 'createFromFile') flipFirstByte(join(project.cdn, key));
        return reply;
      }),
  });
  await expect(publishNow(session)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', exitCode: 7 });
  expect(await listRevisions(session.channel.store, 'stable')).toEqual([]);
});

test('a built pack that rotted in the cache is refused, forgotten and built again', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const { config, io } = await project.session();
  const [order] = (await planNow(await project.session())).change.adapters.flatMap(({ packs }) => packs);
  if (order === undefined) throw new Error('nothing to pack');
  const built = await buildPack(order, io.cache, { projectRoot: config.root, ...io });
  flipFirstByte(built.file);
  await expect(publishNow(await project.session())).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  expect(await publishNow(await project.session())).toMatchObject({ committed: true, verified: true });
});

test('a projection that fell behind is brought forward by the next publish, whatever it has to do', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  const old = getFrom(project.cdn)('v1/channels/stable/manifest.json') ?? '';
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session());
  writeFileSync(join(project.cdn, 'v1/channels/stable/manifest.json'), old);
  expect(readManifest(project).revision).toBe(1);
  expect(await publishNow(await project.session())).toMatchObject({
    committed: false,
    revision: 2,
    verified: true,
  });
  expect(readManifest(project).revision).toBe(2);
  rmSync(join(project.cdn, 'v1/channels/stable/manifest.json'));
  await publishNow(await project.session());
  expect(readManifest(project).revision).toBe(2);
});

test('a saved plan that is in the log already is finished, also where no adapter file is', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const plan = await planNow(await project.session());
  await writePlanFile(join(project.root, 'plan.json'), plan);
  await publishNow(await project.session(), { plan });
  for (const name of ['.fmrelease', 'builds', 'fmrelease.matrix.json'])
    rmSync(join(project.root, name), { recursive: true });
  rmSync(join(project.cdn, 'v1/channels/stable/manifest.json'));
  const saved = await readPlanFile(join(project.root, 'plan.json'));
  const again = await publishNow(await openProject(project.root).session(), { plan: saved });
  expect(again).toMatchObject({
    revision: 1,
    committed: true,
    alreadyCommitted: true,
    uploadedBytes: 0,
    verified: true,
  });
  expect(readNaively(getFrom(project.cdn))?.revision).toBe(1);
});

test('a saved plan is found in the log behind later revisions, and these stay', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  const plan = await planNow(await project.session(), { only: ['summarizer'] });
  await publishNow(await project.session(), { plan });
  await publishNow(await project.session());
  await rollBack(await project.session(), { to: 'none', only: ['summarizer'] }, { message: null });
  const again = await publishNow(await project.session(), { plan });
  expect(again).toMatchObject({ revision: 1, alreadyCommitted: true });
  expect(readManifest(project).revision).toBe(3);
});

test('two machines with equal inputs and one clock publish equal trees', async () => {
  const trees = await Promise.all(
    ['here', 'there/deeper'].map(async (place) => {
      const project = await makeProject(join(scratchFolder(), place), ['summarizer', 'tagger']);
      await publishNow(await project.session(), { message: 'one' });
      await project.add('tagger', '2.0.0');
      await publishNow(await project.session({ now: '2026-12-02T00:00:00Z' }), { message: 'two' });
      await rollBack(
        await project.session({ now: '2026-12-03T00:00:00Z' }),
        { to: 1, only: [] },
        { message: null },
      );
      return readFolder(project.cdn);
    }),
  );
  expect(Object.keys(trees[0] ?? {})).toContain('v1/channels/stable/log/3.json');
  expect(trees[0]).toEqual(trees[1]);
});

test('an upload that fails while the next pack is built ends as that failure, not as a crash', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger', 'writer']);
  const session = await project.session({
    store: (own) =>
      interceptStore(own, async (call, act) => {
        if (call.method === 'createFromFile') throw Object.assign(new Error('upload failed'), { call });
        return act();
      }),
  });
  await expect(publishNow(session)).rejects.toThrow('upload failed');
});

test('verification of a whole channel finds nothing wrong after all this', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  const checks = await verifyOnRequest(await project.session(), { full: true, only: [], from: undefined });
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(checks.map(({ name }) => name)).toContain('pack fmadapter-tagger-9799725 digest');
});

function flipFirstByte(path: string): void {
  const bytes = getFrom('/')(path);
  if (bytes === undefined) throw new Error(`${path} is not there`);
  writeFileSync(path, Buffer.concat([Buffer.from([(bytes[0] ?? 0) ^ 1]), bytes.subarray(1)]));
}

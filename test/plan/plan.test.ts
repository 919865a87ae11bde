import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import { writeJson } from '../../src/json/write.ts';
import type { Plan } from '../../src/model/plan.ts';
import { withoutAdapter, withoutDecisions } from '../publish/matrix-edits.ts';
import { SIGNATURE } from '../support/make-adapter.ts';
import { makeProject, planNow, publishNow, readFolder } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

test('a first release adds every pack, forecasts its size to the byte, and knows no digest yet', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  const plan = await planNow(await project.session());
  expect(plan).toMatchObject({
    formatVersion: 1,
    target: 'local',
    channel: 'stable',
    base: null,
    baseRevision: null,
    nextRevision: 1,
    hasChanges: true,
    blockers: [],
    coverage: { total: 20, gaps: 0 },
  });
  expect(kinds(plan)).toEqual(['add fmadapter-summarizer-9799725 v1', 'add fmadapter-tagger-9799725 v1']);
  expect(plan.changes.map(({ sha256 }) => sha256)).toEqual([null, null]);
  expect(plan.cellChanges).toHaveLength(20);
  expect(plan.cellChanges.every(({ from }) => from === null)).toBe(true);
  const { packs } = await publishNow(await project.session());
  expect(plan.uploads).toEqual(packs.map(({ id, sizeBytes }) => ({ packId: id, sizeBytes })));
});

test('a plan that changes nothing says so', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  const plan = await planNow(await project.session());
  expect(plan).toMatchObject({
    hasChanges: false,
    baseRevision: 1,
    nextRevision: 2,
    cellChanges: [],
    uploads: [],
  });
  expect(plan.change).toEqual({ adapters: [], liftHolds: [], refreshUrls: false });
  expect(kinds(plan)).toEqual(['keep fmadapter-summarizer-9799725 v1']);
});

test('a new build updates its pack under the next version and touches no other adapter', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  await project.add('tagger', '1.1.0');
  const plan = await planNow(await project.session());
  expect(kinds(plan)).toEqual(['update fmadapter-tagger-9799725 v2', 'keep fmadapter-summarizer-9799725 v1']);
  expect(plan.changes[0]).toMatchObject({ build: '1.1.0', fromBuild: '1.0.0', fromVersion: 1 });
  expect(plan.change.adapters.map(({ adapter }) => adapter)).toEqual(['tagger']);
  expect(plan.uploads.map(({ packId }) => packId)).toEqual(['fmadapter-tagger-9799725']);
  expect(plan.cellChanges.every(({ from, to }) => from?.build === '1.0.0' && to?.build === '1.1.0')).toBe(
    true,
  );
});

test('another policy alone is a change: same pack, same version, nothing to upload', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  project.editMatrix((matrix) => {
    const { summarizer } = matrix.adapters;
    const policy = { prefetch: { installationEventTypes: ['firstInstallation' as const] } };
    return summarizer === undefined
      ? matrix
      : { ...matrix, adapters: { summarizer: { ...summarizer, downloadPolicy: policy } } };
  });
  const plan = await planNow(await project.session());
  expect(plan).toMatchObject({ hasChanges: true, uploads: [], cellChanges: [] });
  expect(kinds(plan)).toEqual(['update fmadapter-summarizer-9799725 v1']);
  const { committed, packs, uploadedBytes } = await publishNow(await project.session());
  expect({ committed, uploadedBytes, version: packs[0]?.version }).toEqual({
    committed: true,
    uploadedBytes: 0,
    version: 1,
  });
});

test('an adapter that the matrix drops is removed with its cells, losers first', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  project.editMatrix(withoutAdapter('tagger'));
  await project.add('summarizer', '2.0.0');
  await project.add('writer');
  const plan = await planNow(await project.session());
  expect(kinds(plan)).toEqual([
    'remove fmadapter-tagger-9799725 v1',
    'update fmadapter-summarizer-9799725 v2',
    'add fmadapter-writer-9799725 v1',
  ]);
  const covered = plan.cellChanges.filter(
    ({ from, to }) => from?.state === 'covered' || to?.state === 'covered',
  );
  const effects = covered.map(({ from, to }) =>
    to === null ? 'loses' : from === null ? 'gains' : 'changes',
  );
  expect(effects).toEqual([...times(6, 'loses'), ...times(6, 'changes'), ...times(6, 'gains')]);
  expect(plan.cellChanges.slice(0, 18)).toEqual(covered);
});

test('a pack that returns after its removal comes under a version never used before', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  project.editMatrix(withoutAdapter('tagger'));
  await publishNow(await project.session(), { remove: ['fmadapter-tagger-9799725'] });
  await project.add('tagger');
  const plan = await planNow(await project.session());
  expect(kinds(plan)).toEqual(['add fmadapter-tagger-9799725 v2', 'keep fmadapter-summarizer-9799725 v1']);
  expect(plan.uploads).toEqual([]);
});

test('--only leaves every other adapter alone, whatever has become of it', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger', 'writer']);
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  project.editMatrix(withoutAdapter('writer'));
  project.editMatrix(withoutDecisions('tagger'));
  const plan = await planNow(await project.session(), { only: ['summarizer'] });
  expect(kinds(plan)).toEqual(['update fmadapter-summarizer-9799725 v2']);
  expect(plan.change.adapters.map(({ adapter }) => adapter)).toEqual(['summarizer']);
  expect(plan).toMatchObject({ blockers: [], coverage: { total: 10, gaps: 0 } });
  expect(plan.outOfScope.map(({ adapter }) => adapter)).toEqual(['tagger']);
  expect(new Set(plan.cellChanges.map(({ adapter }) => adapter))).toEqual(new Set(['summarizer']));
  const dropped = await planNow(await project.session(), { only: ['writer'] });
  expect(kinds(dropped)).toEqual(['remove fmadapter-writer-9799725 v1']);
  await expect(planNow(await project.session(), { only: ['wirter'] })).rejects.toMatchObject({
    code: 'ADAPTER_UNKNOWN',
    exitCode: 4,
  });
});

test('a gap blocks, one blocker per cell, until it is allowed', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  project.editMatrix(withoutDecisions('summarizer'));
  const plan = await planNow(await project.session());
  expect(plan.coverage.gaps).toBe(6);
  expect(plan.blockers).toHaveLength(6);
  expect(plan.blockers[0]).toMatchObject({ code: 'COVERAGE_GAP', subject: 'summarizer' });
  expect(plan.blockers[0]?.message).toContain('iOS 26.0 to <26.4 (os26.0)');
  expect((await planNow(await project.session(), { gap: true })).blockers).toEqual([]);
  await expect(publishNow(await project.session())).rejects.toMatchObject({
    code: 'COVERAGE_GAP',
    exitCode: 6,
  });
});

test('a held build blocks until its hold is lifted', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session());
  await rollBack(await project.session(), { to: 1, only: [] }, { message: null });
  const plan = await planNow(await project.session());
  expect(plan.blockers).toMatchObject([{ code: 'BUILD_HELD', subject: 'summarizer' }]);
  expect((await planNow(await project.session(), { liftHolds: ['summarizer'] })).blockers).toEqual([]);
});

test('another public URL alone is a change that names no pack', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  const moved = await project.session({ target: { publicUrl: 'https://cdn.example.com/' } });
  const plan = await planNow(moved);
  expect(plan).toMatchObject({
    hasChanges: true,
    cellChanges: [],
    uploads: [],
    change: { refreshUrls: true },
  });
  expect(kinds(plan)).toEqual(['keep fmadapter-summarizer-9799725 v1']);
  const { revision, packs } = await publishNow(moved);
  expect(revision).toBe(2);
  expect(packs[0]).toMatchObject({
    version: 1,
    url: expect.stringMatching(/^https:\/\/cdn\.example\.com\/v1\/packs\//),
  });
  expect((await planNow(moved)).hasChanges).toBe(false);
});

test('equal inputs make byte-identical plans, whichever folder they lie in and whatever the clock says', async () => {
  const plans = await Promise.all(
    ['2026-12-01T12:00:00Z', '2027-01-01T00:00:00Z'].map(async (now) => {
      const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
      await publishNow(await project.session());
      await project.add('tagger', '2.0.0', { signature: SIGNATURE });
      return writeJson(await planNow(await project.session({ now })));
    }),
  );
  expect(plans[0]).toBe(plans[1]);
});

test('planning writes nothing but the digest cache', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  const before = readFolder(project.root);
  await planNow(await project.session());
  expect(withoutCache(readFolder(project.root))).toEqual(withoutCache(before));
  await publishNow(await project.session());
  await project.add('tagger', '2.0.0');
  const published = readFolder(project.root);
  await planNow(await project.session());
  expect(withoutCache(readFolder(project.root))).toEqual(withoutCache(published));
});

/** Everything but the digests, which planning may learn. */
const withoutCache = (folder: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(folder).filter(([path]) => path !== join('.fmrelease', 'digests.json')));

const kinds = ({ changes }: Plan): readonly string[] =>
  changes.map(({ kind, packId, version }) => `${kind} ${packId} v${version}`);

const times = <T>(count: number, item: T): readonly T[] => Array.from({ length: count }, () => item);

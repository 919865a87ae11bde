import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import type { PublishResult } from '../../src/publish/finish.ts';
import type { Session } from '../../src/session.ts';
import {
  makeProject,
  type Project,
  publishNow,
  readFolder,
  readLogEntry,
  readManifest,
} from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { getFrom, readNaively } from './naive-reader.ts';

const PACK = 'fmadapter-summarizer-9799725';

const back = (session: Session, to: number | 'none', only: readonly string[] = []): Promise<PublishResult> =>
  rollBack(session, { to, only }, { message: null });

/** Revision 1 with both adapters at 1.0.0, revision 2 with the summarizer at 2.0.0. */
async function twoRevisions(): Promise<Project> {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session());
  return project;
}

test('a rollback ships the old bytes under a new, higher version and holds what it takes back', async () => {
  const project = await twoRevisions();
  const first = readLogEntry(project, 1).packs.find(({ id }) => id === PACK);
  const result = await back(await project.session(), 1);
  expect(result).toMatchObject({ revision: 3, committed: true, verified: true, uploadedBytes: 0 });
  const entry = readLogEntry(project, 3);
  expect(entry).toMatchObject({
    kind: 'rollback',
    highestVersion: { [PACK]: 3, 'fmadapter-tagger-9799725': 1 },
  });
  expect(entry.packs).toEqual([{ ...first, version: 3 }, readLogEntry(project, 1).packs[1]]);
  expect(entry.holds).toMatchObject([{ adapter: 'summarizer', build: '2.0.0', sinceRevision: 3 }]);
  expect(readNaively(getFrom(project.cdn))).toMatchObject({
    revision: 3,
    packs: { [PACK]: first?.sha256 },
    versions: { [PACK]: 3, 'fmadapter-tagger-9799725': 1 },
  });
});

test('versions only rise, back and forth', async () => {
  const project = await twoRevisions();
  const seen: (number | undefined)[] = [];
  for (const to of [1, 2, 1, 'none', 1, 2] as const) {
    await back(await project.session(), to, ['summarizer']);
    seen.push(readNaively(getFrom(project.cdn))?.versions[PACK]);
  }
  expect(seen).toEqual([3, 4, 5, undefined, 6, 7]);
});

test('a held build is refused by every publish until its hold is lifted', async () => {
  const project = await twoRevisions();
  await back(await project.session(), 1);
  const before = readFolder(project.cdn);
  await expect(publishNow(await project.session())).rejects.toMatchObject({
    code: 'BUILD_HELD',
    exitCode: 6,
    fix: expect.stringContaining('--lift-hold summarizer'),
  });
  expect(readFolder(project.cdn)).toEqual(before);
  const lifted = await publishNow(await project.session(), { liftHolds: ['summarizer'] });
  expect(lifted).toMatchObject({ revision: 4, committed: true });
  expect(readLogEntry(project, 4)).toMatchObject({ holds: [], highestVersion: { [PACK]: 4 } });
});

test('a newer build than the held one is welcome, and the hold stays', async () => {
  const project = await twoRevisions();
  await back(await project.session(), 1);
  await project.add('summarizer', '3.0.0');
  await publishNow(await project.session());
  expect(readLogEntry(project, 4)).toMatchObject({
    packs: [{ build: '3.0.0', version: 4 }, {}],
    holds: [{ build: '2.0.0' }],
  });
});

test('what comes back is held no longer', async () => {
  const project = await twoRevisions();
  await back(await project.session(), 1);
  await back(await project.session(), 2);
  expect(readLogEntry(project, 4).holds).toMatchObject([
    { build: '1.0.0', adapter: 'summarizer', sinceRevision: 4 },
  ]);
});

test('rolling back to where the channel is commits nothing', async () => {
  const project = await twoRevisions();
  await back(await project.session(), 1);
  const before = readFolder(project.cdn);
  for (const to of [3, 1] as const) {
    const result = await back(await project.session({ now: '2027-01-01T00:00:00Z' }), to);
    expect(result).toMatchObject({ committed: false, revision: 3 });
  }
  expect(readFolder(project.cdn)).toEqual(before);
});

test('a rollback to none withdraws: no packs, and cells that send devices to the base model', async () => {
  const project = await twoRevisions();
  await back(await project.session(), 'none');
  const manifest = readManifest(project);
  expect(manifest.assetPacks).toEqual([]);
  expect(new Set(manifest.cells.map(({ state, pack }) => `${state} ${pack}`))).toEqual(
    new Set(['declined null', 'sunset null']),
  );
  expect(manifest.cells.every(({ fallback }) => fallback === 'base-model')).toBe(true);
  expect(readLogEntry(project, 3).holds.map(({ adapter, build }) => `${adapter} ${build}`)).toEqual([
    'summarizer 2.0.0',
    'tagger 1.0.0',
  ]);
  expect(readLogEntry(project, 3).highestVersion).toEqual({ [PACK]: 2, 'fmadapter-tagger-9799725': 1 });
  expect(await back(await project.session(), 'none')).toMatchObject({ committed: false });
});

test('--only takes back one adapter and leaves the others as they are', async () => {
  const project = await twoRevisions();
  await project.add('tagger', '2.0.0');
  await publishNow(await project.session());
  await back(await project.session(), 1, ['summarizer']);
  const builds = readLogEntry(project, 4).packs.map(
    ({ adapter, build, version }) => `${adapter} ${build} v${version}`,
  );
  expect(builds).toEqual(['summarizer 1.0.0 v3', 'tagger 2.0.0 v2']);
  expect(readLogEntry(project, 4).holds).toMatchObject([{ adapter: 'summarizer' }]);
});

test('an adapter that the earlier revision did not have goes, and is held', async () => {
  const project = await twoRevisions();
  await project.add('writer');
  await publishNow(await project.session());
  await back(await project.session(), 2);
  expect(readManifest(project).cells.some(({ adapter }) => adapter === 'writer')).toBe(false);
  expect(readLogEntry(project, 4).holds).toMatchObject([{ adapter: 'writer', build: '1.0.0' }]);
});

test('a rollback needs neither matrix nor adapter files', async () => {
  const project = await twoRevisions();
  for (const name of ['.fmrelease', 'builds', 'fmrelease.matrix.json'])
    rmSync(join(project.root, name), { recursive: true });
  expect(await back(await project.session(), 1)).toMatchObject({
    revision: 3,
    committed: true,
    verified: true,
  });
});

test('a revision whose pack is gone is refused, and nothing is written', async () => {
  const project = await twoRevisions();
  const gone = readLogEntry(project, 1).packs.find(({ id }) => id === PACK);
  rmSync(join(project.cdn, gone?.key ?? ''));
  const before = readFolder(project.cdn);
  await expect(back(await project.session(), 1)).rejects.toMatchObject({
    code: 'PACK_MISSING',
    exitCode: 7,
    message: expect.stringContaining(gone?.key ?? ''),
  });
  expect(readFolder(project.cdn)).toEqual(before);
  expect(await back(await project.session(), 1, ['tagger'])).toMatchObject({ committed: false });
});

test.each([
  { why: 'a revision that is not there', to: 9, only: [], code: 'RELEASE_NOT_FOUND' },
  { why: 'an adapter that neither revision has', to: 1, only: ['nobody'], code: 'ADAPTER_UNKNOWN' },
])('$why is $code', async ({ to, only, code }) => {
  const project = await twoRevisions();
  await expect(back(await project.session(), to, only)).rejects.toMatchObject({ code, exitCode: 4 });
});

test('a channel without a release has nothing to roll back', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  for (const to of [1, 'none'] as const)
    await expect(back(await project.session(), to)).rejects.toMatchObject({ code: 'RELEASE_NOT_FOUND' });
});

test('versions only rise across the channels of a target', async () => {
  const project = await twoRevisions();
  await publishNow(await project.session({ channel: 'beta' }));
  expect(readLogEntry(project, 1, 'beta').packs.map(({ version }) => version)).toEqual([3, 2]);
  await project.add('summarizer', '3.0.0');
  await publishNow(await project.session());
  expect(readLogEntry(project, 3).packs[0]).toMatchObject({ version: 4 });
  await back(await project.session({ channel: 'beta' }), 'none');
  await publishNow(await project.session({ channel: 'beta' }), { liftHolds: ['tagger'] });
  expect(readLogEntry(project, 3, 'beta').packs.map(({ version }) => version)).toEqual([5, 3]);
});

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { promote, rollBack } from '../../src/flow.ts';
import type { PublishResult } from '../../src/publish/finish.ts';
import type { Promotion } from '../../src/publish/plan-promotion.ts';
import { faultsFor, faultyStore, isSlotWrite } from '../support/faulty-store.ts';
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

const promoteTo = async (
  project: Project,
  channel: string,
  changes: Partial<Promotion> & { readonly from: string },
): Promise<PublishResult> =>
  promote(
    await project.session({ channel }),
    { only: [], remove: [], liftHolds: [], ...changes },
    { message: null },
  );

const published = async (adapters: readonly string[] = ['summarizer', 'tagger']): Promise<Project> => {
  const project = await makeProject(scratchFolder(), adapters);
  await publishNow(await project.session({ channel: 'beta' }));
  return project;
};

test('a promotion serves the same packs under the same versions, and uploads nothing', async () => {
  const project = await published();
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session({ channel: 'beta' }));
  const before = Object.keys(readFolder(join(project.cdn, 'v1', 'packs')));
  rmSync(join(project.root, 'builds'), { recursive: true });
  rmSync(join(project.root, 'fmrelease.matrix.json'));
  expect(await promoteTo(project, 'stable', { from: 'beta' })).toMatchObject({
    revision: 1,
    committed: true,
    verified: true,
    uploadedBytes: 0,
  });
  expect(readLogEntry(project, 1)).toMatchObject({
    kind: 'promote',
    packs: readLogEntry(project, 2, 'beta').packs,
  });
  expect(readManifest(project).cells).toEqual(readManifest(project, 'beta').cells);
  expect(Object.keys(readFolder(join(project.cdn, 'v1', 'packs')))).toEqual(before);
});

test('promoting again commits nothing, and an answer that was lost is found again', async () => {
  const project = await published();
  const lost = await project.session({
    channel: 'stable',
    store: (own) => faultyStore(own, faultsFor(isSlotWrite, 'reply-lost')),
  });
  expect(
    await promote(lost, { from: 'beta', only: [], remove: [], liftHolds: [] }, { message: null }),
  ).toMatchObject({ revision: 1, committed: true });
  expect(await promoteTo(project, 'stable', { from: 'beta' })).toMatchObject({
    revision: 1,
    committed: false,
  });
});

test('the version of the source is kept when it exceeds what the channel used, though others used it since', async () => {
  const project = await published();
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session({ channel: 'beta' }));
  await project.add('tagger', '2.0.0');
  await publishNow(await project.session(), { only: ['tagger'] });
  expect(readLogEntry(project, 2).highestVersion[PACK]).toBe(3);
  await promoteTo(project, 'stable', { from: 'beta', only: ['summarizer'] });
  expect(readNaively(getFrom(project.cdn))?.versions[PACK]).toBe(3);
});

test('a version that the channel has used already is passed over', async () => {
  const project = await published(['summarizer']);
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session({ channel: 'beta' }));
  await promoteTo(project, 'stable', { from: 'beta' });
  await rollBack(await project.session(), { to: 1, only: [] }, { message: null });
  expect(readNaively(getFrom(project.cdn))?.versions[PACK]).toBe(4);
  await promoteTo(project, 'stable', { from: 'beta', liftHolds: ['summarizer'] });
  expect(readNaively(getFrom(project.cdn))?.versions[PACK]).toBe(5);
});

test('a scope leaves the other adapters alone, and a whole promotion needs leave to drop one', async () => {
  const project = await published(['summarizer']);
  await project.add('tagger');
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session({ channel: 'beta' }), { only: ['summarizer'] });
  await expect(promoteTo(project, 'stable', { from: 'beta' })).rejects.toMatchObject({
    code: 'REMOVAL_NOT_ALLOWED',
    exitCode: 6,
  });
  await promoteTo(project, 'stable', { from: 'beta', only: ['summarizer'] });
  expect(readLogEntry(project, 2).packs.map(({ adapter, build }) => `${adapter} ${build}`)).toEqual([
    'summarizer 2.0.0',
    'tagger 1.0.0',
  ]);
  await promoteTo(project, 'stable', { from: 'beta', remove: ['fmadapter-tagger-9799725'] });
  expect(readLogEntry(project, 3).packs).toHaveLength(1);
});

test('a build that a rollback holds is not promoted until its hold is lifted', async () => {
  const project = await published(['summarizer']);
  await promoteTo(project, 'stable', { from: 'beta' });
  await rollBack(await project.session(), { to: 'none', only: [] }, { message: null });
  await expect(promoteTo(project, 'stable', { from: 'beta' })).rejects.toMatchObject({
    code: 'BUILD_HELD',
    exitCode: 6,
  });
  expect(await promoteTo(project, 'stable', { from: 'beta', liftHolds: ['summarizer'] })).toMatchObject({
    committed: true,
  });
  expect(readLogEntry(project, 3).holds).toEqual([]);
});

test('what cannot be promoted is refused, and nothing is written', async () => {
  const project = await published();
  const before = readFolder(project.cdn);
  await expect(promoteTo(project, 'beta', { from: 'stable' })).rejects.toMatchObject({
    code: 'RELEASE_NOT_FOUND',
    exitCode: 4,
  });
  await expect(promoteTo(project, 'stable', { from: 'beta', only: ['nobody'] })).rejects.toMatchObject({
    code: 'ADAPTER_UNKNOWN',
    exitCode: 4,
  });
  expect(readFolder(project.cdn)).toEqual(before);
  for (const { key } of readLogEntry(project, 1, 'beta').packs) rmSync(join(project.cdn, key));
  await expect(promoteTo(project, 'stable', { from: 'beta' })).rejects.toMatchObject({
    code: 'PACK_MISSING',
    exitCode: 7,
  });
});

test('over any history of three channels versions never fall, and unchanged bytes keep theirs', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('publish' as const), channel: fc.constantFrom('alpha', 'beta', 'stable') }),
    fc.record({ kind: fc.constant('add' as const) }),
    fc.record({
      kind: fc.constant('promote' as const),
      from: fc.constantFrom('alpha', 'beta', 'stable'),
      channel: fc.constantFrom('alpha', 'beta', 'stable'),
    }),
    fc.record({
      kind: fc.constant('back' as const),
      channel: fc.constantFrom('alpha', 'beta', 'stable'),
      by: fc.integer({ min: 1, max: 3 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
      const project = await makeProject(scratchFolder(), ['summarizer'], {
        channels: ['alpha', 'beta', 'stable'],
      });
      let build = 1;
      const seen = new Map<
        string,
        { readonly highest: number; readonly sha256: string; readonly version: number }
      >();
      for (const one of steps) {
        if (one.kind === 'add') await project.add('summarizer', `${++build}.0.0`);
        else if (one.kind === 'publish')
          await publishNow(await project.session({ channel: one.channel }), { liftHolds: ['summarizer'] });
        else if (one.kind === 'promote') {
          if (one.from !== one.channel)
            await promoteTo(project, one.channel, { from: one.from, liftHolds: ['summarizer'] }).catch(
              expectRefusal,
            );
        } else {
          const head = readNaively(getFrom(project.cdn), { channel: one.channel })?.revision ?? 0;
          if (head > one.by)
            await rollBack(
              await project.session({ channel: one.channel }),
              { to: head - one.by, only: [] },
              { message: null },
            ).catch(expectRefusal);
        }
        for (const channel of ['alpha', 'beta', 'stable']) {
          const served = readNaively(getFrom(project.cdn), { channel });
          const [version, sha256] = [served?.versions[PACK], served?.packs[PACK]];
          if (version === undefined || sha256 === undefined) continue;
          const before = seen.get(channel);
          if (before?.sha256 === sha256) expect(version).toBe(before.version);
          else expect(version).toBeGreaterThan(before?.highest ?? 0);
          seen.set(channel, { highest: Math.max(version, before?.highest ?? 0), sha256, version });
        }
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);

function expectRefusal(error: unknown): void {
  expect(error).toMatchObject({ code: expect.stringMatching(/^(RELEASE_NOT_FOUND|REMOVAL_NOT_ALLOWED)$/) });
}

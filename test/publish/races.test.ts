import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import { listRevisions } from '../../src/release/read-channel.ts';
import { interceptStore, isSlotWrite } from '../support/faulty-store.ts';
import {
  makeProject,
  type Project,
  planNow,
  publishNow,
  readFolder,
  readLogEntry,
} from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { withoutAdapter } from './matrix-edits.ts';
import { getFrom, readNaively } from './naive-reader.ts';

/** A session in which `act` happens right before each of the first `times` slot writes: somebody else is faster. */
const beaten = (project: Project, act: () => Promise<unknown>, times = 1) => {
  let left = times;
  return project.session({
    store: (own) =>
      interceptStore(own, async (call, write) => {
        if (isSlotWrite(call) && left-- > 0) await act();
        return write();
      }),
  });
};

test('a lost race is re-applied on the new head when nothing that it touches has moved', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  const other = async () => publishNow(await project.session(), { only: ['tagger'] });
  const result = await publishNow(await beaten(project, other), { only: ['summarizer'] });
  expect(result).toMatchObject({ revision: 2, committed: true, verified: true });
  expect(readNaively(getFrom(project.cdn))).toMatchObject({
    revision: 2,
    versions: { 'fmadapter-summarizer-9799725': 1, 'fmadapter-tagger-9799725': 1 },
  });
  expect(readLogEntry(project, 1).packs.map(({ adapter }) => adapter)).toEqual(['tagger']);
});

test('several lost races in a row are re-applied one after the other', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  let build = 1;
  const other = async () => {
    await project.add('tagger', `1.${build++}.0`);
    await publishNow(await project.session(), { only: ['tagger'] });
  };
  const result = await publishNow(await beaten(project, other, 5), { only: ['summarizer'] });
  expect(result).toMatchObject({ revision: 6, committed: true });
  expect(readNaively(getFrom(project.cdn))?.versions).toEqual({
    'fmadapter-summarizer-9799725': 1,
    'fmadapter-tagger-9799725': 5,
  });
});

test('a lost race against the same adapter is CHANNEL_MOVED, and writes nothing', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  const session = await beaten(project, async () => {
    await project.add('summarizer', '3.0.0');
    await publishNow(await project.session());
  });
  await expect(publishNow(session)).rejects.toMatchObject({
    code: 'CHANNEL_MOVED',
    exitCode: 5,
    retryable: true,
  });
  expect(readLogEntry(project, 2).packs[0]?.build).toBe('3.0.0');
  expect(await listRevisions(session.channel.store, 'stable')).toEqual([1, 2]);
});

test('two runs of the same command: both end well, one revision is written', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const session = await beaten(project, async () => publishNow(await project.session()));
  expect(await publishNow(session)).toMatchObject({ revision: 1, committed: true, verified: true });
  expect(await listRevisions(session.channel.store, 'stable')).toEqual([1]);
});

test('a saved plan is published on a channel that has moved elsewhere', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  const plan = await planNow(await project.session(), { only: ['summarizer'] });
  await project.add('tagger', '2.0.0');
  await publishNow(await project.session(), { only: ['tagger'] });
  expect(await publishNow(await project.session(), { plan })).toMatchObject({ revision: 3, committed: true });
  expect(readNaively(getFrom(project.cdn))?.versions).toEqual({
    'fmadapter-summarizer-9799725': 2,
    'fmadapter-tagger-9799725': 2,
  });
});

test.each<{ readonly why: string; readonly move: (project: Project) => Promise<unknown> }>([
  {
    why: 'another build of it was published',
    move: async (project) => {
      await project.add('summarizer', '3.0.0');
      return publishNow(await project.session(), { only: ['summarizer'] });
    },
  },
  {
    why: 'it was withdrawn',
    move: async (project) =>
      rollBack(await project.session(), { to: 'none', only: ['summarizer'] }, NO_MESSAGE),
  },
  {
    why: 'it was dropped',
    move: async (project) => {
      project.editMatrix(withoutAdapter('summarizer'));
      return publishNow(await project.session(), { remove: ['fmadapter-summarizer-9799725'] });
    },
  },
])('a saved plan is PLAN_STALE when $why', async ({ move }) => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  const plan = await planNow(await project.session(), { only: ['summarizer'] });
  await move(project);
  const before = readFolder(`${project.cdn}/v1/channels`);
  await expect(publishNow(await project.session(), { plan })).rejects.toMatchObject({
    code: 'PLAN_STALE',
    exitCode: 5,
    message: expect.stringContaining('"summarizer" changed on "stable" since revision 1'),
    fix: expect.stringContaining('fmrelease plan --out'),
  });
  expect(readFolder(`${project.cdn}/v1/channels`)).toEqual(before);
});

test('a saved plan is PLAN_STALE on a channel whose log is another one', async () => {
  const [here, there] = await Promise.all([
    makeProject(scratchFolder(), ['summarizer', 'tagger']),
    makeProject(scratchFolder(), ['summarizer', 'tagger']),
  ]);
  await publishNow(await here.session());
  await publishNow(await there.session({ now: '2027-01-01T00:00:00Z' }));
  await here.add('summarizer', '2.0.0');
  const plan = await planNow(await here.session());
  await there.add('summarizer', '2.0.0');
  await expect(publishNow(await there.session(), { plan })).rejects.toMatchObject({
    code: 'PLAN_STALE',
    message: expect.stringContaining('has no such revision 1'),
  });
});

test('a hold that falls between planning and committing stops the commit', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session());
  await rollBack(await project.session(), { to: 1, only: ['summarizer'] }, NO_MESSAGE);
  await rollBack(await project.session(), { to: 2, only: ['summarizer'] }, NO_MESSAGE);
  await project.add('summarizer', '3.0.0');
  const session = await beaten(project, async () =>
    rollBack(await project.session(), { to: 1, only: ['summarizer'] }, NO_MESSAGE),
  );
  await expect(publishNow(session)).rejects.toMatchObject({ code: 'CHANNEL_MOVED' });
  expect(readLogEntry(project, 5).holds.map(({ build }) => build)).toEqual(['2.0.0']);
});

test('a pack id that another adapter has taken meanwhile is PACK_ID_TAKEN', async () => {
  const [one, two] = await Promise.all([makeProject(scratchFolder()), makeProject(scratchFolder())]);
  for (const [project, name] of [
    [one, 'core'],
    [two, 'other'],
  ] as const)
    await addFiles(project, name);
  await publishNow(await one.session());
  const { channel } = await one.session();
  const session = await two.session({ store: () => channel.store });
  await expect(publishNow(session, { only: ['other'] })).rejects.toMatchObject({
    code: 'PACK_ID_TAKEN',
    exitCode: 6,
  });
  expect(await listRevisions(channel.store, 'stable')).toEqual([1]);
});

/** An adapter of plain files whose pack is called `shared`. */
async function addFiles(project: Project, name: string): Promise<void> {
  await project.add('summarizer');
  project.editMatrix((matrix) => {
    const [build] = matrix.adapters['summarizer']?.builds ?? [];
    if (build === undefined) throw new Error('no build');
    const { baseModelSignature: _, ...plain } = build;
    const serve = ['os26.0', 'os26.4', 'os26.5', 'afm3-core', 'afm3-core-advanced'];
    return {
      ...matrix,
      adapters: {
        [name]: {
          kind: 'files',
          packId: 'shared',
          platforms: ['iOS', 'macOS'],
          builds: [plain],
          serve: serve.map((systemModel) => ({ systemModel, version: build.version })),
        },
      },
    };
  });
}

const NO_MESSAGE = { message: null };

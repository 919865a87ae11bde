import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import { interceptStore, isSlotWrite } from '../support/faulty-store.ts';
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
const KEY = 'v1/channels/stable/manifest.json';

function putManifest(project: Project, content: unknown): void {
  const path = join(project.cdn, KEY);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

/** A manifest as Apple's tools or a script would have left it. */
const THEIRS = { assetPacks: [{ id: PACK, version: 41, url: 'https://cdn.example.com/x', downloadSize: 1 }] };

test.each<{ readonly why: string; readonly content: unknown }>([
  { why: 'of another tool', content: THEIRS },
  { why: 'that is no JSON', content: '<html>404</html>' },
  { why: 'that is empty', content: '' },
  { why: 'that names a revision', content: { revision: 7, assetPacks: [] } },
])('a first publish over a manifest $why is CHANNEL_NOT_ADOPTED, and writes nothing', async ({ content }) => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  putManifest(project, content);
  const before = readFolder(project.cdn);
  await expect(publishNow(await project.session())).rejects.toMatchObject({
    code: 'CHANNEL_NOT_ADOPTED',
    exitCode: 6,
    fix: expect.stringContaining('--allow-foreign'),
  });
  expect(readFolder(project.cdn)).toEqual(before);
});

test('--allow-foreign replaces such a manifest above its versions, and remembers them', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  putManifest(project, { assetPacks: [...THEIRS.assetPacks, { id: 'gone', version: 7 }] });
  const result = await publishNow(await project.session(), { allowForeign: true });
  expect(result).toMatchObject({ revision: 1, committed: true, verified: true });
  expect(readNaively(getFrom(project.cdn))?.versions).toEqual({ [PACK]: 42 });
  expect(readLogEntry(project, 1).highestVersion).toEqual({ [PACK]: 42, gone: 7 });
});

test.each<{ readonly why: string; readonly content: (project: Project) => unknown }>([
  { why: 'of another tool', content: () => THEIRS },
  {
    why: 'with a field changed',
    content: (project) => ({ ...readManifest(project), createdAt: '2026-12-01T12:00:01Z' }),
  },
  { why: 'of a revision that never was', content: (project) => ({ ...readManifest(project), revision: 99 }) },
])('over a log, a manifest $why is PROJECTION_FOREIGN, and nothing is written', async ({ content }) => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  putManifest(project, content(project));
  await project.add('summarizer', '2.0.0');
  const before = readFolder(project.cdn);
  const attempts = [
    async () => publishNow(await project.session()),
    async () => rollBack(await project.session(), { to: 'none', only: [] }, { message: null }),
  ];
  for (const attempt of attempts)
    await expect(attempt()).rejects.toMatchObject({ code: 'PROJECTION_FOREIGN', exitCode: 6 });
  expect(readFolder(project.cdn)).toEqual(before);
  const result = await publishNow(await project.session(), { allowForeign: true });
  expect(result).toMatchObject({ revision: 2, committed: true, verified: true });
  expect(readNaively(getFrom(project.cdn))?.revision).toBe(2);
});

test('--allow-foreign over a log ships above what the foreign manifest served', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  putManifest(project, THEIRS);
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session(), { allowForeign: true });
  expect(readNaively(getFrom(project.cdn))?.versions).toEqual({ [PACK]: 42 });
});

test('--allow-foreign without any other change puts the own manifest back, above the versions it replaces', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  putManifest(project, THEIRS);
  const result = await publishNow(await project.session(), { allowForeign: true });
  expect(result.problems).toEqual([]);
  const served = readNaively(getFrom(project.cdn));
  expect(served?.versions[PACK]).toBeGreaterThan(41);
});

test('a manifest that turns foreign while a publish runs is left alone, and the publish says so', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const session = await project.session({
    store: (own) =>
      interceptStore(own, async (call, act) => {
        if (isSlotWrite(call)) putManifest(project, THEIRS);
        return act();
      }),
  });
  const result = await publishNow(session);
  expect(result).toMatchObject({ committed: true, revision: 1, verified: false });
  expect(result.problems[0]).toContain('is not what any revision of its log says');
  expect(readManifest(project)).toEqual(THEIRS);
});

test('a manifest that somebody else brings while we publish is not replaced by lower versions', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  putManifest(project, THEIRS);
  const session = await project.session();
  const store = interceptStore(session.channel.store, async (call, act) => {
    const reply = await act();
    if (isSlotWrite(call)) putManifest(project, { assetPacks: [{ id: PACK, version: 50 }] });
    return reply;
  });
  const result = await publishNow(
    { ...session, channel: { ...session.channel, store } },
    { allowForeign: true },
  );
  expect(result.committed).toBe(true);
  expect(result.problems[0]).toContain('is not what any revision of its log says');
  expect(readManifest(project)).toEqual({ assetPacks: [{ id: PACK, version: 50 }] });
});

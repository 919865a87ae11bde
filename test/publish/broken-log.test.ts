import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import type { LogEntry } from '../../src/model/release.ts';
import { encodeManifest } from '../../src/release/projection.ts';
import { readRelease } from '../../src/release/read-channel.ts';
import {
  makeProject,
  type Project,
  planNow,
  publishNow,
  readFolder,
  readLogEntry,
  readManifest,
} from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

/** Three revisions; a fourth is wanted. */
async function threeRevisions(): Promise<Project> {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  for (const version of ['1.0.0', '2.0.0', '3.0.0', '4.0.0']) {
    await project.add('summarizer', version);
    if (version !== '4.0.0') await publishNow(await project.session());
  }
  return project;
}

const slot = (project: Project, revision: number): string =>
  join(project.cdn, `v1/channels/stable/log/${revision}.json`);

const edit = (project: Project, revision: number, change: (entry: LogEntry) => unknown): void =>
  writeFileSync(
    slot(project, revision),
    `${JSON.stringify(change(readLogEntry(project, revision)), null, 2)}\n`,
  );

const manifestOf = (project: Project): string => join(project.cdn, 'v1/channels/stable/manifest.json');

test.each<{ readonly why: string; readonly damage: (project: Project) => void; readonly code?: string }>([
  { why: 'has a hole below its tip', damage: (project) => rmSync(slot(project, 2)) },
  {
    why: 'has a hole above what the projection names',
    damage: (project) => {
      rmSync(manifestOf(project));
      rmSync(slot(project, 2));
    },
  },
  {
    why: 'has a rewritten slot',
    damage: (project) => edit(project, 2, (entry) => ({ ...entry, message: 'edited' })),
  },
  {
    why: 'has a slot of another revision',
    damage: (project) => edit(project, 3, (entry) => ({ ...entry, revision: 2 })),
  },
  {
    why: 'has a slot of another channel',
    damage: (project) => edit(project, 3, (entry) => ({ ...entry, channel: 'beta' })),
  },
  {
    why: 'has a torn tip',
    damage: (project) => writeFileSync(slot(project, 3), '{"formatVersion": 1, "chan'),
  },
  { why: 'has an empty tip', damage: (project) => writeFileSync(slot(project, 3), '') },
  {
    why: 'has a tip of a newer format',
    damage: (project) => edit(project, 3, (entry) => ({ ...entry, formatVersion: 2 })),
  },
  {
    why: 'has a tip that does not follow from the slot below',
    damage: (project) => edit(project, 3, (entry) => ({ ...entry, previousSha256: '0'.repeat(64) })),
  },
  {
    why: 'has a tip whose packs were edited',
    damage: (project) =>
      edit(project, 3, (entry) => ({
        ...entry,
        packs: entry.packs.map((pack) => ({ ...pack, sha256: '0'.repeat(64) })),
      })),
  },
  {
    why: 'has a tip whose versions were edited',
    damage: (project) =>
      edit(project, 3, (entry) => ({
        ...entry,
        packs: entry.packs.map((pack) => ({ ...pack, version: 1 })),
      })),
  },
])('a log that $why stops every writer, and nothing is written', async ({ damage, code = 'LOG_BROKEN' }) => {
  const project = await threeRevisions();
  damage(project);
  const before = readFolder(project.cdn);
  await expect(planNow(await project.session())).rejects.toMatchObject({ code, exitCode: 7 });
  await expect(publishNow(await project.session())).rejects.toMatchObject({ code, exitCode: 7 });
  const session = await project.session();
  await expect(rollBack(session, { to: 1, only: [] }, { message: null })).rejects.toMatchObject({ code });
  expect(readFolder(project.cdn)).toEqual(before);
});

test('a hole right above the revision that a stale projection names is never filled', async () => {
  const project = await threeRevisions();
  const stale = await makeStale(project);
  rmSync(slot(project, 2));
  const before = readFolder(join(project.cdn, 'v1/channels'));
  await expect(publishNow(await project.session())).rejects.toMatchObject({
    code: 'LOG_BROKEN',
    exitCode: 7,
  });
  expect(readFolder(join(project.cdn, 'v1/channels'))).toEqual(before);
  expect(readManifest(project)).toEqual(stale);
});

/** Puts the manifest of revision 1 back, as a copy from a backup or a slow mirror would. */
async function makeStale(project: Project): Promise<unknown> {
  const { store, target } = (await project.session()).channel;
  const release = await readRelease(store, 'stable', 1);
  if (release === null) throw new Error('no revision 1');
  const bytes = encodeManifest(release.entry, release.cells, target.publicUrl);
  writeFileSync(manifestOf(project), bytes);
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}

test('cells that are gone or damaged are DOCUMENT_DAMAGED, and nothing is written', async () => {
  for (const content of [undefined, '{"formatVersion":1,"cells":[]}']) {
    const project = await threeRevisions();
    const path = join(project.cdn, `v1/cells/${readLogEntry(project, 3).cellsSha256}.json`);
    if (content === undefined) rmSync(path);
    else writeFileSync(path, content);
    const before = readFolder(project.cdn);
    await expect(publishNow(await project.session())).rejects.toMatchObject({
      code: 'DOCUMENT_DAMAGED',
      exitCode: 7,
    });
    expect(readFolder(project.cdn)).toEqual(before);
  }
});

test('a broken log of one channel stops the others of its target: versions could fall', async () => {
  const project = await threeRevisions();
  writeFileSync(slot(project, 3), '{}');
  await expect(publishNow(await project.session({ channel: 'beta' }))).rejects.toMatchObject({
    code: 'LOG_BROKEN',
  });
});

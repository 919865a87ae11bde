import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import { diffRevisions } from '../../src/release/diff-revisions.ts';
import { readHistory, toHistoryResult } from '../../src/release/history.ts';
import { listChannels, readHead } from '../../src/release/read-channel.ts';
import { makeProject, type Project, publishNow, readLogEntry } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

/** Revision 2 updates the summarizer, 3 adds the writer, 4 takes the summarizer back. */
async function fourRevisions(): Promise<Project> {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session(), { message: 'first' });
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session());
  await project.add('writer');
  await publishNow(await project.session());
  await rollBack(await project.session(), { to: 1, only: ['summarizer'] }, { message: 'worse on iPad' });
  return project;
}

test('history lists every revision, newest first, with what it was and whether it can come back', async () => {
  const project = await fourRevisions();
  const { store } = (await project.session()).channel;
  const told = async () => (await readHistory(store, 'stable')).map(toHistoryResult);
  expect((await told()).map(({ revision, kind, message }) => [revision, kind, message])).toEqual([
    [4, 'rollback', 'worse on iPad'],
    [3, 'publish', null],
    [2, 'publish', null],
    [1, 'publish', 'first'],
  ]);
  expect((await told()).every(({ rollbackable }) => rollbackable)).toBe(true);
  const second = readLogEntry(project, 2).packs.find(({ adapter }) => adapter === 'summarizer');
  rmSync(join(project.cdn, second?.key ?? ''));
  expect((await told()).map(({ rollbackable }) => rollbackable)).toEqual([true, false, false, true]);
});

test('a channel that nobody published to has no history', async () => {
  const project = await makeProject(scratchFolder());
  const { store } = (await project.session()).channel;
  expect(await readHistory(store, 'stable')).toEqual([]);
  expect(await listChannels(store)).toEqual([]);
  expect(await readHead(store, 'stable')).toMatchObject({ release: null, projection: { state: 'absent' } });
});

test('a diff names what changed between two revisions, either way round', async () => {
  const { channel } = await (await fourRevisions()).session();
  const diff = async (from: number, to: number, only: readonly string[] = []) => {
    const { changes } = await diffRevisions(channel, { from, to, only });
    return changes.map(
      ({ kind, adapter, version, fromVersion }) => `${kind} ${adapter} ${fromVersion} ${version}`,
    );
  };
  expect(await diff(1, 3)).toEqual(['update summarizer 1 2', 'add writer null 1', 'keep tagger 1 1']);
  expect(await diff(3, 1)).toEqual(['remove writer 1 1', 'update summarizer 2 1', 'keep tagger 1 1']);
  expect(await diff(1, 4, ['summarizer'])).toEqual(['update summarizer 1 3']);
  expect(await diff(2, 2)).toEqual(['keep summarizer 2 2', 'keep tagger 1 1']);
});

test('a diff of a revision or an adapter that is not there is refused', async () => {
  const { channel } = await (await fourRevisions()).session();
  await expect(diffRevisions(channel, { from: 1, to: 9, only: [] })).rejects.toMatchObject({
    code: 'RELEASE_NOT_FOUND',
  });
  await expect(diffRevisions(channel, { from: 1, to: 2, only: ['writer'] })).rejects.toMatchObject({
    code: 'ADAPTER_UNKNOWN',
    message: expect.stringContaining('"writer"'),
  });
});

test('an adapter that is only declined or ended is part of the release', async () => {
  const project = await fourRevisions();
  await rollBack(await project.session(), { to: 'none', only: ['tagger'] }, { message: null });
  const { channel } = await project.session();
  const { cellChanges } = await diffRevisions(channel, { from: 4, to: 5, only: ['tagger'] });
  expect(cellChanges).toHaveLength(6);
  expect(cellChanges.every(({ from, to }) => from?.state === 'covered' && to?.state === 'declined')).toBe(
    true,
  );
});

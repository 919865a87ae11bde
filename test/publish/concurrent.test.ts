import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256Of } from '../../src/model/digest.ts';
import { makeProject, publishNow, readLogEntry } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { installCli, runCli } from './cli-runs.ts';
import { getFrom, readNaively } from './naive-reader.ts';

const TEAMS = Array.from({ length: 8 }, (_, index) => `team_${index}`);

test('8 processes publish their own adapters to one channel at once: all commit, and nothing is lost', async () => {
  const folder = scratchFolder();
  const cli = installCli(join(folder, 'cli'));
  const project = await makeProject(join(folder, 'project'), TEAMS);
  const publish = (team: string) =>
    runCli(cli, ['publish', '--yes', '--json', '--only', team, '--message', team], { cwd: project.root });

  const first = await Promise.all(TEAMS.map(publish));
  expect(first.map(outcomeOf)).toEqual(TEAMS.map(() => COMMITTED));
  for (const team of TEAMS) await project.add(team, '2.0.0');
  const second = await Promise.all(TEAMS.map(publish));
  expect(second.map(outcomeOf)).toEqual(TEAMS.map(() => COMMITTED));

  const log = Array.from({ length: 16 }, (_, index) => readLogEntry(project, index + 1));
  expect(readdirSync(join(project.cdn, 'v1/channels/stable/log'))).toHaveLength(16);
  const bytes = (revision: number) => getFrom(project.cdn)(`v1/channels/stable/log/${revision}.json`) ?? '';
  log.forEach((entry, index) => {
    expect(entry.previousSha256).toBe(index === 0 ? null : sha256Of(bytes(index)));
    const before = new Map(log[index - 1]?.packs.map((pack) => [pack.id, pack.sha256]));
    const changed = entry.packs.filter(({ id, sha256 }) => before.get(id) !== sha256);
    expect(changed.map(({ adapter }) => adapter)).toEqual([entry.message]);
  });
  expect(
    log
      .slice(0, 8)
      .map(({ message }) => message)
      .sort(),
  ).toEqual(TEAMS);
  expect(new Set(log.map(({ operation }) => operation)).size).toBe(16);
  expect(readNaively(getFrom(project.cdn))).toMatchObject({
    revision: 16,
    versions: Object.fromEntries(TEAMS.map((team) => [`fmadapter-${team}-9799725`, 2])),
  });
  expect(log[15]?.packs.map(({ build }) => build)).toEqual(TEAMS.map(() => '2.0.0'));
  expect(readdirSync(join(project.cdn, '.incoming'))).toEqual([]);
  expect(await publishNow(await project.session())).toMatchObject({
    committed: false,
    revision: 16,
    verified: true,
  });
});

test('8 processes run the very same command at once: one revision, and every one of them ends well', async () => {
  const folder = scratchFolder();
  const cli = installCli(join(folder, 'cli'));
  const project = await makeProject(join(folder, 'project'), ['summarizer', 'tagger']);
  const ends = await Promise.all(
    TEAMS.map(() => runCli(cli, ['publish', '--yes', '--json'], { cwd: project.root })),
  );
  expect(ends.map(({ code }) => code)).toEqual(TEAMS.map(() => 0));
  expect(readdirSync(join(project.cdn, 'v1/channels/stable/log'))).toEqual(['1.json']);
  expect(readNaively(getFrom(project.cdn))?.revision).toBe(1);
  expect(readdirSync(join(project.cdn, '.incoming'))).toEqual([]);
});

const outcomeOf = ({ code, stdout, stderr }: { code: number | null; stdout: string; stderr: string }) => {
  const { result, error } = JSON.parse(stdout || '{}');
  return { code, committed: result?.committed, problems: result?.problems, error, stderr };
};

const COMMITTED = { code: 0, committed: true, problems: [], error: undefined, stderr: '' };

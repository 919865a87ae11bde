import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeProject, type Project, publishNow, readFolder } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { inPairs, installCli, runCli } from './cli-runs.ts';
import { getFrom, readNaively } from './naive-reader.ts';

const COMMAND = ['publish', '--yes', '--quiet'];
const KILL_AT = fileURLToPath(new URL('../support/kill-at.mjs', import.meta.url));

/** Two adapters at 1.0.0, nothing published. */
const beforeFirst = (folder: string): Promise<Project> => makeProject(folder, ['summarizer', 'tagger']);

/** The same, published, and then both adapters at 2.0.0. */
async function beforeUpdate(folder: string): Promise<Project> {
  const project = await beforeFirst(folder);
  await publishNow(await project.session());
  for (const name of ['summarizer', 'tagger']) await project.add(name, '2.0.0');
  return project;
}

test.each([
  { publish: 'a first publish', prepare: beforeFirst },
  { publish: 'an update', prepare: beforeUpdate },
])(
  '$publish, killed before and after each of its disk changes, leaves the old release or the new one and ends the same when run again',
  async ({ prepare }) => {
    const folder = scratchFolder();
    const cli = installCli(join(folder, 'cli'));
    const template = await prepare(join(folder, 'template'));
    const old = readNaively(getFrom(template.cdn));
    const copy = (name: string): string => {
      cpSync(template.root, join(folder, name), { recursive: true, preserveTimestamps: true });
      return join(folder, name);
    };

    const undisturbed = copy('undisturbed');
    const report = join(folder, 'calls.json');
    const env = { KILL_ROOT: undisturbed, KILL_REPORT: report };
    const end = await runCli(cli, COMMAND, { cwd: undisturbed, preload: KILL_AT, env });
    expect(end).toMatchObject({ code: 0 });
    const calls: readonly string[] = JSON.parse(readFileSync(report, 'utf8'));
    const expected = readFolder(join(undisturbed, 'cdn'));
    const next = readNaively(getFrom(join(undisturbed, 'cdn')));
    expect(calls.length).toBeGreaterThan(60);
    expect(next?.revision).toBe((old?.revision ?? 0) + 1);

    const points = calls.flatMap((call, index) => PHASES.map((phase) => ({ at: index + 1, phase, call })));
    const seen = new Set<number>();
    await inPairs(points, async ({ at, phase, call }) => {
      const point = `killed ${phase} call ${at}, ${call}`;
      const root = copy(`killed-${at}-${phase}`);
      const kill = { KILL_ROOT: root, KILL_AT: String(at), KILL_PHASE: phase };
      const killed = await runCli(cli, COMMAND, { cwd: root, preload: KILL_AT, env: kill });
      expect(killed.signal, point).toBe('SIGKILL');
      const served = readNaively(getFrom(join(root, 'cdn')));
      expect([old, next], point).toContainEqual(served);
      seen.add(served?.revision ?? 0);
      const again = await runCli(cli, COMMAND, { cwd: root });
      expect(again, point).toMatchObject({ code: 0 });
      expect(readFolder(join(root, 'cdn')), point).toEqual(expected);
      expect(readdirSync(join(root, 'cdn', '.incoming')), point).toEqual([]);
      rmSync(root, { recursive: true });
    });
    expect([...seen].sort()).toEqual([old?.revision ?? 0, next?.revision]);
  },
  300_000,
);

const PHASES = ['before', 'after'] as const;

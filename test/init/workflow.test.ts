import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultLoaders } from 'cosmiconfig';
import { expect, test } from 'vitest';
import { workflowFile } from '../../src/init/app-files.ts';
import { parseAppAnswers } from '../../src/init/app-request.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';

interface Job {
  readonly if: string;
  readonly environment?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly {
    readonly run?: string;
    readonly uses?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<'plan' | 'publish' | 'audit', Job>>;
}

async function workflow(hosting: string): Promise<{ readonly text: string; readonly parsed: Workflow }> {
  const request = parseAppAnswers({ hosting, ci: 'github', platforms: [] });
  const { path, content } = await workflowFile(PACKAGE_ROOT, request);
  return { text: content, parsed: defaultLoaders['.yaml'](path, content) as Workflow };
}

test('the workflow plans on pull requests, publishes behind an environment, and audits each week, without keys', async () => {
  const { text, parsed } = await workflow('unmanaged');
  const { jobs, on, permissions } = parsed;
  expect(Object.keys(on).sort()).toEqual(['pull_request', 'push', 'schedule', 'workflow_dispatch']);
  expect(permissions).toEqual({ contents: 'read' });
  expect(jobs.plan.permissions).toMatchObject({ 'pull-requests': 'write' });
  expect(jobs.publish).toMatchObject({ environment: 'fmrelease', permissions: { 'id-token': 'write' } });
  expect([jobs.plan.environment, jobs.audit.environment]).toEqual([undefined, undefined]);
  const roles = Object.entries(jobs).map(([name, { steps }]) => [
    name,
    steps.find(({ uses }) => uses?.startsWith('aws-actions/'))?.with?.['role-to-assume'],
  ]);
  expect(roles).toEqual([
    ['plan', expect.stringContaining('vars.FMRELEASE_READ_ROLE')],
    ['publish', expect.stringContaining('vars.FMRELEASE_ROLE')],
    ['audit', expect.stringContaining('vars.FMRELEASE_READ_ROLE')],
  ]);
  expect(jobs.plan.if).toContain('head.repo.full_name == github.repository'); // a fork gets no token to read with
  expect(text).not.toMatch(/AWS_(ACCESS_KEY|SECRET)|\{\{\w/);
});

test('a review is asked for only where a push changes what is published', async () => {
  const { parsed } = await workflow('unmanaged');
  expect(parsed.on['push']).toEqual({
    branches: ['main'],
    paths: ['fmrelease.config.*', 'fmrelease.matrix.json', '.github/workflows/fmrelease.yml'],
  });
});

test('every command in it exists, with its flags', async () => {
  const { parsed } = await workflow('managed');
  const { commands } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'oclif.manifest.json'), 'utf8'));
  const lines = Object.values(parsed.jobs)
    .flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    .flatMap((run) => run.match(/npx fmrelease [^|\n]*/g) ?? []);
  expect(lines.map((line) => line.split(' ')[2])).toEqual(['plan', 'publish', 'verify', 'audit']);
  for (const line of lines)
    for (const [, flag] of line.matchAll(/--([a-z-]+)/g))
      expect(commands[line.split(' ')[2] ?? ''].flags, line).toHaveProperty(flag ?? '');
});

test('there is none for Apple hosting', () => {
  expect(() => parseAppAnswers({ hosting: 'apple', ci: 'github', platforms: [] })).toThrow(
    '--ci is for packs',
  );
});

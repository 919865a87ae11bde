import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectCleanStreams, expectPlainError, readDocument } from '../cli/documents.ts';
import { type CliProject, copyOf, emptyProject, MANAGED_CONFIG } from '../support/cli-project.ts';
import { manifestOf, publishByHand } from './by-hand.ts';

let empty: CliProject;
beforeAll(() => {
  empty = emptyProject({ keep: true });
  empty.write('fmrelease.config.json', MANAGED_CONFIG);
  empty.write('iOS.json', { assetPacks: [] });
});
afterAll(() => empty.remove());

test('adopt takes a channel over, in lines and as a document', async () => {
  const hand = await publishByHand();
  const source = hand.put('ios.json', manifestOf(hand.putAdapter('summarizer', 7)));
  const project = copyOf(empty);
  const run = await project.run(['adopt', source, '--yes', '--message', 'By hand until today']);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toContain('Adopted into local/stable revision 1.');
  expect(run.stdout).toMatch(/fmadapter-summarizer-9799725 +v7/);
  expect(run.stdout).toContain('"version": "0.0.0-adopted.7"');
  expect((await project.run(['history'])).stdout).toMatch(/1 +adopt .*By hand until today/);
  const again = readDocument(await project.run(['adopt', source, '--yes', '--json']));
  expect(again.result).toMatchObject({ alreadyCommitted: true, revision: 1 });
  hand.put('ios.json', manifestOf());
  const other = await project.run(['adopt', source, '--yes']);
  expect([other.code, expectPlainError(other)]).toEqual([6, 'CHANNEL_EXISTS']);
});

test.each([
  { args: ['iOS.json'], env: {}, code: 2, error: 'CONFIRMATION_REQUIRED' },
  { args: ['iOS.json'], env: { CI: '1' }, code: 2, error: 'CONFIRMATION_REQUIRED' },
  { args: ['iOS.json', '--json'], env: {}, code: 2, error: 'CONFIRMATION_REQUIRED' },
  { args: ['--yes'], env: {}, code: 2, error: 'USAGE' },
  { args: ['iOS.json', '--yes', '--platform', 'iPadOS'], env: {}, code: 2, error: 'USAGE' },
  { args: ['other.json', '--yes', '--platform', 'iOS'], env: {}, code: 4, error: 'FILE_NOT_FOUND' },
  {
    args: ['fmrelease.config.json', '--yes', '--platform', 'iOS'],
    env: {},
    code: 6,
    error: 'MANIFEST_INVALID',
  },
])('adopt $args.0 … ends with $code, $error', async ({ args, env, code, error }) => {
  const project = copyOf(empty);
  const before = project.hash();
  const run = await project.run(['adopt', ...args], { env });
  expect(run.code).toBe(code);
  expectCleanStreams(run);
  if (args.includes('--json')) expect(readDocument(run).error?.code).toBe(error);
  else expect(expectPlainError(run)).toBe(error);
  expect(project.hash()).toBe(before);
});

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliProject, EPOCH, emptyProject } from '../support/cli-project.ts';
import { makeAdapter, makeContainer } from '../support/make-adapter.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';

const ADD_BOTH = ['summarizer', 'translator'].map(
  (name) => `adapter add adapters/${name}.fmadapter --build 1.0.0`,
);

const DECIDE = [
  'adapter add adapters/summarizer.fmadapter --build 1.1.0',
  'adapter decline --all --system-model afm3-core --reason obsoleted --until 2027-03-01',
  'adapter serve translator 1.0.0',
];

/**
 * The story of one project, line by line. What each line prints stands in test/transcripts, in a file of that name;
 * `UPDATE_TRANSCRIPTS=1 npx vitest run test/cli/transcripts.test.ts` writes them anew.
 */
const STORY: readonly Scene[] = [
  { line: 'init' },
  {
    line: 'init --yes --hosting unmanaged --app-group group.com.example.app --bundle-id com.example.app --app MyApp',
  },
  { line: 'doctor --app MyApp' },
  { line: 'adapter list', before: ({ root }) => exportAdapters(root, 100_000), setUp: ADD_BOTH },
  { line: 'plan' },
  { line: 'plan --format markdown' },
  { line: 'plan --out plan.json --exit-code' },
  { line: 'plan show plan.json' },
  { line: 'publish plan.json --yes' },
  { line: 'publish plan.json --yes', take: 'again' },
  { line: 'verify' },
  { line: 'plan', take: 'with a gap', before: dropDecision },
  { line: 'plan', take: 'of an update', before: ({ root }) => exportAdapters(root, 140_000), setUp: DECIDE },
  { line: 'publish --yes --message Update' },
  { line: 'history' },
  { line: 'diff 1 2' },
  { line: 'resolve --platform iOS --os 26.4 --adapter summarizer --explain' },
  { line: 'resolve --platform macOS --os 27.1 --adapter translator --explain' },
  { line: 'resolve --platform iOS --os 26.4 --adapter summarizer --source log --explain' },
  { line: 'audit --fail-on warning' },
  { line: 'rollback --to 1 --yes' },
  { line: 'plan', take: 'of a held build' },
  { line: 'systems' },
];

interface Scene {
  readonly line: string;
  /** Tells a second transcript of the same line from the first. */
  readonly take?: string;
  readonly before?: (project: CliProject) => void;
  /** Commands that run first, unrecorded. */
  readonly setUp?: readonly string[];
}

let project: CliProject;

beforeAll(() => {
  project = emptyProject({ keep: true });
});
afterAll(() => project.remove());

describe('the story of a project', () => {
  test.each(STORY)('$line $take', async ({ line, take, before, setUp = [] }) => {
    before?.(project);
    for (const words of setUp) await project.prepare(...words.split(' '));
    const run = await project.run(line.split(' '), { env: { SOURCE_DATE_EPOCH: EPOCH } });
    const text = `${run.stdout.replaceAll(project.root, '<project>')}[exit ${run.code}]\n`;
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/undefined|NaN|\[object| +$/m);
    const path = join(FOLDER, fileName({ line, take }));
    if (process.env['UPDATE_TRANSCRIPTS'] === '1') {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(path, text);
    }
    expect(existsSync(path), `${path} is missing: write it with UPDATE_TRANSCRIPTS=1`).toBe(true);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });

  test('no transcript is left over', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(STORY.map(fileName).sort());
  });
});

const fileName = ({ line, take }: { readonly line: string; readonly take?: string | undefined }): string =>
  `${line}${take === undefined ? '' : ` (${take})`}.txt`;

function exportAdapters(root: string, bytes: number): void {
  const weights = makeContainer([{ payload: Buffer.alloc(bytes, 7) }]);
  makeAdapter(join(root, 'adapters'), { name: 'summarizer', weights });
  if (!existsSync(join(root, 'adapters/translator.fmadapter')))
    makeAdapter(join(root, 'adapters'), { name: 'translator', weights });
}

function dropDecision({ read, write }: CliProject): void {
  const matrix = JSON.parse(read('fmrelease.matrix.json'));
  matrix.adapters.translator.serve = [];
  write('fmrelease.matrix.json', matrix);
}

const FOLDER = join(PACKAGE_ROOT, 'test', 'transcripts');

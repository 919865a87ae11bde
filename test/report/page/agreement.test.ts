import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../../scripts/chromium.mjs';
import type { AdapterDocument, MatrixDocument } from '../../../src/generated/matrix.ts';
import type { DeviceQuestion } from '../../../src/report/simulation.ts';
import { OTHER_SIGNATURE, SIGNATURE } from '../../support/builders.ts';
import { makeProject, publishNow } from '../../support/project.ts';
import { cliEnvironment, PACKAGE_ROOT, runCli } from '../../support/run-cli.ts';
import { openFile, WITHOUT_BROWSER } from './open-report.ts';

/** Two signatures, a decline, an OS version that only variants tell apart, and a build newer than what is published. */
async function makeAt(root: string): Promise<void> {
  const project = await makeProject(root, ['summarizer', 'translator', 'tagger']);
  await project.add('summarizer', '1.1.0', { signature: OTHER_SIGNATURE });
  project.editMatrix((matrix) => ({ ...matrix, systemModels: ROWS, adapters: adaptersOf(matrix) }));
  await publishNow(await project.session(), { gap: true });
  await project.add('translator', '2.0.0');
}

const on = (range: string) => ({ iOS: range, macOS: range });
const row = { toolkit: '26.0.0', certainty: 'proved' } as const;
const ROWS: NonNullable<MatrixDocument['systemModels']> = [
  {
    ...row,
    id: 'os26.5',
    os: on('>=26.5 <26.6'),
    baseModelSignature: SIGNATURE,
    adapterSupport: 'deprecated',
  },
  {
    ...row,
    id: 'os26.6-a',
    os: on('>=26.6 <27.0'),
    variant: 'a',
    baseModelSignature: { prefix: OTHER_SIGNATURE.slice(0, 8) },
    adapterSupport: 'deprecated',
  },
  {
    ...row,
    id: 'os26.6-b',
    os: on('>=26.6 <27.0'),
    variant: 'b',
    baseModelSignature: SIGNATURE,
    adapterSupport: 'deprecated',
  },
];

function adaptersOf({ adapters }: MatrixDocument): MatrixDocument['adapters'] {
  const { summarizer, translator, tagger } = adapters;
  if (summarizer === undefined || translator === undefined || tagger === undefined)
    throw new Error('the project has three adapters');
  const none: AdapterDocument['serve'][number] = {
    systemModel: 'os26.6-a',
    none: { adapter: 'summarizer' },
    reason: 'not trained',
  };
  return {
    summarizer,
    translator: { ...translator, serve: [...translator.serve, none] },
    tagger: { ...tagger, platforms: ['iOS'], serve: [] },
  };
}

/** What a device may tell beyond its OS. */
const DEVICES: readonly Pick<DeviceQuestion, 'signature' | 'variant'>[] = [
  {},
  { variant: 'a' },
  { variant: 'b' },
  { variant: 'core3' },
  { signature: SIGNATURE },
  { signature: OTHER_SIGNATURE.slice(0, 7) },
  { signature: 'fmadapter-translator-9799725' },
  { signature: 'fffffff', variant: 'a' },
];

const QUESTIONS: readonly DeviceQuestion[] = (['matrix', 'log'] as const).flatMap((source) =>
  ['summarizer', 'translator', 'tagger'].flatMap((adapter) =>
    ['iOS', 'macOS', 'visionOS'].flatMap((platform) =>
      ['25.9', '26', '26.3.9', '26.4', '26.5.1', '26.6', '26.10', '27.0', '30'].flatMap((os) =>
        DEVICES.map((device) => ({ source, adapter, platform, os, ...device })),
      ),
    ),
  ),
);

/** A question as it is typed. */
const typed = (question: DeviceQuestion): readonly string[] =>
  Object.entries(question).flatMap(([name, value]) => [`--${name}`, String(value)]);

/** What the built command answers to each question, or the code and message of its error. */
function commandAnswers(root: string, questions: readonly DeviceQuestion[]): readonly unknown[] {
  const { stdout, stderr } = spawnSync(process.execPath, [RUN_MANY, PACKAGE_ROOT], {
    cwd: root,
    encoding: 'utf8',
    env: cliEnvironment(),
    input: JSON.stringify(questions.map(typed)),
    maxBuffer: 1 << 28,
  });
  if (stdout === '') throw new Error(stderr);
  const answers: readonly unknown[] = JSON.parse(stdout);
  return answers;
}

const RUN_MANY = join(PACKAGE_ROOT, 'test', 'support', 'run-many.mjs');

describe.skipIf(WITHOUT_BROWSER !== '')(`the page and the command${WITHOUT_BROWSER}`, () => {
  let browser: Browser;
  let root: string;
  let file: string;
  beforeAll(async () => {
    root = mkdtempSync(join(realpathSync(tmpdir()), 'fmrelease-agreement-'));
    [browser] = await Promise.all([openBrowser(), makeAt(root)]);
    file = join(root, 'report.html');
    const { code, stderr } = await runCli(['report', '--out', file], { cwd: root });
    expect(code, stderr).toBe(0);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(root, { recursive: true, force: true });
  });

  const pageAnswers = async (questions: readonly DeviceQuestion[]): Promise<readonly unknown[]> => {
    const { page, complaints } = await openFile(browser, file);
    const answers = await page.evaluate(
      (all) =>
        all.map((question): unknown => {
          try {
            return window.fmrelease.resolve(question);
          } catch (error) {
            return error instanceof Error && 'code' in error
              ? { code: error.code, message: error.message }
              : String(error);
          }
        }),
      questions,
    );
    expect(complaints).toEqual([]);
    return answers;
  };

  test('answer every device of a grid alike, from the matrix and from the log', {
    timeout: 120_000,
  }, async () => {
    const answers = await pageAnswers(QUESTIONS);
    const commands = commandAnswers(root, QUESTIONS);
    const seen = new Set<string>();
    for (const [index, question] of QUESTIONS.entries()) {
      const expected = commands[index];
      expect(answers[index], JSON.stringify(question)).toEqual(expected);
      seen.add(/(?:state|code)":"([^"]+)/.exec(JSON.stringify(expected))?.[1] ?? '');
    }
    expect(QUESTIONS).toHaveLength(1296);
    expect([...seen].sort()).toEqual([
      'RESOLUTION_AMBIGUOUS',
      'USAGE',
      'covered',
      'declined',
      'gap',
      'not-offered',
      'sunset',
      'unknown-os',
      'unknown-signature',
    ]);
  });

  test('answer alike where each question is a run of its own', { timeout: 120_000 }, async () => {
    const sample = QUESTIONS.filter((_, index) => index % 53 === 0);
    const answers = await pageAnswers(sample);
    for (const [index, question] of sample.entries()) {
      const { stdout } = await runCli(['resolve', '--json', ...typed(question)], { cwd: root });
      const { result, error }: { result?: unknown; error?: { code: string; message: string } } =
        JSON.parse(stdout);
      const expected = error === undefined ? result : { code: error.code, message: error.message };
      expect(answers[index], JSON.stringify(question)).toEqual(expected);
    }
    expect(sample).toHaveLength(25);
  });
});

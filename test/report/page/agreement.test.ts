import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../../scripts/chromium.mjs';
import { ReleaseError } from '../../../src/errors.ts';
import type { AdapterDocument, MatrixDocument } from '../../../src/generated/matrix.ts';
import { parseOsVersion } from '../../../src/model/os-version.ts';
import { parsePlatform } from '../../../src/model/platform.ts';
import { parseSignatureQuery } from '../../../src/model/signature.ts';
import type { DeviceQuestion } from '../../../src/report/simulation.ts';
import { writeReport } from '../../../src/report/write-report.ts';
import { pickAdapter } from '../../../src/resolve/pick-adapter.ts';
import { resolveDevice } from '../../../src/resolve/resolve-device.ts';
import type { Session } from '../../../src/session.ts';
import { OTHER_SIGNATURE, SIGNATURE } from '../../support/builders.ts';
import { makeProject, openProject, publishNow } from '../../support/project.ts';
import { PACKAGE_ROOT, runCli } from '../../support/run-cli.ts';
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

/** What the command says: its answer, or the code of its error. */
async function commandAnswer(session: Session, question: DeviceQuestion): Promise<unknown> {
  const query = question.signature === undefined ? undefined : parseSignatureQuery(question.signature);
  try {
    return await resolveDevice(
      {
        platform: parsePlatform(question.platform),
        os: parseOsVersion(question.os),
        signature: query?.prefix,
        variant: question.variant,
        adapter: pickAdapter(question.adapter, query),
      },
      {
        source: question.source ?? 'matrix',
        revision: null,
        openConfig: () => Promise.resolve(session.config),
        openSession: () => Promise.resolve(session),
      },
    );
  } catch (error) {
    if (error instanceof ReleaseError) return { code: error.code, message: error.message };
    throw error;
  }
}

describe.skipIf(WITHOUT_BROWSER !== '')(`the page and the command${WITHOUT_BROWSER}`, () => {
  let browser: Browser;
  let root: string;
  let file: string;
  let session: Session;
  beforeAll(async () => {
    root = mkdtempSync(join(realpathSync(tmpdir()), 'fmrelease-agreement-'));
    [browser] = await Promise.all([openBrowser(), makeAt(root)]);
    session = await openProject(root).session();
    file = join(root, 'report.html');
    const request = { asOf: session.io.now(), only: [], file, packageRoot: PACKAGE_ROOT };
    await writeReport(session, request);
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

  test('answer every device of a grid alike, from the matrix and from the log', async () => {
    const answers = await pageAnswers(QUESTIONS);
    const seen = new Set<string>();
    for (const [index, question] of QUESTIONS.entries()) {
      const expected = await commandAnswer(session, question);
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

  test.each([
    { adapter: 'translator', platform: 'iOS', os: '26.4.1' },
    { adapter: 'summarizer', platform: 'macOS', os: '26.6', variant: 'a' },
    { adapter: 'translator', platform: 'iOS', os: '26.6', signature: SIGNATURE, source: 'log' as const },
  ])('answer alike when the command is run: %o', async (question) => {
    const flags = Object.entries(question).flatMap(([name, value]) => [`--${name}`, value]);
    const { stdout, stderr } = await runCli(['resolve', ...flags, '--json'], { cwd: root });
    const { result }: { readonly result: unknown } = JSON.parse(stdout === '' ? `"${stderr}"` : stdout);
    expect(await pageAnswers([question])).toEqual([result]);
  });
});

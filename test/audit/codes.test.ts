import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FINDING_WORDS } from '../../src/audit/finding-words.ts';
import type { AuditFindingCode, Finding } from '../../src/model/finding.ts';
import { renderFindings } from '../../src/render/findings.ts';
import { plainStyle } from '../../src/render/style.ts';
import { PACKAGE_ROOT } from '../support/run-cli.ts';
import type { FindingCase, FindingCases } from './case.ts';
import { BUILD_CASES } from './cases-builds.ts';
import { CHANNEL_CASES } from './cases-channel.ts';
import { INTENT_CASES } from './cases-intent.ts';
import { aScene } from './scene.ts';

/** A code without a case does not compile. */
const CASES: FindingCases<AuditFindingCode> = { ...INTENT_CASES, ...BUILD_CASES, ...CHANNEL_CASES };

describe.each(Object.entries(CASES))('%s', (code, { severity, subject, question, ...own }: FindingCase) => {
  test(`is raised as ${severity === 'error' ? 'an error' : `a ${severity}`} about ${subject}`, async () => {
    const scene = await aScene(startOf(own));
    await own.trigger(scene);
    const found = (await scene.audit(question)).filter((finding) => finding.code === code);
    expect(found).toMatchObject([{ severity, subject }, ...found.slice(1)]);
    for (const { message, fix } of found) {
      expect(message).toMatch(/^.+\.$/);
      expect(fix).toMatch(/^[A-Z].+\.$/);
      expect(`${message}${fix}`).not.toMatch(/undefined|NaN|\[object|please|oops|invalid/i);
    }
    expect(FINDING_WORDS).toHaveProperty([code, 'severity'], severity);
    const example = forPages(found.slice(0, 1));
    if (process.env['UPDATE_EXAMPLES'] === '1') writeExample(code, example);
    expect(exampleOf(code)).toBe(example);
  });

  test('is not raised by the nearest thing that is all right', async () => {
    const scene = await aScene(startOf(own));
    await own.nearMiss(scene);
    expect((await scene.audit(question)).filter((finding) => finding.code === code)).toEqual([]);
  });
});

/** What of a case says how its scene begins. */
const startOf = ({ adapters, published = true }: Omit<FindingCase, 'severity' | 'subject' | 'question'>) =>
  adapters === undefined ? { published } : { adapters, published };

/** The example on the page of a code, which is what its case raises. */
const exampleOf = (code: string): string | undefined =>
  withoutDigests(EXAMPLE.exec(readFileSync(pageOf(code), 'utf8'))?.[2] ?? '');

/** Writes the example anew: `UPDATE_EXAMPLES=1 npx vitest run test/audit/codes.test.ts`. */
function writeExample(code: string, example: string): void {
  const page = readFileSync(pageOf(code), 'utf8');
  writeFileSync(
    pageOf(code),
    page.replace(EXAMPLE, (_, head: string) => `${head}${example}\n\`\`\``),
  );
}

const pageOf = (code: string): string => join(PACKAGE_ROOT, 'docs', 'findings', `${code}.md`);

const EXAMPLE = /(^## Example\n\n```text\n)([\s\S]*?)\n```$/m;

/** A finding as it is printed, with a path that a person would have. */
const forPages = (found: readonly Finding[]): string =>
  withoutDigests(
    renderFindings(found, plainStyle)
      .join('\n')
      .replace(/builds\/[^/]+\/|unsound\//g, 'adapters/'),
  );

/** Digests follow from the bytes of the sample, which no page depends on. */
const withoutDigests = (text: string): string =>
  text.replace(/[0-9a-f]{64}/g, '<sha256>').replace(/\b[0-9a-f]{8}\b(?!…)/g, '<digest>');

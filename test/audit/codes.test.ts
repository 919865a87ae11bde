import { describe, expect, test } from 'vitest';
import { FINDING_WORDS } from '../../src/audit/finding-words.ts';
import type { FindingCode } from '../../src/model/finding.ts';
import type { FindingCase, FindingCases } from './case.ts';
import { BUILD_CASES } from './cases-builds.ts';
import { CHANNEL_CASES } from './cases-channel.ts';
import { INTENT_CASES } from './cases-intent.ts';
import { aScene } from './scene.ts';

/** A code without a case does not compile. */
const CASES: FindingCases<FindingCode> = { ...INTENT_CASES, ...BUILD_CASES, ...CHANNEL_CASES };

describe.each(Object.entries(CASES))('%s', (code, { severity, subject, question, ...own }: FindingCase) => {
  test(`is raised as ${severity === 'error' ? 'an error' : `a ${severity}`} about ${subject}`, async () => {
    const scene = await aScene(own);
    await own.trigger(scene);
    const found = (await scene.audit(question)).filter((finding) => finding.code === code);
    expect(found).toMatchObject([{ severity, subject }, ...found.slice(1)]);
    for (const { message, fix } of found) {
      expect(message).toMatch(/^.+\.$/);
      expect(fix).toMatch(/^[A-Z].+\.$/);
      expect(`${message}${fix}`).not.toMatch(/undefined|NaN|\[object|please|oops|invalid/i);
    }
    expect(FINDING_WORDS).toHaveProperty([code, 'severity'], severity);
  });

  test('is not raised by the nearest thing that is all right', async () => {
    const scene = await aScene(own);
    await own.nearMiss(scene);
    expect((await scene.audit(question)).filter((finding) => finding.code === code)).toEqual([]);
  });
});

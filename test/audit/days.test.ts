import { describe, expect, test } from 'vitest';
import { gatherAuditState } from '../../src/audit/gather.ts';
import { reportOfStates } from '../../src/audit/run.ts';
import type { FindingCode } from '../../src/model/finding.ts';
import { parseOsVersion } from '../../src/model/os-version.ts';
import { SIGNATURE } from '../support/builders.ts';
import { NOON } from '../support/project.ts';
import { aRow, useRows } from './cases-intent.ts';
import { aScene, type Scene } from './scene.ts';

const codesOn = async (scene: Scene, asOf: string): Promise<readonly FindingCode[]> =>
  (await scene.audit({ asOf })).map(({ code }) => code);

async function askUpcoming(scene: Scene, os: string, asOf = NOON) {
  const state = await gatherAuditState(await scene.session(), {
    asOf: new Date(asOf),
    only: [],
    full: false,
  });
  return reportOfStates([state], parseOsVersion(os));
}

describe('a day in the past', () => {
  test('knows no evidence of later days', async () => {
    const scene = await aScene();
    const evidence = [{ kind: 'device-probe' as const, reference: 'a phone', date: '2026-11-01' }];
    useRows(scene, [aRow('os26.5', '>=26.5 <27.0', { evidence })]);
    expect(await codesOn(scene, '2026-11-02T00:00:00Z')).not.toContain('evidence-stale');
    expect(await codesOn(scene, '2026-10-31T00:00:00Z')).toContain('evidence-stale');
  });

  test('knows no evaluation of later days', async () => {
    const scene = await aScene();
    scene.editBuild({
      addedAt: '2026-07-28T10:00:00Z',
      evals: [{ os: '26.6', date: '2026-11-01', reference: 'run 1' }],
    });
    expect(await codesOn(scene, '2026-11-01T00:00:00Z')).not.toContain('untested-os');
    expect(await codesOn(scene, '2026-10-31T00:00:00Z')).toContain('untested-os');
  });

  test('rests on inference past the newest OS release of that day', async () => {
    const scene = await aScene({ config: { support: { iOS: '>=26.0 <26.4' } } });
    expect(await codesOn(scene, NOON)).not.toContain('inferred-row');
    const at = async (asOf: string) => {
      const state = await gatherAuditState(await scene.session(), {
        asOf: new Date(asOf),
        only: [],
        full: false,
      });
      return reportOfStates([state], null).coverage.inferred;
    };
    expect(await at(NOON)).toBe(0);
    expect(await at('2026-01-01T00:00:00Z')).toBe(1);
  });
});

test('an announced OS release counts from its day on, and not before', async () => {
  const scene = await aScene();
  scene.editMatrix((matrix) => ({
    ...matrix,
    osReleases: [
      {
        version: '26.7',
        platforms: ['iOS'],
        date: '2026-12-10',
        dateIs: 'announced',
        source: 'a newsletter',
      },
    ],
  }));
  expect(await codesOn(scene, '2026-12-09T00:00:00Z')).not.toContain('untested-os');
  expect(await codesOn(scene, '2026-12-10T00:00:00Z')).toContain('untested-os');
});

describe('--upcoming', () => {
  test('says what users lose, on each platform', async () => {
    const scene = await aScene();
    const { upcoming } = await askUpcoming(scene, '27.0', '2026-09-01T00:00:00Z');
    expect(upcoming?.impacts).toMatchObject([
      {
        adapter: 'summarizer',
        platform: 'iOS',
        effect: 'loses',
        now: { os: '26.6', outcomes: [{ state: 'covered', build: '1.0.0', systemModel: 'os26.5' }] },
        next: { os: '27.0', outcomes: [{ state: 'sunset', systemModel: 'afm3-core' }, { state: 'sunset' }] },
      },
      { platform: 'macOS', effect: 'loses' },
    ]);
  });

  test('says that all stays as it is where the row goes on', async () => {
    const { upcoming } = await askUpcoming(await aScene(), '26.7');
    expect(upcoming?.impacts.map(({ effect }) => effect)).toEqual(['same', 'same']);
    expect(upcoming?.impacts[0]?.next?.outcomes).toMatchObject([{ inferred: true }]);
  });

  test('brings the findings of that OS version alone', async () => {
    const { findings } = await askUpcoming(await aScene(), '26.7', '2026-12-15T00:00:00Z');
    expect([...new Set(findings.map(({ code }) => code))].sort()).toEqual(['evidence-stale', 'untested-os']);
    expect(findings.every(({ message }) => message.includes('26.7'))).toBe(true);
  });

  test('is newer than a build of today, and tells the coverage of its own day', async () => {
    const scene = await aScene();
    scene.editBuild({ addedAt: NOON });
    const { findings } = await askUpcoming(scene, '26.7');
    expect(findings.map(({ code }) => code)).toContain('untested-os');
    useRows(scene, [aRow('os26.5', '>=26.5 <27.0')]);
    const early = await askUpcoming(scene, '27.0', '2026-09-01T00:00:00Z');
    const state = await gatherAuditState(await scene.session(), {
      asOf: new Date('2026-09-01T00:00:00Z'),
      only: [],
      full: false,
    });
    const now = reportOfStates([state], null);
    expect(early.coverage.inferred).not.toBe(now.coverage.inferred);
  });

  test('refuses an OS version that is older than what every platform has, by name', async () => {
    const scene = await aScene();
    for (const os of ['26.3.2', '25.9'])
      await expect(askUpcoming(scene, os)).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringMatching(/is not upcoming: iOS 2\d\.\d, macOS 2\d\.\d are out\.$/),
      });
  });

  test('says gains, changes and what `support` leaves out', async () => {
    const scene = await aScene({ config: { support: { iOS: '>=26.0 <26.8' } } });
    await scene.add('summarizer', '2.0.0');
    useRows(scene, [aRow('os26.5', '>=26.5 <26.7'), aRow('next', '>=26.7 <27.0')]);
    scene.editAdapter((adapter) => ({
      ...adapter,
      serve: [
        { baseModelSignature: SIGNATURE, version: '2.0.0' },
        { systemModel: 'next', version: '1.0.0' },
      ],
    }));
    const effect = async (os: string) => (await askUpcoming(scene, os)).upcoming?.impacts[0]?.effect;
    expect(await effect('26.7')).toBe('changes');
    expect(await effect('26.8')).toBe('unsupported');
    scene.editAdapter((adapter) => ({
      ...adapter,
      serve: [
        { baseModelSignature: SIGNATURE, none: 'base-model' },
        { systemModel: 'next', version: '1.0.0' },
      ],
    }));
    expect(await effect('26.7')).toBe('gains');
  });

  test('refuses an OS version that is out, and says how to ask', async () => {
    await expect(askUpcoming(await aScene(), '26.6')).rejects.toMatchObject({
      code: 'USAGE',
      message: 'OS 26.6 is out since 2026-07-29.',
      fix: expect.stringContaining('--as-of 2026-07-28'),
    });
  });
});

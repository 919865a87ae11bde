import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { auditTargets } from '../../src/audit/audit.ts';
import { gatherAuditStates } from '../../src/audit/gather.ts';
import { reportOfStates, runAudit } from '../../src/audit/run.ts';
import type { AuditedStates } from '../../src/audit/state.ts';
import { manifestKey } from '../../src/release/layout.ts';
import { renderAudit } from '../../src/render/audit.ts';
import { renderAuditMarkdown } from '../../src/render/audit-markdown.ts';
import { plainStyle } from '../../src/render/style.ts';
import { openStore } from '../../src/store/open.ts';
import { NOON } from '../support/project.ts';
import { aScene, type Scene } from './scene.ts';

/** The sessions of a scene: at its own target, and at another, where nothing is published. */
async function sessionsOf(scene: Scene) {
  const session = await scene.session();
  const place = {
    ...session.channel.target,
    name: 'eu',
    kind: 'directory',
    path: `${scene.root}/eu`,
  } as const;
  const { store, target } = await openStore(place, 'eu');
  return [session, { ...session, channel: { ...session.channel, store, target } }] as const;
}

/** The states of {@link sessionsOf}. */
async function atTwoTargets(scene: Scene): Promise<AuditedStates> {
  return gatherAuditStates(await sessionsOf(scene), { asOf: new Date(NOON), only: [], full: false });
}

describe('an audit of several targets', () => {
  test('says what is true of the project once, and of a channel where it is true', async () => {
    const scene = await aScene();
    const { findings } = auditTargets(await atTwoTargets(scene));
    expect(findings.filter(({ code }) => code === 'sunset').map(({ target }) => target)).toEqual([undefined]);
    expect(findings.filter(({ code }) => code === 'unpublished')).toMatchObject([{ target: 'eu' }]);
    expect(findings.filter(({ code }) => code === 'unsigned')).toMatchObject([{ target: 'local' }]);
  });

  test('names the target even where two of them have the same to say', async () => {
    const scene = await aScene({ published: false });
    const { findings } = auditTargets(await atTwoTargets(scene));
    expect(findings.filter(({ code }) => code === 'unpublished').map(({ target }) => target)).toEqual([
      'local',
      'eu',
    ]);
  });

  test('names the target of what the project has to mend for one of them alone', async () => {
    const scene = await aScene();
    rmSync(`${scene.root}/builds`, { recursive: true });
    const { findings } = auditTargets(await atTwoTargets(scene));
    expect(findings.filter(({ code }) => code === 'build-missing')).toMatchObject([
      { severity: 'error', target: 'eu' },
      { severity: 'note', target: 'local' },
    ]);
  });

  test('names each target whose signatures are none, even where both have the same to say', async () => {
    const scene = await aScene();
    const trust = {
      isDue: true,
      refused: [{ what: 'Revision 1', refusal: 'content-mismatch' as const }],
    };
    const [state] = await atTwoTargets(scene);
    const brokenAt = (target: string) => ({ ...state, channel: { ...state.channel, target, trust } });
    for (const code of ['signature-missing', 'signature-invalid'])
      expect(
        auditTargets([brokenAt('local'), brokenAt('eu')])
          .findings.filter((found) => found.code === code)
          .map(({ target }) => target),
      ).toEqual(['local', 'eu']);
  });

  test('two like findings at one of two targets are not what both agree on', async () => {
    const scene = await aScene();
    const [state] = await atTwoTargets(scene);
    const fault = {
      code: 'bad-name',
      severity: 'error',
      subject: 'x',
      message: 'Twice.',
      fix: 'Mend.',
    } as const;
    const { findings } = auditTargets([
      { ...state, intent: { ...state.intent, faults: [fault, fault] } },
      { ...state, channel: { ...state.channel, target: 'eu' } },
    ]);
    expect(findings.filter(({ code }) => code === 'bad-name')).toMatchObject([
      { target: 'local' },
      { target: 'local' },
    ]);
  });

  test('decides the matrix once for all of them', async () => {
    const [first, second] = await atTwoTargets(await aScene());
    expect(second?.intent).toBe(first.intent);
  });

  test('asks each target who owns a pack, and knows names that one of them alone knows', async () => {
    const scene = await aScene({ adapters: ['summarizer', 'dropped'] });
    scene.editMatrix((matrix) => {
      const { dropped: _, ...adapters } = matrix.adapters;
      return { ...matrix, adapters };
    });
    const [local, eu] = await sessionsOf(scene);
    const question = { asOf: new Date(NOON), full: false, fleet: null, upcoming: null };
    const codesOf = async (...only: readonly string[]) =>
      (await runAudit([eu, local], { ...question, only })).findings
        .filter(({ target }) => target === 'local')
        .map(({ code }) => code);
    expect(await codesOf('dropped')).toContain('published-only');
    expect(await codesOf('summarizer')).not.toContain('published-only');
    await expect(codesOf('nobody')).rejects.toMatchObject({ code: 'ADAPTER_UNKNOWN' });
  });

  test('of one target names none', async () => {
    const scene = await aScene();
    rmSync(scene.pathOf(manifestKey('stable')));
    const [state] = await atTwoTargets(scene);
    const { findings } = auditTargets([state]);
    expect(findings.map(({ code }) => code)).toContain('projection-behind');
    expect(findings.every(({ target }) => target === undefined)).toBe(true);
  });
});

describe('a waiver', () => {
  const waive = (scene: Scene, until?: string) =>
    scene.rewriteConfig({
      audit: {
        waive: [
          {
            code: 'sunset',
            subject: 'summarizer',
            reason: 'known',
            ...(until === undefined ? {} : { until }),
          },
        ],
      },
    });

  test('moves what it covers aside, with its reason', async () => {
    const scene = await aScene();
    waive(scene, '2027-01-31');
    const [state] = await atTwoTargets(scene);
    const { findings, waived } = auditTargets([state]);
    expect(findings.map(({ code }) => code)).not.toContain('sunset');
    expect(waived).toMatchObject([{ code: 'sunset', reason: 'known', until: '2027-01-31' }]);
  });

  test('that covers nothing is told, in words too; not where only part is looked at', async () => {
    const scene = await aScene();
    scene.rewriteConfig({ audit: { waive: [{ code: 'sunset', subject: 'sumarizer', reason: 'known' }] } });
    const [state] = await atTwoTargets(scene);
    expect(auditTargets([state]).unusedWaivers).toMatchObject([{ code: 'sunset', subject: 'sumarizer' }]);
    expect(auditTargets([{ ...state, only: ['summarizer'] }]).unusedWaivers).toEqual([]);
    const report = reportOfStates([state], null);
    const text = renderAudit(report, { style: plainStyle, width: null, cells: false }).join('\n');
    expect(renderAuditMarkdown(report, { cells: true }).join('\n')).toContain(
      '  summarizer  iOS 26.0 to <26.4',
    );
    expect(text).toContain('The waiver of sunset for "sumarizer" covers nothing');
    expect(text).toMatch(/\nCoverage proved: all \d+ cells decided; .+ \d+ declined, \d+ sunset\.$/);
  });

  test('past its day is a finding, and what it covered shows again', async () => {
    const scene = await aScene();
    waive(scene, '2026-11-30');
    const codes = (await scene.audit()).map(({ code }) => code);
    expect(codes).toContain('waiver-expired');
    expect(codes).toContain('sunset');
  });
});

describe('a severity of the config', () => {
  test.each([
    { wanted: 'error', found: 'error' },
    { wanted: 'note', found: 'note' },
    { wanted: 'off', found: undefined },
  ])('$wanted', async ({ wanted, found }) => {
    const scene = await aScene();
    scene.rewriteConfig({ audit: { severity: { 'evidence-stale': wanted } } });
    const [stale] = (await scene.audit()).filter(({ code }) => code === 'evidence-stale');
    expect(stale?.severity).toBe(found);
  });
});

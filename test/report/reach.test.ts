import { describe, expect, test } from 'vitest';
import { formatShare } from '../../src/model/share.ts';
import { dayWords, momentWords } from '../../src/report/day-words.ts';
import { renderReport } from '../../src/report/render-report.ts';
import { simulate } from '../../src/report/simulation.ts';
import {
  aBuild,
  aCatalogue,
  anAdapter,
  aSystemModel,
  OTHER_SIGNATURE,
  SIGNATURE,
  serveBuild,
} from '../support/builders.ts';
import { ASSETS, aReport } from './scene.ts';

const ADAPTERS = [anAdapter(), anAdapter({ name: 'tagger', serve: [] })];
const SUPPORTED = { from: [26, 0, 0], below: [26, 4, 0] } as const;
const FLEET = { iOS: { '26.1': 0.5, '26.2': 0.2, '27.0': 0.2 } };

describe('who is reached', () => {
  test('is told by users, the worst first, and sums to all of them', () => {
    const { reach } = aReport({ adapters: ADAPTERS, config: { fleet: FLEET } });
    expect(reach.map(({ platform, parts }) => [platform, ...parts.map(({ kind }) => kind)])).toEqual([
      ['iOS', 'undecided', 'outside', 'unlisted'],
    ]);
    expect(reach[0]?.parts[0]).toMatchObject({ places: ['26.1', '26.2'], undecided: ['tagger'] });
    expect(reach[0]?.parts.map(({ share }) => formatShare(share))).toEqual(['70 %', '20 %', '10 %']);
  });

  test('is told by kinds of device where no fleet is known', () => {
    const { reach, users } = aReport({ adapters: [anAdapter()] });
    expect(users).toBeNull();
    expect(reach).toEqual([
      {
        platform: 'iOS',
        parts: [{ kind: 'all', share: 1, places: ['26.0 to <26.4'], undecided: [] }],
      },
    ]);
  });
});

describe('what devices download', () => {
  test('is the cost that audit tells, with one summand for packs of one size', () => {
    const facts = aReport({
      adapters: [anAdapter(), anAdapter({ name: 'translator' })],
      config: { fleet: FLEET },
    });
    const [own] = facts.cost.classes;
    expect(own?.bytesPerDevice).toBe(2 * (own?.packs[0]?.sizeBytes ?? 0));
    const page = renderReport(facts, ASSETS);
    expect(page).toContain('<td>2 packs: 2 × ');
    expect(page).toContain('per 1,000,000 devices of the platform, at most.');
    expect(page).toContain('× 700,000 <span class="quiet">(70 %)</span>');
  });

  test('is told per device where the fleet is of other platforms', () => {
    const facts = aReport({ config: { fleet: { visionOS: { '26.0': 1 } } } });
    const page = renderReport(facts, ASSETS);
    expect(page).toContain('The OS share table names no platform of the matrix.');
    expect(page).toContain('<td>1 pack: ');
    expect(page).not.toMatch(/Egress|<b>0 B|The config has no OS share table|fetches most/);
  });

  test('names the platform that the fleet leaves out', () => {
    const facts = aReport({
      config: { fleet: FLEET, support: { iOS: SUPPORTED, macOS: SUPPORTED } },
      catalogue: aCatalogue({ systemModels: [aSystemModel({ os: { iOS: '*', macOS: '*' } })] }),
    });
    expect(renderReport(facts, ASSETS)).toContain('the OS share table leaves macOS out');
  });

  test('of rows that overlap does not speak of variants', () => {
    const [one, other] = ['one', 'other'].map((id) =>
      aSystemModel({ id, signature: id === 'one' ? SIGNATURE : OTHER_SIGNATURE }),
    );
    const builds = [aBuild(), aBuild({ baseModelSignature: OTHER_SIGNATURE, sizeBytes: 5 })];
    const serve = [serveBuild(SIGNATURE, '1.0.0'), serveBuild(OTHER_SIGNATURE, '1.0.0')];
    const facts = aReport({
      adapters: [anAdapter({ builds, serve })],
      catalogue: aCatalogue({ systemModels: [one ?? aSystemModel(), other ?? aSystemModel()] }),
      config: { fleet: FLEET },
    });
    const page = renderReport(facts, ASSETS);
    expect(page).toContain('counted with the system model that fetches most');
    expect(page).not.toContain('counted with the variant');
  });

  test('is told without users too', () => {
    const facts = aReport();
    expect(facts.cost.classes.map(({ egressBytes }) => egressBytes)).toEqual([null]);
    const page = renderReport(facts, ASSETS);
    expect(page).toContain('<td>1 pack: ');
    expect(page).not.toContain('Egress');
  });
});

describe('several targets', () => {
  const facts = aReport({
    releases: [(entry) => entry, (entry) => entry],
    otherTargets: { eu: [(entry) => entry], mars: [] },
    notLookedAt: [{ target: 'store', why: 'Not built.' }],
  });
  const page = renderReport(facts, ASSETS);

  test('have a history each, and what was not looked at is said', () => {
    expect(facts.channels.map(({ target, releases }) => [target, releases.length])).toEqual([
      ['local', 2],
      ['eu', 1],
      ['mars', 0],
    ]);
    expect(page).toContain('aria-label="Releases at eu, newest first"');
    expect(page).toContain('<h3><bdi>store</bdi></h3><p class="empty">Not looked at. <bdi>Not built.</bdi>');
  });

  test('are named by findings that are not true of all the project', () => {
    expect(page).toMatch(/class="at">at <bdi>local<\/bdi>, <bdi>eu<\/bdi>/);
    const told = facts.findings.flatMap(({ cases }) => cases);
    const sum = told.reduce((all, one) => all + Math.max(1, one.targets.length) + one.alsoFor.length, 0);
    expect(sum).toBe(facts.counts.error + facts.counts.warning + facts.counts.note);
  });

  test('answer for themselves', () => {
    const ask = (target?: string): unknown =>
      simulate(facts.simulation, {
        adapter: 'summarizer',
        platform: 'iOS',
        os: '26.1',
        source: 'log',
        target,
      });
    expect(ask()).toMatchObject({ revision: 2, pack: { url: expect.stringContaining('cdn.example.com') } });
    expect(ask('eu')).toMatchObject({
      revision: 1,
      pack: { url: expect.stringContaining('eu.example.com') },
    });
    expect(() => ask('mars')).toThrow(/no release yet/);
    expect(() => ask('moon')).toThrow(/no target "moon"/);
  });
});

test.each([
  ['2026-12-01', '1 December 2026'],
  ['soon', 'soon'],
])('%s reads as %s', (day, words) => {
  expect(dayWords(day)).toBe(words);
});

test('a moment is told in UTC', () => {
  expect(momentWords('2026-11-01T10:00:00Z')).toBe('1 Nov 2026, 10:00');
});

import { describe, expect, test } from 'vitest';
import { coverCells } from '../../src/matrix/coverage.ts';
import type { Finding } from '../../src/model/finding.ts';
import { groupFindings } from '../../src/report/group-findings.ts';
import { matrixTable } from '../../src/report/matrix-table.ts';
import { releaseFacts } from '../../src/report/releases.ts';
import {
  aCatalogue,
  aFilesAdapter,
  anAdapter,
  aSystemModel,
  SIGNATURE,
  serveBuild,
  serveNone,
} from '../support/builders.ts';
import { aReport, aState } from './scene.ts';

const ROWS = [
  aSystemModel(),
  aSystemModel({ id: 'other', os: { iOS: '>=26.4 <27.0' }, signature: 'abcdef0' }),
  aSystemModel({
    id: 'core',
    os: { iOS: '>=27.0' },
    signature: null,
    variant: 'a',
    adapterSupport: 'unsupported',
  }),
  aSystemModel({
    id: 'core+',
    os: { iOS: '>=27.0' },
    signature: null,
    variant: 'b',
    adapterSupport: 'unsupported',
  }),
];
const SUPPORT = {
  iOS: { from: [26, 0, 0], below: null },
  visionOS: { from: [26, 0, 0], below: null },
} as const;
const FILES = aFilesAdapter({
  platforms: ['iOS'],
  serve: [
    serveBuild({ systemModel: 'core' }, '1.0.0'),
    serveNone({ systemModel: 'core+' }, { fallback: { adapter: 'summarizer' } }),
  ],
});
const CELLS = coverCells([anAdapter(), FILES], aCatalogue({ systemModels: ROWS }), SUPPORT);

describe('the matrix as a table', () => {
  const table = matrixTable(CELLS);

  test('has a column for each kind of device, in the order of the cells', () => {
    expect(
      table.columns.map(({ platform, os, systemModel, variant }) => [
        platform,
        os.from,
        systemModel,
        variant,
      ]),
    ).toEqual([
      ['iOS', '26.0', 'os26.0', null],
      ['iOS', '26.4', 'other', null],
      ['iOS', '27.0', 'core', 'a'],
      ['iOS', '27.0', 'core+', 'b'],
      ['visionOS', '26.0', null, null],
    ]);
    expect(table.columns.map(({ inferred }) => inferred)).toEqual([false, false, true, true, true]);
  });

  test('has what each gets, adapter by adapter', () => {
    expect(table.rows.map(({ adapter, cells }) => [adapter, ...cells.map(({ state }) => state)])).toEqual([
      ['summarizer', 'covered', 'gap', 'sunset', 'sunset', 'not-offered'],
      ['core-ai', 'gap', 'gap', 'covered', 'declined', 'not-offered'],
    ]);
    expect(table.rows[0]?.cells[0]?.build).toBe('1.0.0');
    expect(table.rows[1]?.cells[3]?.fallback).toEqual({ adapter: 'summarizer' });
  });

  test('counts every cell once', () => {
    expect(table.counts).toEqual({ covered: 2, declined: 1, sunset: 2, 'not-offered': 2, gap: 3 });
    expect(table).toMatchObject({ total: 10, inferred: 4 });
  });
});

describe('releases', () => {
  const [pack] = aState({ releases: [(entry) => entry] }).channel.slots[0]?.entry.packs ?? [];
  if (pack === undefined) throw new Error('the scene has a pack');
  const other = { ...pack, id: 'other', key: 'v1/packs/other', downloadSize: 5 };
  const { channels } = aReport({
    releases: [
      (entry) => ({ ...entry, packs: [pack] }),
      (entry) => ({ ...entry, packs: [pack, other], message: 'More' }),
      (entry) => ({ ...entry, packs: [other], kind: 'rollback' }),
    ],
  });

  test('come newest first, with what is new in each', () => {
    expect(
      channels[0]?.releases.map(({ revision, kind, packs, totalBytes, newBytes }) => [
        revision,
        kind,
        packs,
        totalBytes,
        newBytes,
      ]),
    ).toEqual([
      [3, 'rollback', 1, 5, 0],
      [2, 'publish', 2, pack.downloadSize + 5, 5],
      [1, 'publish', 1, pack.downloadSize, pack.downloadSize],
    ]);
  });

  test.each([
    ['https://ci.example.com/runs/7', 'https://ci.example.com/runs/7'],
    ['javascript:alert(1)', null],
    [' https://ci.example.com', null],
    ['data:text/html,x', null],
  ])('link to %s as %s', (runUrl, expected) => {
    const { entry } = aState({ releases: [(one) => one] }).channel.slots[0] ?? {};
    if (entry === undefined) throw new Error('the scene has a release');
    const source = { commit: 'abc', ref: null, actor: null, runUrl };
    expect(releaseFacts([{ ...entry, source }])[0]?.runUrl).toBe(expected);
  });
});

describe('findings', () => {
  const about = (subject: string, severity: Finding['severity'] = 'note'): Finding => ({
    code: 'sunset',
    severity,
    subject,
    message: `"${subject}" can never load on iOS 27.`,
    fix: 'Keep the app working.',
  });

  test('are grouped by severity and code, and those that differ by their subject alone stand once', () => {
    const groups = groupFindings([
      about('a'),
      about('b', 'error'),
      about('c'),
      { ...about('d'), fix: 'Another.' },
    ]);
    expect(groups.map(({ severity, count }) => [severity, count])).toEqual([
      ['error', 1],
      ['note', 3],
    ]);
    expect(groups[1]?.cases.map(({ subject, alsoFor }) => [subject, ...alsoFor])).toEqual([
      ['a', 'c'],
      ['d'],
    ]);
  });

  test('lose none', () => {
    const { findings, counts } = aReport({
      adapters: [
        anAdapter(),
        anAdapter({ name: 'translator', serve: [] }),
        anAdapter({ name: 'tagger', serve: [] }),
      ],
    });
    const told = findings
      .flatMap(({ cases }) => cases)
      .reduce((sum, { alsoFor }) => sum + 1 + alsoFor.length, 0);
    expect(told).toBe(counts.error + counts.warning + counts.note);
    expect(findings.find(({ code }) => code === 'gap')?.cases).toHaveLength(1);
  });
});

test('an adapter with a fault of its own is unsound, and the others are not', () => {
  const twice = anAdapter({ name: 'twice', builds: [anAdapter().builds, anAdapter().builds].flat() });
  const { simulation } = aReport({ adapters: [anAdapter(), twice] });
  expect([...simulation.unsound.keys()]).toEqual(['twice']);
  expect(simulation.unsound.get('twice')?.message).toMatch(/duplicate-version/);
  expect(SIGNATURE).toHaveLength(40);
});

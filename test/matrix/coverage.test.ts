import { describe, expect, test } from 'vitest';
import { coverCells, type Support, toCell } from '../../src/matrix/coverage.ts';
import { servedBuilds } from '../../src/matrix/decide.ts';
import { parseOsRange } from '../../src/model/parse-os-range.ts';
import type { SystemModel } from '../../src/model/system-model.ts';
import {
  aBuild,
  aCatalogue,
  anAdapter,
  anOsRelease,
  aSystemModel,
  NEAR_SIGNATURE,
  OTHER_SIGNATURE,
  SIGNATURE,
  serveBuild,
  serveNone,
} from '../support/builders.ts';

const support = (ranges: Readonly<Record<string, string>>): Support =>
  Object.fromEntries(Object.entries(ranges).map(([platform, range]) => [platform, parseOsRange(range)]));

const OS26 = aSystemModel({ id: 'os26', os: { iOS: '>=26.0 <27.0' } });
const CORE = aSystemModel({
  id: 'core',
  os: { iOS: '>=27.0' },
  variant: 'core3',
  signature: null,
  adapterSupport: 'unsupported',
});
const ADVANCED = { ...CORE, id: 'advanced', variant: 'coreAdvanced3' };

const cellsOf = (over: Support, systemModels: readonly SystemModel[], adapters = [anAdapter()]) =>
  coverCells(adapters, aCatalogue({ systemModels }), over).map(toCell);

test('support is cut at the bounds of the rows; what no row claims is a gap, what is not offered is not', () => {
  expect(cellsOf(support({ iOS: '>=25.0', tvOS: '>=26.0' }), [OS26, CORE, ADVANCED])).toEqual([
    {
      adapter: 'summarizer',
      platform: 'iOS',
      os: { from: '25.0', below: '26.0' },
      systemModel: null,
      variant: null,
      baseModelSignature: null,
      state: 'gap',
      pack: null,
      fallback: null,
    },
    {
      adapter: 'summarizer',
      platform: 'iOS',
      os: { from: '26.0', below: '27.0' },
      systemModel: 'os26',
      variant: null,
      baseModelSignature: '9799725ff8e851184037110b422d891ad3b92ec1',
      state: 'covered',
      pack: 'fmadapter-summarizer-9799725',
      fallback: null,
    },
    {
      adapter: 'summarizer',
      platform: 'iOS',
      os: { from: '27.0', below: null },
      systemModel: 'core',
      variant: 'core3',
      baseModelSignature: null,
      state: 'sunset',
      pack: null,
      fallback: 'base-model',
    },
    {
      adapter: 'summarizer',
      platform: 'iOS',
      os: { from: '27.0', below: null },
      systemModel: 'advanced',
      variant: 'coreAdvanced3',
      baseModelSignature: null,
      state: 'sunset',
      pack: null,
      fallback: 'base-model',
    },
    {
      adapter: 'summarizer',
      platform: 'tvOS',
      os: { from: '26.0', below: null },
      systemModel: null,
      variant: null,
      baseModelSignature: null,
      state: 'not-offered',
      pack: null,
      fallback: null,
    },
  ]);
});

test('cells come adapter by adapter as given, then platform by platform in one order', () => {
  const adapters = ['b', 'a'].map((name) => anAdapter({ name }));
  const cells = cellsOf(support({ visionOS: '26', iOS: '26' }), [OS26], adapters);
  expect(cells.map(({ adapter, platform }) => `${adapter} ${platform}`)).toEqual([
    'b iOS',
    'b visionOS',
    'a iOS',
    'a visionOS',
  ]);
});

test('support narrower than a row is not widened, and rows off it do not cut it', () => {
  expect(cellsOf(support({ iOS: '>=26.2 <26.3' }), [OS26, CORE]).map(({ os }) => os)).toEqual([
    { from: '26.2', below: '26.3' },
  ]);
});

test('a decline carries its fallback', () => {
  const declined = anAdapter({ serve: [serveNone(SIGNATURE, { fallback: { adapter: 'tiny' } })] });
  expect(cellsOf(support({ iOS: '26.x' }), [OS26], [declined])).toMatchObject([
    { state: 'declined', fallback: { adapter: 'tiny' }, pack: null },
  ]);
});

describe('a cell is inferred', () => {
  test.each([
    {
      why: 'not on a proved row up to the newest release',
      range: '>=26.0 <27.0',
      row: OS26,
      newest: '27.0',
      inferred: false,
    },
    {
      why: 'on an inferred row',
      range: '>=26.0 <27.0',
      row: { ...OS26, certainty: 'inferred' as const },
      newest: '27.0',
      inferred: true,
    },
    { why: 'past the newest release', range: '>=26.0 <27.0', row: OS26, newest: '26.4', inferred: true },
    { why: 'without an end', range: '>=27.0', row: { ...OS26, os: CORE.os }, newest: '30.0', inferred: true },
    { why: 'without a row', range: '>=20.0 <21.0', row: OS26, newest: '27.0', inferred: true },
    { why: 'without any known release', range: '>=26.0 <27.0', row: OS26, newest: null, inferred: true },
  ])('$why → $inferred', ({ range, row, newest, inferred }) => {
    const osReleases =
      newest === null ? [] : [anOsRelease(parseOsRange(`>=${newest}`).from), anOsRelease([26, 0, 0])];
    const cells = coverCells(
      [anAdapter()],
      aCatalogue({ systemModels: [row], osReleases }),
      support({ iOS: range }),
    );
    expect(cells.map((cell) => cell.inferred)).toEqual([inferred]);
  });
});

describe('served builds', () => {
  const builds = [
    aBuild({ baseModelSignature: NEAR_SIGNATURE }),
    aBuild(),
    aBuild({ version: '2.0.0' }),
    aBuild({ version: '3.0.0', baseModelSignature: OTHER_SIGNATURE }),
  ];
  test('are those that entries name, once each, reached by a cell or not', () => {
    const serve = [
      serveBuild(OTHER_SIGNATURE, '3.0.0'),
      serveBuild(SIGNATURE, '1.0.0'),
      serveBuild({ systemModel: 'os26' }, '1.0.0'),
      serveNone(NEAR_SIGNATURE),
    ];
    expect(servedBuilds(anAdapter({ builds, serve }), [OS26])).toEqual([builds[3], builds[1]]);
  });

  test('are none for an unknown version, row or signature', () => {
    const serve = [
      serveBuild(SIGNATURE, '9.0.0'),
      serveBuild({ systemModel: 'gone' }, '1.0.0'),
      serveBuild({ systemModel: 'core' }, '1.0.0'),
      serveBuild(OTHER_SIGNATURE, '1.0.0'),
    ];
    expect(servedBuilds(anAdapter({ builds, serve }), [OS26, CORE])).toEqual([]);
  });
});

test('an announced OS release is not out: what lies past the newest that is rests on inference', () => {
  const at = (dateIs: 'released' | 'announced') =>
    coverCells(
      [anAdapter()],
      aCatalogue({
        systemModels: [aSystemModel({ os: { iOS: '>=26.0 <26.7' } })],
        osReleases: [anOsRelease([26, 0, 0]), { ...anOsRelease([26, 7, 0]), dateIs }],
      }),
      { iOS: parseOsRange('>=26.0 <26.7') },
    ).map(({ inferred }) => inferred);
  expect(at('released')).toEqual([false]);
  expect(at('announced')).toEqual([true]);
});

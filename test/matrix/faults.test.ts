import { describe, expect, test } from 'vitest';
import { coverCells } from '../../src/matrix/coverage.ts';
import { findBrokenFallbacks, findMatrixFaults, findOverlaps } from '../../src/matrix/faults.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Adapter } from '../../src/model/matrix.ts';
import type { SystemModel } from '../../src/model/system-model.ts';
import {
  aBuild,
  aCatalogue,
  aFilesAdapter,
  anAdapter,
  aSystemModel,
  NEAR_SIGNATURE,
  OTHER_SIGNATURE,
  SIGNATURE,
  serveBuild,
  serveNone,
  signatureOf,
} from '../support/builders.ts';

const faultsOf = (
  adapters: readonly Adapter[],
  systemModels: readonly SystemModel[] = [aSystemModel()],
): readonly Finding[] => findMatrixFaults(adapters, aCatalogue({ systemModels }));

const codesOf = (findings: readonly Finding[]): readonly string[] => findings.map(({ code }) => code);

test('a sound matrix has no fault', () => {
  expect(
    faultsOf([anAdapter(), aFilesAdapter({ serve: [serveBuild({ systemModel: 'os26.0' }, '1.0.0')] })]),
  ).toEqual([]);
});

describe('os-overlap', () => {
  const range = { iOS: '>=26.0 <26.4' };
  test.each([
    { why: 'neighbours that share a bound', a: { os: range }, b: { os: { iOS: '>=26.4' } }, overlap: false },
    { why: 'one shared version', a: { os: range }, b: { os: { iOS: '>=26.3.9' } }, overlap: true },
    { why: 'one inside the other', a: { os: { iOS: '*' } }, b: { os: range }, overlap: true },
    {
      why: 'the same versions of another platform',
      a: { os: range },
      b: { os: { macOS: '>=26.0' } },
      overlap: false,
    },
    {
      why: 'a second platform that overlaps',
      a: { os: { ...range, macOS: '>=26.0' } },
      b: { os: { macOS: '>=30.0' } },
      overlap: true,
    },
    {
      why: 'variants that differ',
      a: { os: range, variant: 'x' },
      b: { os: range, variant: 'y' },
      overlap: false,
    },
    {
      why: 'variants that are equal',
      a: { os: range, variant: 'x' },
      b: { os: range, variant: 'x' },
      overlap: true,
    },
    { why: 'a variant on one side only', a: { os: range, variant: 'x' }, b: { os: range }, overlap: true },
  ])('$why → $overlap', ({ a, b, overlap }) => {
    const findings = findOverlaps([aSystemModel({ id: 'a', ...a }), aSystemModel({ id: 'b', ...b })]);
    expect(codesOf(findings)).toEqual(overlap ? ['os-overlap'] : []);
  });

  test('is found between any two of many rows and named once for each pair', () => {
    const rows = ['a', 'b', 'c'].map((id) => aSystemModel({ id, os: range }));
    expect(findOverlaps(rows).map(({ subject }) => subject)).toEqual(['a, b', 'a, c', 'b, c']);
  });
});

describe('duplicate-version', () => {
  test.each([
    { a: '1.0.0+a', b: '1.0.0+b', collide: true },
    { a: '1.0.0', b: '1.0.0', collide: true },
    { a: '1.0.0-rc.1', b: '1.0.0', collide: false },
    { a: '1.0.0-rc.1', b: '1.0.0-rc.1+x', collide: true },
    { a: '1.0.0', b: '1.0.1', collide: false },
    { a: 'nightly', b: 'nightly', collide: true },
    { a: 'nightly', b: '1.0.0', collide: false },
    { a: '99999999999999999999.0.0', b: '1.0.0', collide: false },
  ])('$a and $b → $collide', ({ a, b, collide }) => {
    const adapter = anAdapter({ builds: [aBuild({ version: a }), aBuild({ version: b })], serve: [] });
    expect(codesOf(faultsOf([adapter]))).toEqual(collide ? ['duplicate-version'] : []);
  });

  test('names the signature whole, as the matrix has it', () => {
    const adapter = anAdapter({ builds: [aBuild(), aBuild({ version: '1.0.0+b' })], serve: [] });
    expect(faultsOf([adapter])[0]?.message).toContain(`for signature ${SIGNATURE}.`);
  });

  test('is no matter between signatures', () => {
    const builds = [
      aBuild({ version: '1.0.0+a' }),
      aBuild({ version: '1.0.0+b', baseModelSignature: OTHER_SIGNATURE }),
    ];
    expect(faultsOf([anAdapter({ builds, serve: [] })])).toEqual([]);
  });

  test('holds for files, which have no signature', () => {
    const builds = ['1.0.0', '1.0.0+b'].map((version) => aBuild({ version, baseModelSignature: null }));
    expect(codesOf(faultsOf([aFilesAdapter({ builds })]))).toEqual(['duplicate-version']);
  });
});

describe('signature-mismatch', () => {
  const coreRow = aSystemModel({
    id: 'core',
    os: { iOS: '>=27.0' },
    signature: null,
    adapterSupport: 'unsupported',
  });
  const files = { ...aFilesAdapter(), name: 'files' };
  test.each([
    {
      why: 'an unknown system model',
      adapter: anAdapter({ serve: [serveNone({ systemModel: 'os99' })] }),
      says: 'which the catalogue does not list',
    },
    {
      why: 'files by signature',
      adapter: { ...files, serve: [serveBuild(SIGNATURE, '1.0.0')] },
      says: 'but files carry none',
    },
    {
      why: 'no such version',
      adapter: anAdapter({ serve: [serveBuild(SIGNATURE, '2.0.0')] }),
      says: 'but no build has this version',
    },
    {
      why: 'the version of another signature',
      adapter: anAdapter({ serve: [serveBuild(OTHER_SIGNATURE, '1.0.0')] }),
      says: `but that build carries ${SIGNATURE}.`,
    },
    {
      why: 'the same first seven digits only',
      adapter: anAdapter({ serve: [serveBuild(NEAR_SIGNATURE, '1.0.0')] }),
      says: `serves build 1.0.0 for ${NEAR_SIGNATURE}, but that build carries ${SIGNATURE}.`,
    },
    {
      why: 'a build by system model that carries another signature',
      adapter: anAdapter({
        builds: [aBuild({ baseModelSignature: OTHER_SIGNATURE })],
        serve: [serveBuild({ systemModel: 'os26.0' }, '1.0.0')],
      }),
      says: `but that build carries ${OTHER_SIGNATURE}.`,
    },
    {
      why: 'a build for a row without signature',
      adapter: anAdapter({ serve: [serveBuild({ systemModel: 'core' }, '1.0.0')] }),
      says: 'which has no base model signature',
    },
    {
      why: 'two entries for one signature',
      adapter: anAdapter({ serve: [serveBuild(SIGNATURE, '1.0.0'), serveNone(SIGNATURE)] }),
      says: `decides twice about signature ${SIGNATURE}.`,
    },
    {
      why: 'two entries for one system model',
      adapter: anAdapter({ serve: [serveNone({ systemModel: 'core' }), serveNone({ systemModel: 'core' })] }),
      says: 'decides twice about system model "core"',
    },
  ])('$why', ({ adapter, says }) => {
    const findings = faultsOf([adapter], [aSystemModel(), coreRow]);
    expect(codesOf(findings)).toEqual(['signature-mismatch']);
    expect(findings[0]).toMatchObject({
      severity: 'error',
      subject: adapter.name,
      message: expect.stringContaining(says),
    });
    expect(findings[0]?.fix).toMatch(/\.$/);
  });

  test.each([
    {
      why: 'a decline for a signature that no row carries',
      adapter: anAdapter({ serve: [serveNone(OTHER_SIGNATURE)] }),
    },
    {
      why: 'one entry by signature and one by its system model',
      adapter: anAdapter({ serve: [serveBuild(SIGNATURE, '1.0.0'), serveNone({ systemModel: 'os26.0' })] }),
    },
    {
      why: 'a build for a row known by its first digits',
      adapter: anAdapter({ serve: [serveBuild({ systemModel: 'near' }, '1.0.0')] }),
    },
    {
      why: 'files for a row without signature',
      adapter: { ...files, serve: [serveBuild({ systemModel: 'core' }, '1.0.0')] },
    },
  ])('is not raised by $why', ({ adapter }) => {
    const rows = [
      aSystemModel(),
      coreRow,
      aSystemModel({ id: 'near', os: { tvOS: '*' }, signature: '9799725' }),
    ];
    expect(faultsOf([adapter], rows)).toEqual([]);
  });
});

describe('pack-id-conflict', () => {
  const served = (version: string, given: Partial<Adapter> = {}): Adapter =>
    aFilesAdapter({
      builds: [aBuild({ version, baseModelSignature: null })],
      serve: [serveBuild({ systemModel: 'os26.0' }, version)],
      ...given,
    });

  test('of two signatures with the same first seven digits', () => {
    const adapter = anAdapter({
      builds: [aBuild(), aBuild({ baseModelSignature: NEAR_SIGNATURE })],
      serve: [serveBuild(SIGNATURE, '1.0.0'), serveBuild(NEAR_SIGNATURE, '1.0.0')],
    });
    expect(faultsOf([adapter])).toMatchObject([
      { code: 'pack-id-conflict', subject: 'fmadapter-summarizer-9799725' },
    ]);
  });

  test('of two builds of one signature, one by signature and one by system model', () => {
    const adapter = anAdapter({
      builds: [aBuild(), aBuild({ version: '2.0.0' })],
      serve: [serveBuild(SIGNATURE, '1.0.0'), serveBuild({ systemModel: 'os26.0' }, '2.0.0')],
    });
    expect(codesOf(faultsOf([adapter]))).toEqual(['pack-id-conflict']);
  });

  test('of two files adapters with one packId, their bytes equal or not', () => {
    const one = served('1.0.0', { name: 'one', packId: 'shared' });
    expect(codesOf(faultsOf([one, served('2.0.0', { name: 'two', packId: 'shared' })]))).toEqual([
      'pack-id-conflict',
    ]);
    expect(codesOf(faultsOf([one, { ...one, name: 'two' }]))).toEqual(['pack-id-conflict']);
    expect(faultsOf([one, served('2.0.0', { name: 'two', packId: 'other' })])).toEqual([]);
  });

  test('not of a build that no entry serves, nor of one build that two entries serve', () => {
    const builds = [aBuild(), aBuild({ baseModelSignature: NEAR_SIGNATURE })];
    const serve = [serveBuild(SIGNATURE, '1.0.0'), serveBuild({ systemModel: 'os26.0' }, '1.0.0')];
    expect(faultsOf([anAdapter({ builds, serve })])).toEqual([]);
  });
});

describe('fallback-broken', () => {
  const rows = [
    aSystemModel({ id: 'os26', os: { iOS: '>=26.0 <27.0', macOS: '>=26.0' } }),
    aSystemModel({ id: 'os27', os: { iOS: '>=27.0' }, signature: signatureOf('abc') }),
  ];
  const fallbacksOf = (adapters: readonly Adapter[]): readonly Finding[] =>
    findBrokenFallbacks(
      coverCells(adapters, aCatalogue({ systemModels: rows }), { iOS: { from: [26, 0, 0], below: null } }),
    );
  const fallsBack = (name: string, to: string): Adapter =>
    anAdapter({
      name,
      serve: [{ systemModel: 'os26' }, { systemModel: 'os27' }].map((row) =>
        serveNone(row, { fallback: { adapter: to } }),
      ),
    });
  const covered = (name: string): Adapter =>
    anAdapter({
      name,
      builds: [aBuild(), aBuild({ baseModelSignature: signatureOf('abc') })],
      serve: [serveBuild(SIGNATURE, '1.0.0'), serveBuild(signatureOf('abc'), '1.0.0')],
    });

  test.each([
    { why: 'covered in every cell', adapters: [fallsBack('a', 'b'), covered('b')], says: [] },
    { why: 'the base model', adapters: [anAdapter({ serve: [serveNone(SIGNATURE)] })], says: [] },
    {
      why: 'unknown',
      adapters: [fallsBack('a', 'b')],
      says: ['"a" falls back to "b" on iOS 26.0 to <27.0 (os26), which is not in the matrix.'],
    },
    {
      why: 'covered in one cell of two',
      adapters: [fallsBack('a', 'b'), anAdapter({ name: 'b' })],
      says: ['"a" falls back to "b" on iOS 27.0 and later (os27), which has no decision there.'],
    },
    {
      why: 'not offered there',
      adapters: [fallsBack('a', 'b'), { ...covered('b'), platforms: ['macOS'] as const }],
      says: ['"a" falls back to "b" on iOS 26.0 to <27.0 (os26), which is not offered there.'],
    },
    {
      why: 'itself',
      adapters: [fallsBack('a', 'a')],
      says: ['"a" falls back to "a" on iOS 26.0 to <27.0 (os26), which leads back to it.'],
    },
    {
      why: 'a circle of three',
      adapters: [fallsBack('a', 'b'), fallsBack('b', 'c'), fallsBack('c', 'a')],
      says: ['a', 'b', 'c'].map(
        (name, index) =>
          `"${name}" falls back to "${'bca'[index]}" on iOS 26.0 to <27.0 (os26), which leads back to it.`,
      ),
    },
    {
      why: 'a way into a circle',
      adapters: [fallsBack('a', 'b'), fallsBack('b', 'b')],
      says: [
        '"a" falls back to "b" on iOS 26.0 to <27.0 (os26), which is declined there.',
        '"b" falls back to "b" on iOS 26.0 to <27.0 (os26), which leads back to it.',
      ],
    },
    {
      why: 'a chain: the next must itself be covered',
      adapters: [fallsBack('a', 'b'), fallsBack('b', 'c'), covered('c')],
      says: ['"a" falls back to "b" on iOS 26.0 to <27.0 (os26), which is declined there.'],
    },
  ])('$why', ({ adapters, says }) => {
    const findings = fallbacksOf(adapters);
    expect(findings.map(({ message }) => message)).toEqual(says);
    expect(new Set(codesOf(findings)).size).toBe(says.length === 0 ? 0 : 1);
  });
});

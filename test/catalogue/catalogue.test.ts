import { describe, expect, test } from 'vitest';
import { extendSystemModels, shippedCatalogue, toSystemModel } from '../../src/catalogue/catalogue.ts';
import { SYSTEM_MODELS } from '../../src/catalogue/system-models.ts';
import validateMatrix from '../../src/generated/matrix.validator.js';
import { coverCells, newestRelease } from '../../src/matrix/coverage.ts';
import { findOverlaps } from '../../src/matrix/faults.ts';
import { parseOsVersion } from '../../src/model/os-version.ts';
import { parseInstant } from '../../src/model/timestamp.ts';
import { anAdapter, aSystemModel, SIGNATURE } from '../support/builders.ts';

const { systemModels, osReleases, toolkits } = shippedCatalogue();

describe('the shipped catalogue', () => {
  test('follows the schema that rows of a matrix follow', () => {
    expect(validateMatrix({ formatVersion: 1, adapters: {}, systemModels: SYSTEM_MODELS })).toBe(true);
  });

  test('claims every version from 26.0 on iOS, macOS and visionOS, once per variant', () => {
    expect(findOverlaps(systemModels)).toEqual([]);
    for (const platform of ['iOS', 'macOS', 'visionOS'] as const) {
      const cells = coverCells([anAdapter({ platforms: [platform] })], shippedCatalogue(), {
        [platform]: { from: [26, 0, 0], below: null },
      });
      expect(cells.map(({ systemModel, state, inferred }) => [systemModel?.id, state, inferred])).toEqual([
        ['os26.0', 'covered', false],
        ['os26.4', 'covered', false],
        ['os26.5', 'covered', true],
        ['afm3-core', 'sunset', true],
        ['afm3-core-advanced', 'sunset', true],
      ]);
    }
  });

  test('carries one signature on OS 26 and none from OS 27 on', () => {
    for (const { os, signature, adapterSupport, variant } of systemModels) {
      const since27 = (os.iOS?.from[0] ?? 0) >= 27;
      expect(signature).toEqual(since27 ? null : { digits: SIGNATURE, complete: true });
      expect(adapterSupport === 'unsupported').toBe(since27);
      expect(variant !== null).toBe(since27);
    }
  });

  test('gives each row evidence with a day that exists', () => {
    for (const { id, evidence } of systemModels) {
      expect(evidence.length, id).toBeGreaterThan(0);
      for (const { date } of evidence) expect(() => parseInstant(date)).not.toThrow();
    }
  });

  test('names releases in their order, by version and by day, and a toolkit that is not withdrawn', () => {
    const days = osReleases.map(({ date }) => parseInstant(date).getTime());
    expect([...days].sort((a, b) => a - b)).toEqual(days);
    expect(newestRelease(shippedCatalogue(), 'macOS')).toEqual(parseOsVersion('27.0'));
    expect(newestRelease(shippedCatalogue(), 'tvOS')).toBeUndefined();
    expect(toolkits.filter(({ withdrawn }) => !withdrawn).map(({ version }) => version)).toEqual(['26.0.0']);
    for (const { toolkit } of systemModels)
      expect(toolkit === null || toolkits.some(({ version }) => version === toolkit)).toBe(true);
  });
});

test("a row of one's own replaces by id in place, and a new one goes to the end", () => {
  const base = ['a', 'b', 'c'].map((id) => aSystemModel({ id }));
  const own = [aSystemModel({ id: 'z' }), aSystemModel({ id: 'b', signature: null })];
  const extended = extendSystemModels(base, own);
  expect(extended.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'z']);
  expect(extended[1]?.signature).toBeNull();
  expect(extendSystemModels(base, [])).toEqual(base);
});

test.each([
  { given: SIGNATURE, signature: { digits: SIGNATURE, complete: true } },
  { given: { prefix: '9799725' }, signature: { digits: '9799725', complete: false } },
  { given: null, signature: null },
])('the signature $given', ({ given, signature }) => {
  const row = {
    id: 'x',
    os: { iOS: '26.x' },
    baseModelSignature: given,
    adapterSupport: 'supported',
    certainty: 'proved',
  } as const;
  expect(toSystemModel(row)).toMatchObject({
    signature,
    os: { iOS: { from: [26, 0, 0], below: [27, 0, 0] } },
  });
});

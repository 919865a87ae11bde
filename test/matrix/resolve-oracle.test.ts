import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverCells } from '../../src/matrix/coverage.ts';
import { compareOsVersions, type OsVersion } from '../../src/model/os-version.ts';
import { aCatalogue, NEAR_SIGNATURE, OTHER_SIGNATURE, SIGNATURE } from '../support/builders.ts';
import {
  claims,
  expectedDecision,
  expectedOutcome,
  type OracleAdapter,
  type OracleDevice,
  type OracleEntry,
  type OracleRow,
} from './oracle.ts';
import {
  actualOutcome,
  BOUNDS,
  cellLine,
  GRID,
  placesOf,
  supportOf,
  toAdapter,
  toRow,
} from './oracle-worlds.ts';

const DIGITS = [SIGNATURE, OTHER_SIGNATURE, '9799725', null];
const BUILDS: OracleAdapter['builds'] = [
  [NEAR_SIGNATURE, '1.0.0'],
  [SIGNATURE, '1.0.0'],
  [OTHER_SIGNATURE, '2.0.0'],
];

const SERVES: readonly (readonly OracleEntry[])[] = [
  [],
  [
    { who: `signature:${SIGNATURE}`, version: '1.0.0' },
    { who: `signature:${OTHER_SIGNATURE}`, fallback: 'tiny' },
  ],
  [
    { who: `signature:${SIGNATURE}`, version: '1.0.0' },
    { who: 'row:a', fallback: 'base-model' },
  ],
  [
    { who: 'row:a', version: '2.0.0' },
    { who: 'row:b', version: '1.0.0' },
  ],
  [
    { who: 'row:b', fallback: 'tiny' },
    { who: `signature:${OTHER_SIGNATURE}`, version: '9.0.0' },
  ],
];

const rowKinds = (id: string): readonly OracleRow[] =>
  [placesOf(1, 3), placesOf(1, null), placesOf(3, 7)].flatMap((places) =>
    DIGITS.flatMap((digits) =>
      [null, id].flatMap((variant) =>
        [true, false].map((loadsAdapters) => ({
          id,
          places: { iOS: places },
          digits,
          variant,
          loadsAdapters,
        })),
      ),
    ),
  );

const DEVICES: readonly OracleDevice[] = [0, 2, 3, 8].flatMap((place) =>
  [undefined, SIGNATURE, NEAR_SIGNATURE, '9799725', 'fffffff'].flatMap((signature) =>
    [undefined, 'a'].map((variant) => ({ platform: 'iOS', place, signature, variant })),
  ),
);

/** Compares every device of one world and returns what each came to, without its row and build. */
function compareOutcomes(adapter: OracleAdapter, rows: readonly OracleRow[]): readonly string[] {
  const [actualAdapter, models] = [toAdapter(adapter), rows.map(toRow)];
  return DEVICES.map((device) => {
    const expected = expectedOutcome(adapter, rows, device);
    const actual = actualOutcome(actualAdapter, models, device);
    // One call of `expect` per difference, not per comparison: half a million of them take minutes.
    if (actual !== expected)
      expect({ rows, adapter, device, actual }).toEqual({ rows, adapter, device, actual: expected });
    return expected.split(' ', expected.startsWith('refused') ? 2 : 1).join(' ');
  });
}

describe('resolution equals the oracle', () => {
  test('on every world of two rows, five matrices and forty devices', () => {
    const adapters = SERVES.map((serve) => ({ files: false, platforms: ['iOS'], builds: BUILDS, serve }));
    const pairs = rowKinds('a').flatMap((a) => rowKinds('b').map((b) => [a, b]));
    const seen = new Map<string, number>();
    for (const rows of pairs) {
      for (const adapter of adapters) {
        for (const outcome of compareOutcomes(adapter, rows)) seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      }
    }
    const combinations = [...seen.values()].reduce((sum, count) => sum + count, 0);
    expect(combinations).toBe(48 * 48 * 5 * 40);
    expect([...seen.keys()].sort()).toEqual([
      'covered',
      'declined',
      'gap',
      'refused RESOLUTION_AMBIGUOUS',
      'refused USAGE',
      'sunset',
      'unknown-os',
      'unknown-signature',
    ]);
  });

  test('on random worlds of up to five rows, two platforms and both kinds', () => {
    fc.assert(
      fc.property(aWorld, aDevice, ({ adapter, rows }, device) => {
        expect(actualOutcome(toAdapter(adapter), rows.map(toRow), device)).toBe(
          expectedOutcome(adapter, rows, device),
        );
      }),
      { numRuns: 5000 },
    );
  });
});

describe('no device notices', () => {
  test('the order of the rows', () => {
    fc.assert(
      fc.property(aWorld, aDevice, aShuffle, ({ adapter, rows }, device, draws) => {
        const keys = new Map(rows.map((row) => [row, draws.next().value]));
        const shuffled = [...rows].sort((a, b) => Number(keys.get(a)) - Number(keys.get(b)));
        expect(actualOutcome(toAdapter(adapter), shuffled.map(toRow), device)).toBe(
          actualOutcome(toAdapter(adapter), rows.map(toRow), device),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test('that one row is written as two with the same decision', () => {
    fc.assert(
      fc.property(aWorld, aDevice, aCut, ({ adapter, rows }, device, { which, where }) => {
        const whole = rows[which % rows.length];
        fc.pre(whole !== undefined);
        const halves = splitRow(whole, where);
        const split = rows.flatMap((row) => (row === whole ? halves : [row]));
        const serve = adapter.serve.flatMap((entry) =>
          entry.who === `row:${whole.id}`
            ? halves.map(({ id }) => ({ ...entry, who: `row:${id}` }))
            : [entry],
        );
        expect(whatItGets(actualOutcome(toAdapter({ ...adapter, serve }), split.map(toRow), device))).toBe(
          whatItGets(actualOutcome(toAdapter(adapter), rows.map(toRow), device)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test('a row that it can neither run nor report', () => {
    fc.assert(
      fc.property(aWorld, aDevice, fc.nat(), ({ adapter, rows }, device, where) => {
        const unreachable: OracleRow = {
          id: 'far',
          places: { visionOS: placesOf(1, null) },
          variant: null,
          digits: 'eeeeeee',
          loadsAdapters: true,
        };
        const at = where % (rows.length + 1);
        const more = [...rows.slice(0, at), unreachable, ...rows.slice(at)];
        expect(actualOutcome(toAdapter(adapter), more.map(toRow), device)).toBe(
          actualOutcome(toAdapter(adapter), rows.map(toRow), device),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe('coverage', () => {
  test('has every supported version in exactly one interval per adapter, platform and row, and agrees with the oracle', () => {
    fc.assert(
      fc.property(aWorld, aWorld, aSupport, ({ adapter, rows }, { adapter: second }, support) => {
        const adapters = new Map([
          ['first', adapter],
          ['second', second],
        ]);
        const models = rows.map(toRow);
        const cells = coverCells(
          [...adapters].map(([name, each]) => toAdapter(each, name)),
          aCatalogue({ systemModels: models }),
          supportOf(support),
        );
        for (const [name, each] of adapters) {
          for (const platform of ['iOS', 'macOS', 'tvOS', 'visionOS']) {
            for (const [place, version] of GRID.entries()) {
              const here = cells.filter(
                (cell) =>
                  cell.adapter === name && cell.platform === platform && contains(cell.range, version),
              );
              const supported = (support[platform] ?? []).includes(place);
              const lines = here.map((cell) => `${cell.systemModel?.id ?? null} ${cellLine(cell)}`).sort();
              expect(lines).toEqual(supported ? expectedCells(each, rows, { platform, place }) : []);
            }
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  test('agrees with the resolution of a version inside each cell', () => {
    fc.assert(
      fc.property(aWorld, aSupport, ({ adapter, rows }, support) => {
        const own = toAdapter(adapter);
        const models = rows.map(toRow);
        for (const cell of coverCells([own], aCatalogue({ systemModels: models }), supportOf(support))) {
          const place = GRID.findIndex((version) => contains(cell.range, version));
          const alone = cell.systemModel === null ? [] : [cell.systemModel];
          const outcome = actualOutcome(own, alone, { platform: cell.platform, place });
          expect(outcome.replace('unknown-os', 'gap').startsWith(`${cellLine(cell)} row=`)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

const aPlaces = fc
  .tuple(fc.constantFrom(...BOUNDS), fc.constantFrom(...BOUNDS, null))
  .map(([from, below]) => (below !== null && below <= from ? placesOf(from, null) : placesOf(from, below)));

const aRow = (id: string): fc.Arbitrary<OracleRow> =>
  fc.record({
    id: fc.constant(id),
    places: fc.dictionary(fc.constantFrom('iOS', 'macOS'), aPlaces, {
      minKeys: 1,
      maxKeys: 2,
      noNullPrototype: true,
    }),
    variant: fc.constantFrom(null, 'a', 'b'),
    digits: fc.constantFrom(...DIGITS),
    loadsAdapters: fc.boolean(),
  });

const anEntry: fc.Arbitrary<OracleEntry> = fc
  .tuple(
    fc.constantFrom('row:a', 'row:b', 'row:c', `signature:${SIGNATURE}`, `signature:${OTHER_SIGNATURE}`),
    fc.constantFrom(
      { version: '1.0.0' },
      { version: '2.0.0' },
      { fallback: 'base-model' },
      { fallback: 'tiny' },
    ),
  )
  .map(([who, what]) => ({ who, ...what }));

const aWorld = fc.record({
  adapter: fc.record({
    files: fc.boolean(),
    platforms: fc.constantFrom(['iOS'], ['iOS', 'macOS'], ['visionOS']),
    builds: fc.shuffledSubarray([...BUILDS]),
    serve: fc.uniqueArray(anEntry, { selector: ({ who }) => who, maxLength: 4 }),
  }),
  rows: fc
    .tuple(aRow('a'), aRow('b'), aRow('c'), aRow('d'), aRow('e'))
    .chain((rows) => fc.subarray(rows, { minLength: 1 })),
});

const aDevice: fc.Arbitrary<OracleDevice> = fc.record({
  platform: fc.constantFrom('iOS', 'macOS'),
  place: fc.nat({ max: GRID.length - 1 }),
  signature: fc.constantFrom(undefined, SIGNATURE, NEAR_SIGNATURE, '9799725', OTHER_SIGNATURE, 'fffffff'),
  variant: fc.constantFrom(undefined, undefined, 'a', 'b'),
});

/** Which row is split, and at which bound. */
const aCut = fc.record({ which: fc.nat(), where: fc.nat() });

const aShuffle = fc.infiniteStream(fc.nat());

const aSupport = fc.dictionary(fc.constantFrom('iOS', 'macOS', 'visionOS'), aPlaces, {
  minKeys: 1,
  noNullPrototype: true,
});

/** One cell for every row that claims the place, one gap where none does; a platform that is not offered is neither. */
function expectedCells(
  adapter: OracleAdapter,
  rows: readonly OracleRow[],
  { platform, place }: OracleDevice,
): readonly string[] {
  const claiming = rows.filter((row) => claims(row, platform, place));
  const offered = adapter.platforms.includes(platform);
  const nothing = `${offered ? 'gap' : 'not-offered'} build=null fallback=null`;
  if (claiming.length === 0) return [`null ${nothing}`];
  return claiming.map((row) => `${row.id} ${offered ? expectedDecision(adapter, row) : nothing}`).sort();
}

/** The halves of a row: they differ in their id and their OS versions alone. */
function splitRow(row: OracleRow, where: number): readonly OracleRow[] {
  const half = (id: string, keep: (place: number) => boolean): OracleRow => ({
    ...row,
    id,
    places: Object.fromEntries(
      Object.entries(row.places)
        .map(([platform, places]) => [platform, places.filter(keep)])
        .filter(([, places]) => places?.length !== 0),
    ),
  });
  const bound = BOUNDS[where % BOUNDS.length] ?? 0;
  return [
    half(`${row.id}-1`, (place) => place < bound),
    half(`${row.id}-2`, (place) => place >= bound),
  ].filter(({ places }) => Object.keys(places).length > 0);
}

/** State, build and fallback: which rows led there is not the device's concern. */
const whatItGets = (outcome: string): string => outcome.split(' row=')[0] ?? '';

const contains = (
  { from, below }: { readonly from: OsVersion; readonly below: OsVersion | null },
  version: OsVersion,
): boolean =>
  compareOsVersions(from, version) <= 0 && (below === null || compareOsVersions(version, below) < 0);

import { describe, expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import { costOf } from '../../src/fleet/cost.ts';
import { parseFleetCsv, parseFleetTable } from '../../src/fleet/parse-fleet.ts';
import { weighCells, weighPlan } from '../../src/fleet/report.ts';
import { weighStates } from '../../src/fleet/weigh.ts';
import type { Cell } from '../../src/model/cell.ts';
import type { CellChange, PackChange } from '../../src/model/plan.ts';

const aCell = (given: Partial<Cell> = {}): Cell => ({
  adapter: 'summarizer',
  platform: 'iOS',
  os: { from: '26.0', below: '27.0' },
  systemModel: 'os26',
  variant: null,
  baseModelSignature: null,
  state: 'covered',
  pack: 'pack',
  fallback: null,
  ...given,
});

const SUNSET = aCell({
  os: { from: '27.0', below: null },
  systemModel: 'afm3-core',
  variant: 'core3',
  state: 'sunset',
  pack: null,
});

const faultOf = (act: () => unknown): ReleaseError => {
  try {
    act();
  } catch (error) {
    if (error instanceof ReleaseError) return error;
  }
  throw new Error('it was accepted');
};

describe('a CSV', () => {
  test.each([
    { why: 'commas', text: 'platform,os,devices\niOS,26.4,30\niOS,27.0,10\n' },
    { why: 'semicolons and another order', text: 'os;devices;platform;note\n26.4;30;iOS;x\n27;10;iOS;y' },
    {
      why: 'tabs, quotes, a mark and CRLF',
      text: '\ufeff"Platform"\t"OS"\t"Devices"\r\n"iOS"\t"26.4"\t"30"\r\niOS\t27.0\t10\r\n',
    },
    {
      why: 'rows of one version apart',
      text: '# from the store\nplatform,os,devices\niOS,26.4,10\niOS,27.0,10\niOS,26.4.0,20\n',
    },
  ])('with $why', ({ text }) => {
    expect(parseFleetCsv(text, 'fleet.csv')).toEqual({
      source: 'fleet.csv',
      devices: 40,
      rows: [
        { platform: 'iOS', os: [26, 4, 0], share: 0.75, devices: 30 },
        { platform: 'iOS', os: [27, 0, 0], share: 0.25, devices: 10 },
      ],
    });
  });

  test('with shares, as fractions or percentages', () => {
    const { rows, devices } = parseFleetCsv('platform,os,share\niOS,26.4,0.31\nmacOS,26.4,12.5%\n', 'f');
    expect(devices).toBeNull();
    expect(rows.map(({ share }) => share)).toEqual([0.31, 0.125]);
  });

  test.each([
    { text: '', why: 'expected the columns platform, os, and share or devices' },
    { text: 'platform,os\niOS,26\n', why: 'expected the columns' },
    { text: 'platform,os,share\n', why: 'it has no OS version' },
    { text: 'platform,os,share\niPadOS,26.0,0.1\n', why: 'write "iOS", which covers iPadOS' },
    { text: 'platform,os,share\niOS,latest,0.1\n', why: 'line 2: "latest" is not an OS version' },
    { text: 'platform,os,devices\niOS,26\n', why: 'line 2: "" is no number of devices' },
    {
      text: 'platform,os,share\niOS,26,31\n',
      why: 'line 2: "31" is no share: expected a number from 0 to 1',
    },
    {
      text: 'platform,os,devices\niOS,26,1.5\n',
      why: 'line 2: "1.5" is no number of devices: expected a whole number',
    },
    { text: 'platform,os,devices\niOS,26,0\niOS,27,0\n', why: 'the devices of iOS sum to 0, expected more' },
    { text: 'platform,os,share\niOS,26,0%\nmacOS,26,1\n', why: 'the shares of iOS sum to 0' },
    { text: 'platform,os,share\niOS,26,60%\niOS,27,60%\n', why: 'the shares of iOS sum to 1.200' },
  ])('is refused: $why', ({ text, why }) => {
    const error = faultOf(() => parseFleetCsv(text, 'fleet.csv'));
    expect(error.code).toBe('FLEET_INVALID');
    expect(error.message).toContain(why);
  });

  test('is refused with all of its faults at once', () => {
    expect(
      faultOf(() => parseFleetCsv('platform,os,share\nx,26,0.1\niOS,y,0.1\n', 'f')).details,
    ).toHaveLength(2);
  });
});

test('the table of a config is read like a CSV of shares', () => {
  expect(parseFleetTable({ iOS: { '26.4': 0.5 } }, 'the config').rows).toEqual([
    { platform: 'iOS', os: [26, 4, 0], share: 0.5, devices: null },
  ]);
});

describe('states weighed', () => {
  const fleet = parseFleetCsv(
    'platform,os,devices\niOS,25.9,10\niOS,26.4,50\niOS,26.6,20\niOS,27.1,20\n',
    'f',
  );

  test('every part of a platform is in exactly one state, with its summands', () => {
    const held = weighStates(fleet, [aCell(), SUNSET]);
    expect(held).toMatchObject([
      { state: 'covered', share: 0.7, devices: 70, terms: [{ os: '26.4', share: 0.5 }, { os: '26.6' }] },
      { state: 'sunset', share: 0.2, devices: 20 },
      { state: 'unsupported', share: 0.1, devices: 10, terms: [{ os: '25.9' }] },
    ]);
    expect(held.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  test('variants that hold different states cannot be told apart by an OS version', () => {
    const advanced = aCell({ ...SUNSET, variant: 'coreAdvanced3', state: 'covered', pack: 'other' });
    expect(weighStates(fleet, [aCell(), SUNSET, advanced]).map(({ state }) => state)).toEqual([
      'covered',
      'by-variant',
      'unsupported',
    ]);
    const same = { ...SUNSET, variant: 'coreAdvanced3' };
    expect(weighStates(fleet, [aCell(), SUNSET, same]).map(({ state }) => state)).not.toContain('by-variant');
  });

  test('what the table leaves out is unlisted, and a platform without rows is left out', () => {
    const shares = parseFleetTable({ iOS: { '26.4': 0.9 } }, 'c');
    expect(weighStates(shares, [aCell(), aCell({ platform: 'macOS' })])).toMatchObject([
      { platform: 'iOS', state: 'covered', share: 0.9, devices: null },
      { platform: 'iOS', state: 'unlisted', share: expect.closeTo(0.1) },
    ]);
  });
});

describe('what a release costs', () => {
  const fleet = parseFleetCsv('platform,os,devices\niOS,26.4,50\niOS,27.1,20\nmacOS,26.4,7\n', 'f');
  const sizes = new Map([
    ['pack', 160],
    ['second', 40],
  ]);

  test('is packs × devices per class, summed per platform and in total', () => {
    const cells = [
      aCell(),
      aCell({ adapter: 'translator', pack: 'second' }),
      aCell({ platform: 'macOS' }),
      SUNSET,
    ];
    expect(weighCells(cells, sizes, fleet).cost).toMatchObject({
      classes: [
        { platform: 'iOS', bytesPerDevice: 200, devices: 50, egressBytes: 10_000 },
        { platform: 'macOS', bytesPerDevice: 160, devices: 7, egressBytes: 1120 },
      ],
      platforms: [
        { platform: 'iOS', egressBytes: 10_000 },
        { platform: 'macOS', egressBytes: 1120 },
      ],
      totalEgressBytes: 11_120,
      perDevices: null,
    });
  });

  test('is per million devices of a platform, and has no total, where only shares are known', () => {
    const shares = parseFleetTable({ iOS: { '26.4': 0.25 } }, 'c');
    expect(weighCells([aCell()], sizes, shares).cost).toMatchObject({
      classes: [{ devices: 250_000, egressBytes: 40_000_000 }],
      perDevices: 1_000_000,
      totalEgressBytes: null,
    });
  });

  test('is not told of a platform that the fleet leaves out', () => {
    const phones = parseFleetCsv('platform,os,devices\niOS,26.4,50\n', 'fleet.csv');
    expect(weighCells([aCell(), aCell({ platform: 'macOS' })], sizes, phones).cost).toMatchObject({
      classes: [{ devices: 50 }, { platform: 'macOS', share: null, devices: null, egressBytes: null }],
      platforms: [{ platform: 'iOS', egressBytes: 8000 }],
      totalEgressBytes: 8000,
    });
    expect(weighCells([aCell({ platform: 'macOS' })], sizes, phones).cost).toMatchObject({
      platforms: [],
      totalEgressBytes: null,
    });
  });

  test('counts the users of an OS version once, with the variant that fetches most', () => {
    const cell = (variant: string, pack: string) =>
      aCell({ os: { from: '27.0', below: null }, systemModel: variant, variant, pack });
    const cost = costOf(
      [cell('a', 'second'), cell('b', 'pack')],
      ({ pack }) => (pack === null ? null : { id: pack, sizeBytes: sizes.get(pack) ?? 0 }),
      fleet,
    );
    expect(cost.classes).toMatchObject([
      { variant: 'a', bytesPerDevice: 40, egressBytes: null },
      { variant: 'b', bytesPerDevice: 160, egressBytes: 3200 },
    ]);
    expect(cost.totalEgressBytes).toBe(3200);
  });

  const aChange = (kind: PackChange['kind']): PackChange => ({
    kind,
    packId: 'pack',
    adapter: 'summarizer',
    version: 2,
    fromVersion: 1,
    build: '1.1.0',
    fromBuild: '1.0.0',
    sizeBytes: 160,
    sha256: null,
    buildDigest: 'sha256:',
  });
  const outcome = { state: 'covered', pack: 'pack', build: '1.0.0', fallback: null } as const;
  const aCellChange = (os: CellChange['os'], ends: Pick<CellChange, 'from' | 'to'>): CellChange => ({
    adapter: 'summarizer',
    platform: 'iOS',
    os,
    systemModel: 'os26',
    variant: null,
    ...ends,
  });
  const weigh = (kind: PackChange['kind'], cells: readonly Cell[], cellChanges: readonly CellChange[]) =>
    weighPlan(
      { coverage: { cells, total: 1, gaps: 0, inferred: 0 }, changes: [aChange(kind)], cellChanges },
      fleet,
    ).cost.totalEgressBytes;

  test('of a plan is what devices fetch anew: a version that rises', () => {
    expect(weigh('update', [aCell()], [])).toBe(50 * 160);
    expect(weigh('keep', [aCell()], [])).toBe(0);
  });

  test('of a plan is what a kept pack costs devices that did not have it', () => {
    const gained = aCellChange({ from: '26.0', below: '27.0' }, { from: null, to: outcome });
    expect(weigh('keep', [aCell()], [gained])).toBe(50 * 160);
  });

  test('of a plan is nothing where a cell was only cut in two', () => {
    const before = aCellChange({ from: '26.0', below: '27.0' }, { from: outcome, to: null });
    const after = aCellChange({ from: '26.0', below: '26.6' }, { from: null, to: outcome });
    expect(weigh('keep', [aCell({ os: { from: '26.0', below: '26.6' } })], [before, after])).toBe(0);
  });
});

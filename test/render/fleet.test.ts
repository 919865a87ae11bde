import { describe, expect, test } from 'vitest';
import { parseFleetCsv } from '../../src/fleet/parse-fleet.ts';
import { weighCells } from '../../src/fleet/report.ts';
import type { Cell } from '../../src/model/cell.ts';
import { renderCells } from '../../src/render/coverage.ts';
import { renderFleet } from '../../src/render/fleet.ts';
import { plainStyle } from '../../src/render/style.ts';

const ADAPTERS = ['editor', 'planner', 'summarizer', 'tagger', 'translator', 'writer'];
const RANGES = [
  { from: '26.0', below: '26.4' },
  { from: '26.4', below: '27.0' },
];

const aCell = (adapter: string, os: Cell['os'], given: Partial<Cell> = {}): Cell => ({
  adapter,
  platform: 'iOS',
  os,
  systemModel: `os${os.from}`,
  variant: null,
  baseModelSignature: null,
  state: 'covered',
  pack: adapter,
  fallback: null,
  ...given,
});

const CELLS = [
  ...ADAPTERS.flatMap((adapter) => RANGES.map((os) => aCell(adapter, os))),
  aCell('writer', { from: '26.0', below: '27.0' }, { platform: 'macOS' }),
];
const SIZES = new Map(ADAPTERS.map((name, index) => [name, index < 4 ? 133_000_000 : 98_000_000]));
const FLEET = parseFleetCsv(
  'platform,os,devices\niOS,26.2,120000\niOS,26.4.1,310000\niOS,26.6,240000\nmacOS,26.0,1000\n',
  'fleet.csv',
);
const REPORT = weighCells(CELLS, SIZES, FLEET);

test.each([40, 60, 100])('the cells of a proof fit %d columns', (width) => {
  const lines = renderCells(CELLS, plainStyle, width);
  expect(lines.filter((line) => line.length > width)).toEqual([]);
  expect(lines.length).toBeGreaterThanOrEqual(CELLS.length);
});

const linesAt = (width: number | null): readonly string[] =>
  renderFleet(REPORT, { title: 'Download', style: plainStyle, width });

describe('a fleet', () => {
  test('is told with its arithmetic: alike adapters once, packs of one size as one summand', () => {
    expect(linesAt(null)).toEqual([
      'Users (fleet.csv, 671,000 devices)',
      '  editor, planner, summarizer, tagger, translator',
      '    iOS  covered  100 %  670,000  = 26.2 17.9 % + 26.4.1 46.3 % + 26.6 35.8 %',
      '  writer',
      '    iOS    covered  100 %  670,000  = 26.2 17.9 % + 26.4.1 46.3 % + 26.6 35.8 %',
      '    macOS  covered  100 %    1,000  = 26.0 100 %',
      '',
      'Download',
      '  iOS 26.0 to <26.4    os26.0  728.0 MB  per device × 120,000 devices (17.9 %) = 87.4 TB',
      '  iOS 26.4 to <27.0    os26.4  728.0 MB  per device × 550,000 devices (82.1 %) = 400.4 TB',
      '  macOS 26.0 to <27.0  os26.0   98.0 MB  per device × 1,000 devices (100 %) = 98.0 GB',
      '  728.0 MB = 4 × 133.0 MB + 2 × 98.0 MB (6 packs)',
      '  iOS: 87.4 TB + 400.4 TB = 487.8 TB, at most.',
      '  macOS: 98.0 GB, at most.',
      '  Egress 487.8 TB + 98.0 GB = 487.9 TB, at most: every device fetches each of its packs once.',
    ]);
  });

  test('of other platforms alone says so', () => {
    const elsewhere = parseFleetCsv('platform,os,devices\nvisionOS,26.0,5\n', 'other.csv');
    const report = weighCells(CELLS, SIZES, elsewhere);
    expect(renderFleet(report, { title: 'Download', style: plainStyle, width: null })).toEqual([
      'Users (other.csv, 5 devices)',
      '  It lists no OS version of a platform that these adapters are proved on.',
      '',
      'Download',
      '  iOS 26.0 to <26.4    os26.0  728.0 MB  per device',
      '  iOS 26.4 to <27.0    os26.4  728.0 MB  per device',
      '  macOS 26.0 to <27.0  os26.0   98.0 MB  per device',
      '  728.0 MB = 4 × 133.0 MB + 2 × 98.0 MB (6 packs)',
    ]);
  });

  test.each([40, 60, 80])('fits %d columns, and loses nothing by it', (width) => {
    const lines = linesAt(width);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    const words = (text: readonly string[]) =>
      text
        .join(' ')
        .split(/\s+/)
        .filter((word) => word !== '');
    expect(words(lines)).toEqual(words(linesAt(null)));
    expect(lines.filter((line) => /^\s*(%|devices|[kMGT]?B)( |$)/.test(line))).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import type { CellChange, PackChange } from '../../src/model/plan.ts';
import { renderCellChanges, renderPackChanges } from '../../src/render/plan.ts';
import { plainStyle } from '../../src/render/style.ts';

const outcome = (build: string) =>
  ({ state: 'covered', pack: 'fmadapter-summarizer-9799725', build, fallback: null }) as const;

const CELLS: readonly CellChange[] = (['iOS', 'macOS'] as const).map((platform) => ({
  adapter: 'summarizer',
  platform,
  os: { from: '26.0', below: '26.4' },
  systemModel: 'os26.0',
  variant: null,
  from: outcome('1.0.0'),
  to: outcome('1.1.0'),
}));

const PACKS: readonly PackChange[] = (['update', 'remove', 'keep'] as const).map((kind) => ({
  kind,
  packId: `fmadapter-summarizer_${kind}-9799725`,
  adapter: 'summarizer',
  version: 2,
  fromVersion: 1,
  build: '1.1.0',
  fromBuild: '1.0.0',
  sizeBytes: kind === 'update' ? 133_000_000 : 5000,
  sha256: null,
  buildDigest: 'sha256:',
}));

describe.each([
  {
    what: 'devices',
    at: (width: number | null) => renderCellChanges(CELLS, () => 133_000_000, { style: plainStyle, width }),
    whole: [
      '  ~  iOS 26.0 to <26.4    os26.0  summarizer  1.0.0 → 1.1.0  133.0 MB per device',
      '  ~  macOS 26.0 to <26.4  os26.0  summarizer  1.0.0 → 1.1.0  133.0 MB per device',
    ],
  },
  {
    what: 'packs',
    at: (width: number | null) => renderPackChanges(PACKS, { style: plainStyle, width }),
    whole: [
      '  ~  fmadapter-summarizer_update-9799725  v1 → v2                     build 1.0.0 → 1.1.0  133.0 MB',
      '  -  fmadapter-summarizer_remove-9799725  removed: devices delete it  build 1.0.0            5.0 kB',
      '  · 1 pack unchanged',
    ],
  },
])('the $what of a plan', ({ at, whole }) => {
  test('are a table where it fits', () => {
    expect(at(null)).toEqual(whole);
    expect(at(Math.max(...whole.map(({ length }) => length)))).toEqual(whole);
  });

  test.each([48, 60, 80])('fit %d columns, and lose nothing by it', (width) => {
    expect(at(width).filter((line) => line.length > width)).toEqual([]);
    expect(at(width).join(' ').split(/\s+/)).toEqual(whole.join(' ').split(/\s+/));
  });
});

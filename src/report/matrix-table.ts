import { countCells } from '../matrix/coverage.ts';
import type { CellState, Fallback, MatrixCell } from '../model/cell.ts';
import { groupBy } from '../model/group-by.ts';
import { type OsRangeText, toOsRangeText } from '../model/os-range.ts';
import type { Platform } from '../model/platform.ts';

/** One kind of device: a platform, an interval of OS versions, and what runs there. */
export interface MatrixColumn {
  readonly platform: Platform;
  readonly os: OsRangeText;
  readonly systemModel: string | null;
  readonly variant: string | null;
  /** True when what is known of it is not proved. */
  readonly inferred: boolean;
}

/** What one kind of device gets of one adapter. */
export interface TableCell {
  readonly state: CellState;
  readonly build: string | null;
  readonly fallback: Fallback | null;
}

/** The coverage as a table: adapters down, kinds of devices across. */
export interface MatrixTable {
  readonly columns: readonly MatrixColumn[];
  readonly rows: readonly { readonly adapter: string; readonly cells: readonly TableCell[] }[];
  readonly counts: Readonly<Record<CellState, number>>;
  readonly total: number;
  readonly inferred: number;
}

/** Lays the cells out. Rows and columns keep the order of the cells; a pair without a cell is not offered. */
export function matrixTable(cells: readonly MatrixCell[]): MatrixTable {
  const columns = new Map(cells.map((cell) => [columnKey(cell), toColumn(cell)]));
  const rows = [...groupBy(cells, ({ adapter }) => adapter)].map(([adapter, own]) => {
    const byColumn = new Map(own.map((cell) => [columnKey(cell), cell]));
    return { adapter, cells: [...columns.keys()].map((key) => toTableCell(byColumn.get(key))) };
  });
  const { total, inferred } = countCells(cells);
  return {
    columns: [...columns.values()],
    rows,
    counts: countStates(cells),
    total,
    inferred,
  };
}

const toColumn = ({ platform, range, systemModel, inferred }: MatrixCell): MatrixColumn => ({
  platform,
  os: toOsRangeText(range),
  systemModel: systemModel?.id ?? null,
  variant: systemModel?.variant ?? null,
  inferred,
});

const toTableCell = (cell: MatrixCell | undefined): TableCell => ({
  state: cell?.state ?? 'not-offered',
  build: cell?.build?.version ?? null,
  fallback: cell?.fallback ?? null,
});

function countStates(cells: readonly MatrixCell[]): MatrixTable['counts'] {
  const counts = { covered: 0, declined: 0, sunset: 0, 'not-offered': 0, gap: 0 };
  for (const { state } of cells) counts[state] += 1;
  return counts;
}

const columnKey = ({ platform, range, systemModel }: MatrixCell): string =>
  [platform, range.from.join('.'), range.below?.join('.') ?? '', systemModel?.id ?? ''].join('\u0000');

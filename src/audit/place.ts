import type { MatrixCell } from '../model/cell.ts';
import { groupBy } from '../model/group-by.ts';
import { formatOsRange, toOsRangeText } from '../model/os-range.ts';

/** `iOS 26.0 to <26.4`: the devices of a cell, for people. */
export const placeOf = ({ platform, range }: MatrixCell): string =>
  `${platform} ${formatOsRange(toOsRangeText(range))}`;

/** Cells of one adapter and system model: the first, all of them, and their places as text. */
export interface RowGroup {
  readonly cell: MatrixCell;
  readonly group: readonly MatrixCell[];
  readonly places: string;
}

/** The cells of each adapter and system model together, at least one in each, with all their places as text. */
export const groupsByRow = (cells: readonly MatrixCell[]): readonly RowGroup[] =>
  [
    ...groupBy(cells, ({ adapter, systemModel }) => `${adapter}\u0000${systemModel?.id ?? ''}`).values(),
  ].flatMap((group) => {
    const [cell] = group;
    return cell === undefined ? [] : [{ cell, group, places: group.map(placeOf).join(', ') }];
  });

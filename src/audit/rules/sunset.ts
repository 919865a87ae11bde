import { weighRange } from '../../fleet/weigh.ts';
import type { MatrixCell } from '../../model/cell.ts';
import { formatFallback } from '../../model/cell.ts';
import type { Fleet } from '../../model/fleet.ts';
import { groupsByRow } from '../place.ts';
import { finding, type Rule } from '../state.ts';

/** `sunset`: supported OS versions on which no adapter ever loads. One note per adapter and system model. */
export const sunsetRule: Rule = ({ cells, fleet }) =>
  groupsByRow(cells.filter(({ state }) => state === 'sunset')).map(({ cell, places, group }) =>
    finding('sunset', {
      subject: cell.adapter,
      message: `"${cell.adapter}" can never load on ${places} (${cell.systemModel?.id ?? ''}); devices use ${formatFallback(cell.fallback ?? 'base-model')}.${shareOf(group, fleet)}`,
      fix: 'Keep the app working without the adapter there; a pack of kind `files` can serve these versions.',
    }),
  );

/** ` In fleet.csv that is 31.0 % of iOS, 4.0 % of macOS.`: all variants of those OS versions together. */
function shareOf(cells: readonly MatrixCell[], fleet: Fleet | null): string {
  if (fleet === null) return '';
  const shares = cells.map(({ platform, range }) => {
    const { share, devices } = weighRange(fleet, platform, range);
    return `${(share * 100).toFixed(1)} % of ${platform}${devices === null ? '' : ` (${devices} devices)`}`;
  });
  return ` In ${fleet.source} these OS versions are ${shares.join(', ')}.`;
}

import { weighRange } from '../../fleet/weigh.ts';
import type { MatrixCell } from '../../model/cell.ts';
import { formatFallback } from '../../model/cell.ts';
import type { Fleet } from '../../model/fleet.ts';
import { groupBy } from '../../model/group-by.ts';
import { formatCount, formatShare } from '../../model/share.ts';
import { placeOf } from '../place.ts';
import { finding, type Rule } from '../state.ts';

/** `sunset`: supported OS versions on which no adapter ever loads. One note per adapter, so that a share is told once. */
export const sunsetRule: Rule = ({ cells, fleet }) => {
  const sunset = cells.filter(({ state }) => state === 'sunset');
  return [...groupBy(sunset, ({ adapter }) => adapter)].map(([adapter, own]) => {
    const models = unique(own.flatMap(({ systemModel }) => systemModel?.id ?? []));
    const fallbacks = unique(own.map(({ fallback }) => formatFallback(fallback ?? 'base-model')));
    return finding('sunset', {
      subject: adapter,
      message: `"${adapter}" can never load on ${unique(own.map(placeOf)).join(', ')} (${models.join(', ')}); devices use ${fallbacks.join(' or ')}.${shareOf(own, fleet)}`,
      fix: 'Keep the app working without the adapter there; a pack of kind `files` can serve these versions.',
    });
  });
};

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

/** ` In fleet.csv these OS versions are 31 % of iOS, 4 % of macOS.`: all variants of those OS versions together. */
function shareOf(cells: readonly MatrixCell[], fleet: Fleet | null): string {
  if (fleet === null) return '';
  const places = new Map(cells.map((cell) => [placeOf(cell), cell]));
  const shares = [...places.values()].map(({ platform, range }) => {
    const { share, devices } = weighRange(fleet, platform, range);
    return `${formatShare(share)} of ${platform}${devices === null ? '' : ` (${formatCount(devices)} devices)`}`;
  });
  return ` In ${fleet.source} these OS versions are ${shares.join(', ')}.`;
}

import { formatFallback } from '../../model/cell.ts';
import { groupsByRow } from '../place.ts';
import { finding, type Rule } from '../state.ts';

/** `sunset`: supported OS versions on which no adapter ever loads. One note per adapter and system model. */
export const sunsetRule: Rule = ({ cells }) =>
  groupsByRow(cells.filter(({ state }) => state === 'sunset')).map(({ cell, places }) =>
    finding('sunset', {
      subject: cell.adapter,
      message: `"${cell.adapter}" can never load on ${places} (${cell.systemModel?.id ?? ''}); devices use ${formatFallback(cell.fallback ?? 'base-model')}.`,
      fix: 'Keep the app working without the adapter there; a pack of kind `files` can serve these versions.',
    }),
  );

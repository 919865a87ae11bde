import { groupsByRow } from '../place.ts';
import { finding, type Rule } from '../state.ts';

/** `inferred-row`: the system model of a cell is inferred. One note per adapter and row. */
export const inferredRowRule: Rule = ({ cells }) =>
  groupsByRow(
    cells.filter(
      ({ systemModel, state }) => systemModel?.certainty === 'inferred' && state !== 'not-offered',
    ),
  ).map(({ cell, places }) =>
    finding('inferred-row', {
      subject: cell.adapter,
      message: `"${cell.adapter}" on ${places} rests on "${cell.systemModel?.id ?? ''}", whose signature is inferred, not seen.`,
      fix: 'Run what `fmrelease systems import-probe --snippet` prints on such a device, and give its output to `fmrelease systems import-probe <file>`.',
    }),
  );

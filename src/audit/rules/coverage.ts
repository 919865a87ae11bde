import { formatFallback, type MatrixCell } from '../../model/cell.ts';
import type { Finding } from '../../model/finding.ts';
import { formatOsRange, toOsRangeText } from '../../model/os-range.ts';
import { finding, type Rule } from '../state.ts';

/** `gap`: a supported cell with no decision. */
export const gapRule: Rule = ({ cells }) =>
  cells
    .filter(({ state }) => state === 'gap')
    .map((cell) =>
      finding('gap', 'error', {
        subject: cell.adapter,
        message: `"${cell.adapter}" has no decision for ${placeOf(cell)}${cell.systemModel === null ? ', which no system model claims' : ` (${cell.systemModel.id})`}.`,
        fix:
          cell.systemModel === null
            ? 'Narrow `support` in the config, or add the system model to `systemModels`.'
            : `Run \`fmrelease adapter add\`, or \`fmrelease adapter decline ${cell.adapter} --system-model ${cell.systemModel.id}\`.`,
      }),
    );

/** `sunset`: a supported cell whose system model can never load an adapter; one note per adapter and system model. */
export const sunsetRule: Rule = ({ cells }) =>
  groups(cells.filter(({ state }) => state === 'sunset')).map(([cell, all]) =>
    finding('sunset', 'note', {
      subject: cell.adapter,
      message: `"${cell.adapter}" can never load on ${all.map(placeOf).join(', ')} (${cell.systemModel?.id}); devices use ${formatFallback(cell.fallback ?? 'base-model')}.`,
      fix: 'Keep the app working without the adapter there; a pack of kind files can serve these versions.',
    }),
  );

/** `inferred-row`: a cell rests on an inferred row; one note per adapter and row. */
export const inferredRowRule: Rule = ({ cells }) =>
  groups(
    cells.filter(
      ({ systemModel, state }) => systemModel?.certainty === 'inferred' && state !== 'not-offered',
    ),
  ).map(([cell, all]) =>
    finding('inferred-row', 'note', {
      subject: cell.adapter,
      message: `"${cell.adapter}" on ${all.map(placeOf).join(', ')} rests on "${cell.systemModel?.id}", whose signature is inferred, not seen.`,
      fix: 'Run the probe on such a device and compare its signature with `fmrelease systems`.',
    }),
  );

/** `os-overlap`, `duplicate-version`, `pack-id-conflict`, `fallback-broken` and the like, as the matrix reports them. */
export const matrixFaultsRule: Rule = ({ intent, adapters }): readonly Finding[] =>
  intent.faults.filter(
    ({ subject, code }) =>
      code === 'os-overlap' ||
      adapters.some(({ name }) => subject.includes(name)) ||
      adapters.length === intent.adapters.length,
  );

const placeOf = ({ platform, range }: MatrixCell): string =>
  `${platform} ${formatOsRange(toOsRangeText(range))}`;

function groups(cells: readonly MatrixCell[]): readonly (readonly [MatrixCell, readonly MatrixCell[]])[] {
  const byRow = new Map<string, MatrixCell[]>();
  for (const cell of cells) {
    const key = `${cell.adapter}\u0000${cell.systemModel?.id ?? ''}`;
    byRow.set(key, [...(byRow.get(key) ?? []), cell]);
  }
  return [...byRow.values()].flatMap((all) => (all[0] === undefined ? [] : [[all[0], all] as const]));
}

import type { Cell } from '../model/cell.ts';
import { formatFallback } from '../model/cell.ts';
import { formatOsRange } from '../model/os-range.ts';
import type { Coverage } from '../model/plan.ts';
import type { Style } from './style.ts';
import { flowTable } from './table.ts';
import { count } from './units.ts';

/** `Coverage proved: all 20 cells decided; 12 rest on inference.` */
export function coverageLine({
  total,
  gaps,
  inferred,
}: Pick<Coverage, 'total' | 'gaps' | 'inferred'>): string {
  if (total === 0) return 'Nothing to cover: no adapter is registered (`fmrelease adapter add`).';
  const proof =
    gaps === 0
      ? `Coverage proved: all ${total} cells decided`
      : `Coverage not proved: ${gaps} of ${total} cells are gaps`;
  return `${proof}; ${inferred} ${inferred === 1 ? 'rests' : 'rest'} on inference.`;
}

/** One line for each system model where adapters fall back on purpose: how many, to what, until when. */
export const declineLines = ({ declines = [] }: Pick<Coverage, 'declines'>): readonly string[] =>
  declines.map(
    ({ systemModel, fallback, until, adapters }) =>
      `${count(adapters.length, 'adapter')} ${adapters.length === 1 ? 'falls' : 'fall'} back to ${formatFallback(fallback)} on ${systemModel}${until === null ? ', with no end named' : ` until ${until}`}.`,
  );

/** Every cell of the proof by name: the whole of `support`, nothing left out. `width` null does not wrap. */
export const renderCells = (cells: readonly Cell[], style: Style, width: number | null): readonly string[] =>
  flowTable(
    cells.map((cell) => [
      cell.adapter,
      `${cell.platform} ${formatOsRange(cell.os)}`,
      cell.systemModel ?? '(no system model)',
      cell.variant ?? '',
      cell.state === 'gap' ? style.red('gap') : cell.state,
      cell.pack ?? (cell.fallback === null ? '' : `uses ${formatFallback(cell.fallback)}`),
    ]),
    'LLLLLL',
    { width, indent: '  ' },
  );

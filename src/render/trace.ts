import type { Trace } from '../resolve/trace.ts';
import type { Style } from './style.ts';
import { flowTable } from './table.ts';
import { wrapIndented } from './wrap.ts';

/** A trace as lines: each place on the way, the first disagreement, and what only the device can show. */
export function renderTrace(
  { steps, disagreement, checklist }: Trace,
  style: Style,
  width: number | null,
): readonly string[] {
  return [
    '',
    ...flowTable(
      steps.map(({ step, agrees, revision, detail }) => [
        agrees ? style.green('ok') : style.red('DIFFERS'),
        step,
        revision === null ? '' : `revision ${revision}`,
        detail,
      ]),
      'LLLL',
      { width, indent: '' },
    ),
    '',
    ...(disagreement === null
      ? ['Matrix, log, projection and pack agree.']
      : [
          ...wrapIndented(disagreement.message, width, ['', '']).map(style.bold),
          ...wrapIndented(disagreement.fix, width, ['', '']),
        ]),
    '',
    `${style.bold('On the device')}, which cannot be seen from here:`,
    ...checklist.flatMap((item) => wrapIndented(item, width ?? CHECKLIST_WIDTH, ['  - ', '    '])),
  ];
}

/** Columns of the checklist where nobody says how many there are: its items are paragraphs. */
const CHECKLIST_WIDTH = 110;

import type { Trace } from '../resolve/trace.ts';
import type { Style } from './style.ts';
import { alignTable } from './table.ts';
import { wrapText } from './wrap.ts';

/** A trace as lines: each place on the way, the first disagreement, and what only the device can show. */
export function renderTrace(
  { steps, disagreement, checklist }: Trace,
  style: Style,
  width: number | null,
): readonly string[] {
  return [
    '',
    ...alignTable(
      steps.map(({ step, agrees, revision, detail }) => [
        agrees ? style.green('ok') : style.red('DIFFERS'),
        step,
        revision === null ? '' : `revision ${revision}`,
        detail,
      ]),
      'LLLL',
    ),
    '',
    ...(disagreement === null
      ? ['Matrix, log, projection and pack agree.']
      : [style.bold(disagreement.message), disagreement.fix]),
    '',
    `${style.bold('On the device')}, which cannot be seen from here:`,
    ...checklist.flatMap((item) =>
      wrapText(item, Math.max((width ?? 110) - 4, 30)).map(
        (line, index) => `${index === 0 ? '  - ' : '    '}${line}`,
      ),
    ),
  ];
}

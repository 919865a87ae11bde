import { expect, test } from 'vitest';
import { plainStyle } from '../../src/render/style.ts';
import { renderTrace } from '../../src/render/trace.ts';
import type { Trace } from '../../src/resolve/trace.ts';

const TRACE: Trace = {
  steps: [
    { step: 'matrix', agrees: true, revision: null, detail: 'build 1.1.0 as fmadapter-summarizer-9799725' },
    { step: 'log', agrees: false, revision: 12, detail: 'build 1.0.0 as fmadapter-summarizer-9799725 v3' },
  ],
  disagreement: {
    between: ['matrix', 'log'],
    since: 9,
    message: 'The matrix gives build 1.1.0; the log gives build 1.0.0, since revision 9.',
    fix: 'Run `fmrelease plan --only summarizer`: what it lists under iOS 26.4 is not published yet.',
  },
  checklist: ['Is the adapter there after the app was started twice, with a minute between the two?'],
};

const at = (width: number | null): readonly string[] => renderTrace(TRACE, plainStyle, width);

test('a trace is a table where it fits', () => {
  expect(at(null).slice(1, 3)).toEqual([
    'ok       matrix               build 1.1.0 as fmadapter-summarizer-9799725',
    'DIFFERS  log     revision 12  build 1.0.0 as fmadapter-summarizer-9799725 v3',
  ]);
});

test.each([50, 60, 80])('a trace fits %d columns, and loses nothing by it', (width) => {
  const words = (lines: readonly string[]): readonly string[] => lines.join(' ').split(/\s+/);
  expect(at(width).filter((line) => line.length > width)).toEqual([]);
  expect(words(at(width))).toEqual(words(at(null)));
});

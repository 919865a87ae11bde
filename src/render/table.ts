import { stripVTControlCharacters } from 'node:util';
import type { Style } from './style.ts';
import { wrapIndented } from './wrap.ts';

/**
 * Aligns rows into lines, two spaces between columns. `alignment` has one letter a column: `L` or `R`.
 * Emphasis does not count into a width; trailing spaces are cut.
 */
export function alignTable(
  rows: readonly (readonly string[])[],
  alignment: string,
  indent = '',
): readonly string[] {
  const widths = Array.from(alignment, (_, column) =>
    Math.max(0, ...rows.map((row) => visibleWidth(row[column] ?? ''))),
  );
  return rows.map((row) =>
    (
      indent +
      widths.map((width, column) => pad(row[column] ?? '', width, alignment[column] === 'R')).join('  ')
    ).trimEnd(),
  );
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - visibleWidth(text)));
  return right ? space + text : text + space;
}

const visibleWidth = (text: string): number => stripVTControlCharacters(text).length;

/** How a table that may be wrapped is printed; `width` null does not wrap. */
export interface TableLook {
  readonly style: Style;
  readonly width: number | null;
}

/** How wide a table may be: columns of the terminal, null for any; and what its lines begin with. */
interface TableRoom {
  readonly width: number | null;
  readonly indent: string;
}

/**
 * {@link alignTable} where that fits. Else its last column is wrapped into the room that the others leave; where they
 * leave too little, each row is a paragraph of its own. No-break spaces hold words together and are printed as spaces.
 */
export function flowTable(
  rows: readonly (readonly string[])[],
  alignment: string,
  { width, indent }: TableRoom,
): readonly string[] {
  const whole = alignTable(rows, alignment, indent);
  if (width === null || whole.every((line) => visibleWidth(line) <= width))
    return whole.map((line) => line.replaceAll('\u00a0', ' '));
  const last = alignment.length - 1;
  const fixed = alignTable(
    rows.map((row) => [...row.slice(0, last), MARK]),
    alignment,
    indent,
  ).map((line) => line.slice(0, -MARK.length));
  const taken = Math.max(0, ...fixed.map(visibleWidth));
  const longest = Math.max(0, ...rows.map((row) => visibleWidth(row[last] ?? '')));
  const room = width - taken;
  return rows
    .flatMap((row, index) =>
      room >= Math.min(longest, LEAST_ROOM)
        ? wrapIndented(row[last] ?? '', taken + room, [fixed[index] ?? '', ' '.repeat(taken)])
        : wrapIndented(row.filter((cell) => cell !== '').join(' '), width, [indent, `${indent}  `]),
    )
    .map((line) => line.trimEnd());
}

/** Stands for the last column while the others are aligned, so that their trailing spaces stay. */
const MARK = '|';
const LEAST_ROOM = 24;

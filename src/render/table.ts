import { stripVTControlCharacters } from 'node:util';

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

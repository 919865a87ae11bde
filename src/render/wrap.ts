/** Breaks a text at spaces so that no line is wider than `width`; words that are wider stay whole. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/**
 * Wraps a text with two indents, of the first line and of further ones. No-break spaces hold words together and are
 * printed as spaces. `width` null does not wrap.
 */
export function wrapIndented(
  text: string,
  width: number | null,
  [indent, hanging]: readonly [string, string],
): readonly string[] {
  const room =
    width === null
      ? Number.POSITIVE_INFINITY
      : Math.max(width - Math.max(indent.length, hanging.length), LEAST_ROOM);
  return wrapText(text, room).map((line, index) =>
    `${index === 0 ? indent : hanging}${line}`.replaceAll('\u00a0', ' '),
  );
}

const LEAST_ROOM = 20;

/** How emphasis looks. The plain style leaves text as it is. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** No emphasis: for pipes, NO_COLOR and files. */
export const plainStyle: Style = { bold: same, dim: same, red: same, green: same, yellow: same };

/** ANSI emphasis. */
export const colourStyle: Style = {
  bold: ansi(1, 22),
  dim: ansi(2, 22),
  red: ansi(31, 39),
  green: ansi(32, 39),
  yellow: ansi(33, 39),
};

function same(text: string): string {
  return text;
}

function ansi(open: number, close: number): (text: string) => string {
  return (text) => `\u001b[${open}m${text}\u001b[${close}m`;
}

import { stripVTControlCharacters } from 'node:util';

/** Full sentences in the house's words out of what the shell's parser says in several lines. */
export function describeShellError(message: string): string {
  const text = stripVTControlCharacters(message)
    .replace(/The following errors? occurred:/, '')
    .replace(/See more help with --help/, '')
    .replace(/\n\s*Note: [\s\S]*$/, '')
    .trim();
  for (const [pattern, reword] of WORDINGS) {
    const found = pattern.exec(text);
    if (found !== null) return reword(found[1] ?? '', found[2] ?? '', found[3] ?? '');
  }
  return text
    .split('\n')
    .map((line) => line.trim().replace(/^Missing required flag (\S+)$/, 'The flag --$1 is missing.'))
    .filter((line) => line !== '')
    .map((line) => (/[.!?]$/.test(line) ? line : `${line}.`))
    .join(' ');
}

type Reword = (first: string, second: string, third: string) => string;

const WORDINGS: readonly (readonly [RegExp, Reword])[] = [
  [/^Nonexistent flag: (.+)$/, (flag) => `There is no flag ${flag}.`],
  [/^Nonexistent flags: (.+)$/, (flags) => `There are no flags ${flags}.`],
  [/^Missing \d+ required args?:\n([\s\S]+)$/, (list) => `${nameArguments(list)} missing.`],
  [
    /^Expected (--\S+?)=([\s\S]*) to be one of: (.+)$/,
    (flag, value, all) => `${flag} is "${value}": expected one of ${all}.`,
  ],
  [
    /^Parsing (--\S+)\s+Expected ([\s\S]+) but received: ([\s\S]*)$/,
    (flag, what, value) => `${flag} is "${value}": expected ${what}.`,
  ],
];

/** `The arguments <from> and <to> are`: each line of the list is a name, then its description. */
function nameArguments(list: string): string {
  const names = list.split('\n').map((line) => `<${line.trim().split(/\s/)[0] ?? ''}>`);
  return names.length === 1
    ? `The argument ${names.join('')} is`
    : `The arguments ${names.join(' and ')} are`;
}

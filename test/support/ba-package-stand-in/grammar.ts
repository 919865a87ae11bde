/** What one option takes: nothing, one value, or everything up to the next option. */
export interface OptionRule {
  readonly takes: 'nothing' | 'one' | 'many';
  readonly alias?: string;
  readonly required?: boolean;
}

/** What a subcommand takes. Everything else is refused. */
export interface Grammar {
  readonly positionals: readonly [least: number, most: number];
  readonly options: Readonly<Record<string, OptionRule>>;
}

/** The words of a command line, sorted by option. */
export interface Parsed {
  readonly positionals: readonly string[];
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** A command line that the grammar refuses: exit code 64, as Apple's argument parser has it. */
export class UsageError extends Error {}

/** Reads words by a grammar: each option at most once, each with just the values that it takes. */
export function parse(words: readonly string[], grammar: Grammar): Parsed {
  const positionals: string[] = [];
  const options = new Map<string, string[]>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) {
      positionals.push(word);
      continue;
    }
    const [name, rule] = findRule(word, grammar);
    if (options.has(name)) throw new UsageError(`Option '${name}' was given twice`);
    const values: string[] = [];
    const most = { nothing: 0, one: 1, many: Number.POSITIVE_INFINITY }[rule.takes];
    while (values.length < most && at + 1 < words.length && words[at + 1]?.startsWith('-') === false)
      values.push(words[++at] ?? '');
    if (rule.takes !== 'nothing' && values.length === 0) throw new UsageError(`Missing value for '${word}'`);
    options.set(name, values);
  }
  for (const [name, { required }] of Object.entries(grammar.options))
    if (required === true && !options.has(name)) throw new UsageError(`Missing expected argument '${name}'`);
  const [least, most] = grammar.positionals;
  if (positionals.length < least) throw new UsageError('Missing expected argument');
  if (positionals.length > most) throw new UsageError(`Unexpected argument '${positionals[most] ?? ''}'`);
  return { positionals, options };
}

function findRule(word: string, { options }: Grammar): readonly [string, OptionRule] {
  const found = Object.entries(options).find(([name, { alias }]) => word === name || word === alias);
  if (found === undefined) throw new UsageError(`Unknown option '${word}'`);
  return found;
}

/** The one value of an option. */
export const oneOf = ({ options }: Parsed, name: string): string => options.get(name)?.[0] ?? '';

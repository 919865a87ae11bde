import { ReleaseError } from '../errors.ts';

/** What the words of a command line come to, before the shell parses any flag. */
export interface CommandLine {
  /** The words before the first flag, without a leading `help`. */
  readonly words: readonly string[];
  /** The command they name, such as `adapter add`; undefined when they name none. */
  readonly command: string | undefined;
  readonly wants: 'version' | 'help' | 'command';
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Reads a command line; `names` are all commands as they are typed. Never throws. */
export function readCommandLine(argv: readonly string[], names: readonly string[]): CommandLine {
  const end = argv.indexOf('--');
  const before = end === -1 ? argv : argv.slice(0, end);
  const firstFlag = argv.findIndex((word) => word.startsWith('-'));
  const typed = firstFlag === -1 ? argv : argv.slice(0, firstFlag);
  const asksHelp =
    argv.length === 0 || typed[0] === 'help' || HELP_FLAGS.some((flag) => before.includes(flag));
  const words = typed[0] === 'help' ? typed.slice(1) : typed;
  return {
    words,
    command: [2, 1].map((count) => words.slice(0, count).join(' ')).find((name) => names.includes(name)),
    wants: argv[0] === '--version' ? 'version' : asksHelp ? 'help' : 'command',
    json: before.includes('--json'),
    verbose: before.includes('--verbose'),
  };
}

/**
 * Refuses words that name no command, and words behind a command that takes none.
 *
 * @param takesArguments - whether a command has positional arguments
 * @throws ReleaseError `UNKNOWN_COMMAND` or `USAGE`
 */
export function refuseUnknownCommand(
  { words, command, wants }: CommandLine,
  names: readonly string[],
  takesArguments: (command: string) => boolean,
): void {
  const [first] = words;
  if (first === undefined) {
    if (wants === 'help') return;
    throw new ReleaseError('UNKNOWN_COMMAND', 'No command was given.', {
      fix: 'Name a command before its flags, such as `fmrelease plan --json`; `fmrelease --help` lists them.',
    });
  }
  const siblings = names.filter((name) => name.startsWith(`${first} `));
  if (wants === 'help' && words.length === 1 && siblings.length > 0) return;
  if (command !== undefined) {
    const rest = words.slice(command.split(' ').length);
    if (rest.length === 0 || takesArguments(command)) return;
    if (!names.some((name) => name.startsWith(`${command} `)))
      throw new ReleaseError('USAGE', `\`${command}\` takes no argument, found "${rest.join(' ')}".`, {
        fix: `Leave it out, or run \`fmrelease ${command} --help\` to see what it takes.`,
      });
  }
  const ofTopic = [...names.filter((name) => name === first), ...siblings].sort();
  throw new ReleaseError('UNKNOWN_COMMAND', `There is no command "${describe(words, siblings)}".`, {
    fix:
      siblings.length > 0
        ? `Use one of: ${ofTopic.map((name) => `fmrelease ${name}`).join(', ')}.`
        : suggest(first, names),
  });
}

/** The words that were meant as a command: two below a topic, else one. */
const describe = (words: readonly string[], siblings: readonly string[]): string =>
  words.slice(0, siblings.length > 0 ? 2 : 1).join(' ');

function suggest(word: string, names: readonly string[]): string {
  const near = names.find((name) => name.startsWith(word.slice(0, 3)) || word.startsWith(name));
  return near === undefined
    ? 'Run `fmrelease --help` for the list.'
    : `Did you mean \`fmrelease ${near}\`? Run \`fmrelease --help\` for the list.`;
}

const HELP_FLAGS = ['--help', '-h'];

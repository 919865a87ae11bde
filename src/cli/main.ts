import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { ReleaseError } from '../errors.ts';
import { TOOL_VERSION } from '../version.ts';
import { reportFailure } from './failure.ts';
import { reportInterrupts } from './interrupt.ts';
import { writeJsonDocument } from './output.ts';

/**
 * Runs one command line and sets the exit code. Everything that can go wrong before a command runs is reported
 * here, in the same form as the commands report: an unknown command with --json still prints one document.
 */
export async function main(argv: readonly string[], packageRoot: URL): Promise<void> {
  const json = wantsJson(argv);
  watchPipe();
  reportInterrupts(json);
  settings.enableAutoTranspile = false;
  const config = await Config.load({ root: fileURLToPath(packageRoot) });
  if (argv.includes('--version') && argv.every((word) => word === '--version' || word === '--json')) {
    return writeJsonDocument('version', { result: { version: TOOL_VERSION } });
  }
  const words = argv.filter((word) => !word.startsWith('-'));
  const wantsHelp =
    argv.length === 0 || argv.includes('--help') || argv.includes('-h') || words[0] === 'help';
  try {
    if (!wantsHelp) refuseUnknownCommand(config, words);
    await run([...argv], config);
  } catch (error) {
    reportFailure(error, { command: words.slice(0, 2).join(' '), json, verbose: argv.includes('--verbose') });
  }
}

/** True when the command line asks for one JSON document; what follows `--` is an argument, not a flag. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

function refuseUnknownCommand(config: Config, words: readonly string[]): void {
  const names = config.commandIDs.map((id) => id.replaceAll(':', ' '));
  const typed = words.slice(0, 3).join(' ');
  if (names.some((name) => typed === name || typed.startsWith(`${name} `))) return;
  const topic = names.filter((name) => name.startsWith(`${words[0]} `));
  const near = names.find(
    (name) => words[0] !== undefined && (name.startsWith(words[0].slice(0, 3)) || words[0].startsWith(name)),
  );
  throw new ReleaseError(
    'UNKNOWN_COMMAND',
    words.length === 0
      ? 'No command was given.'
      : `There is no command "${(topic.length > 0 ? words.slice(0, 2) : words.slice(0, 1)).join(' ')}".`,
    {
      fix:
        topic.length > 0
          ? `Use one of: ${topic.map((name) => `fmrelease ${name}`).join(', ')}.`
          : near === undefined
            ? 'Run `fmrelease --help` for the list.'
            : `Did you mean \`fmrelease ${near}\`? Run \`fmrelease --help\` for the list.`,
    },
  );
}

/** A reader that closed the pipe (`| head`) has seen enough: end quietly. */
function watchPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

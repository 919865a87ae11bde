import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { TOOL_VERSION } from '../version.ts';
import { type CommandLine, readCommandLine, refuseUnknownCommand } from './command-line.ts';
import { reportFailure } from './failure.ts';
import { formatHelp, formatPlainHelp } from './help.ts';
import { reportInterrupts } from './interrupt.ts';
import { writeJsonDocument, writeLines } from './output.ts';

/**
 * Runs one command line and sets the exit code. Everything that can go wrong before a command runs is reported
 * here, in the same form as the commands report: an unknown command with --json still prints one document.
 */
export async function main(argv: readonly string[], packageRoot: URL): Promise<void> {
  watchPipe();
  settings.enableAutoTranspile = false;
  const config = await Config.load({ root: fileURLToPath(packageRoot) });
  const names = config.commandIDs.map((id) => id.replaceAll(':', ' '));
  const line = readCommandLine(argv, names);
  const { json, verbose } = line;
  const context = { command: line.command ?? line.words.slice(0, 2).join(' '), json, verbose };
  reportInterrupts(context);
  try {
    if (line.wants === 'version') return printVersion(line);
    refuseUnknownCommand(line, names, (name) => takesArguments(config, name));
    if (line.wants === 'help') return await printHelp(config, line);
    await run([...argv], config);
  } catch (error) {
    reportFailure(error, context);
  }
}

function takesArguments(config: Config, name: string): boolean {
  const command = config.findCommand(name.replaceAll(' ', ':'));
  return command?.strict === false || Object.keys(command?.args ?? {}).length > 0;
}

function printVersion({ json }: CommandLine): void {
  if (json) writeJsonDocument('version', { result: { version: TOOL_VERSION } });
  else writeLines([`fmrelease ${TOOL_VERSION}`]);
}

async function printHelp(config: Config, { words, json }: CommandLine): Promise<void> {
  if (json) writeJsonDocument('help', { result: { help: await formatPlainHelp(config, words) } });
  else writeLines([await formatHelp(config, words)]);
}

/** A reader that closed the pipe (`| head`) has seen enough: end quietly. */
function watchPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

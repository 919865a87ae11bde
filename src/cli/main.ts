import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ReleaseError } from '../errors.ts';
import { TOOL_VERSION } from '../version.ts';
import type { ReleaseCommand, ShellConfig } from './command.ts';
import { type CommandLine, readCommandLine, refuseUnknownCommand } from './command-line.ts';
import { reportFailure } from './failure.ts';
import { reportInterrupts } from './interrupt.ts';
import { writeJsonDocument, writeLines } from './output.ts';

/** What the build's command manifest tells of each command, by id (`adapter:add`). */
interface CommandManifest {
  readonly commands: Readonly<Record<string, ManifestCommand>>;
}

interface ManifestCommand {
  readonly strict?: boolean;
  readonly args?: object;
  /** Below the package's root, as path segments. */
  readonly relativePath: readonly string[];
}

/**
 * Runs one command line and sets the exit code. Everything that can go wrong before a command runs is reported
 * here, in the same form as the commands report: an unknown command with --json still prints one document.
 *
 * The manifest names the commands, so one command's module is all that is loaded: the shell's own loader would read
 * its plugins, its settings and its help first.
 */
export async function main(argv: readonly string[], packageRoot: URL): Promise<void> {
  watchPipe();
  const { commands } = await readCommandManifest(packageRoot);
  const names = Object.keys(commands).map((id) => id.replaceAll(':', ' '));
  const line = readCommandLine(argv, names);
  const { json, verbose } = line;
  const context = { command: line.command ?? line.words.slice(0, 2).join(' '), json, verbose };
  reportInterrupts(context);
  try {
    if (line.wants === 'version') return printVersion(line);
    refuseUnknownCommand(line, names, (name) => {
      const command = commands[name.replaceAll(' ', ':')];
      return command?.strict === false || Object.keys(command?.args ?? {}).length > 0;
    });
    const id = line.command?.replaceAll(' ', ':') ?? '';
    const command = commands[id];
    if (line.wants === 'help' || command === undefined) return await printHelp(packageRoot, line);
    refuseGoneFolder();
    await runCommand(id, argv.slice(id.split(':').length), { packageRoot, file: command.relativePath });
  } catch (error) {
    reportFailure(error, context);
  }
}

/** Every command looks from the working directory; a shell may still stand in one that was removed. */
function refuseGoneFolder(): void {
  try {
    process.cwd();
  } catch {
    throw new ReleaseError('FILE_NOT_FOUND', 'The folder that this was run in is not there any more.', {
      fix: 'Change to a folder that exists, then run the same command again.',
    });
  }
}

async function readCommandManifest(packageRoot: URL): Promise<CommandManifest> {
  return JSON.parse(await readFile(new URL('oclif.manifest.json', packageRoot), 'utf8')) as CommandManifest;
}

async function runCommand(
  id: string,
  argv: readonly string[],
  { packageRoot, file }: CommandPlace,
): Promise<void> {
  const module = (await import(new URL(file.join('/'), packageRoot).href)) as {
    readonly default: CommandClass;
  };
  module.default.id = id;
  await new module.default([...argv], shellConfig(packageRoot)).execute();
}

interface CommandClass {
  id: string;
  new (argv: string[], config: ShellConfig): ReleaseCommand;
}

interface CommandPlace {
  readonly packageRoot: URL;
  readonly file: readonly string[];
}

/** `FMRELEASE_…`, as the shell names its variables. */
const scopedName = (name: string): string => `FMRELEASE_${name.toUpperCase()}`;

/** As much of the shell's config as a running command asks for. */
const shellConfig = (packageRoot: URL): ShellConfig => ({
  root: fileURLToPath(packageRoot),
  bin: 'fmrelease',
  userAgent: `fmrelease/${TOOL_VERSION}`,
  runHook: () => Promise.resolve({ successes: [], failures: [] }),
  scopedEnvVar: (name) => process.env[scopedName(name)],
  scopedEnvVarKey: scopedName,
  scopedEnvVarKeys: (name) => [scopedName(name)],
});

function printVersion({ json }: CommandLine): void {
  if (json) writeJsonDocument('version', { result: { version: TOOL_VERSION } });
  else writeLines([`fmrelease ${TOOL_VERSION}`]);
}

async function printHelp(packageRoot: URL, { words, json }: CommandLine): Promise<void> {
  const { formatHelp, formatPlainHelp, loadShellConfig } = await import('./help.ts');
  const config = await loadShellConfig(fileURLToPath(packageRoot));
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

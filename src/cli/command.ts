import type { Interfaces } from '@oclif/core';
import { Command } from '@oclif/core/command';
import { string } from '@oclif/core/flags';
import { colourStyle, plainStyle, type Style } from '../render/style.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { reportFailure } from './failure.ts';
import { toggle } from './flags.ts';
import { writeJsonDocument, writeLines } from './output.ts';
import { openProgress } from './progress.ts';
import type { SessionRequest } from './session.ts';

/** What a command answers: the result as data, the same as lines, and the exit code that stands for it. */
export interface Answer {
  readonly result: unknown;
  readonly lines: () => readonly string[];
  readonly exitCode?: number;
}

/** As much of the shell's config as a running command asks for. */
export interface ShellConfig {
  readonly root: string;
  readonly bin: string;
  readonly userAgent: string;
  readonly runHook: () => Promise<{ readonly successes: readonly []; readonly failures: readonly [] }>;
  readonly scopedEnvVar: (name: string) => string | undefined;
  readonly scopedEnvVarKey: (name: string) => string;
  readonly scopedEnvVarKeys: (name: string) => string[];
}

/** The flags that every command takes. */
export type CommonFlags = Interfaces.InferredFlags<typeof ReleaseCommand.baseFlags>;

/**
 * The base of all commands: common flags, one JSON document, exit codes that are the same in both forms, errors in
 * three parts. A command translates its flags, makes one call, and returns an {@link Answer}.
 */
export abstract class ReleaseCommand extends Command {
  static override baseFlags = {
    target: string({ description: 'The target to work on.', env: 'FMRELEASE_TARGET', helpGroup: 'COMMON' }),
    channel: string({
      description: 'The channel to work on.',
      env: 'FMRELEASE_CHANNEL',
      default: 'stable',
      helpGroup: 'COMMON',
    }),
    config: string({
      description: 'The config file, instead of looking for one.',
      env: 'FMRELEASE_CONFIG',
      helpGroup: 'COMMON',
    }),
    json: toggle({ description: 'Print one JSON document.', helpGroup: 'COMMON' }),
    yes: toggle({ char: 'y', description: 'Do it without asking.', helpGroup: 'COMMON' }),
    quiet: toggle({ char: 'q', description: 'No progress.', helpGroup: 'COMMON' }),
    verbose: toggle({ description: 'Show where an error comes from.', helpGroup: 'COMMON' }),
    'no-color': toggle({ description: 'No colours.', helpGroup: 'COMMON' }),
  };

  /** Emphasis as the terminal and the flags allow. Set before {@link answer} runs. */
  protected style: Style = plainStyle;
  /** Draws progress on stderr. Set before {@link answer} runs. */
  protected progress = openProgress({ quiet: true, terminal: false });
  /** Clock, CI and terminal facts. */
  protected environment: Environment = readEnvironment();

  /** Runs the command from parsing to its answer; never rejects. */
  async execute(): Promise<void> {
    await this._run();
  }

  /** Does the command's work. Everything thrown here is reported in the common form. */
  protected abstract answer(): Promise<Answer>;

  /** Reads the common flags into the command's surroundings; every command calls it right after parsing. */
  protected prepare(flags: Pick<CommonFlags, 'json' | 'quiet' | 'no-color'>): void {
    this.environment.now(); // a clock that is none is refused before anything is done
    this.style = this.environment.wantsColour(flags['no-color']) ? colourStyle : plainStyle;
    this.progress = openProgress({
      quiet: flags.quiet || (flags.json && !process.stderr.isTTY),
      terminal: process.stderr.isTTY,
    });
  }

  /** What opening the project, or one of its channels, needs from this command. */
  protected opening(flags: SessionRequest['flags']): SessionRequest {
    return { flags, packageRoot: this.config.root, environment: this.environment, progress: this.progress };
  }

  override async run(): Promise<void> {
    const { result, lines, exitCode = 0 } = await this.answer();
    this.progress.end();
    process.exitCode = exitCode;
    if (this.wantsJson()) writeJsonDocument(this.name(), { result });
    else writeLines(lines());
  }

  protected override catch(error: Error): Promise<void> {
    this.progress.end();
    reportFailure(error, {
      command: this.name(),
      json: this.wantsJson(),
      verbose: this.argv.includes('--verbose'),
    });
    return Promise.resolve();
  }

  /** The command as it is typed: `adapter add`. */
  private name(): string {
    return (this.id ?? '').replaceAll(':', ' ');
  }

  private wantsJson(): boolean {
    const end = this.argv.indexOf('--');
    const words = end === -1 ? this.argv : this.argv.slice(0, end);
    const format = words[words.lastIndexOf('--format') + 1];
    return (
      words.includes('--json') ||
      words.includes('--format=json') ||
      (words.includes('--format') && format === 'json')
    );
  }
}

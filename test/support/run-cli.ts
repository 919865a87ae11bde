import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, whose built CLI the tests run. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What `fmrelease` starts. */
export const CLI = join(PACKAGE_ROOT, 'bin', 'run.js');

/** How to run the CLI. Nothing of this process's environment is inherited but PATH. */
export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `empty` reads the end at once, `closed` starts without the descriptor, text is what is piped in. */
  readonly stdin?: 'empty' | 'closed' | { readonly text: string };
  /** Arguments for node itself, such as `--import`. */
  readonly nodeArgs?: readonly string[];
  /** Sends this signal as soon as stdout or stderr matches. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly when: RegExp };
}

/** How a run ended. A run that a signal ended has the code that a shell gives it. */
export interface CliRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs the built CLI to its end. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliRun> {
  if (!existsSync(join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js')))
    throw new Error('The CLI is not built: run `node scripts/build.mjs` first.');
  const child = start(args, options);
  const { stdin = 'empty', signal } = options;
  return new Promise((resolve, reject) => {
    const output = { stdout: '', stderr: '' };
    let signalled = false;
    const take = (stream: 'stdout' | 'stderr') => (chunk: string) => {
      output[stream] += chunk;
      if (signal === undefined || signalled || !signal.when.test(output.stdout + output.stderr)) return;
      signalled = true;
      child.kill(signal.name);
    };
    child.stdout?.setEncoding('utf8').on('data', take('stdout'));
    child.stderr?.setEncoding('utf8').on('data', take('stderr'));
    child.on('error', reject);
    child.on('close', (code, ended) => {
      clearTimeout(timer);
      resolve({ ...output, code: code ?? (ended === null ? 1 : 128 + SIGNAL_NUMBERS[ended]) });
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`fmrelease ${args.join(' ')} did not end:\n${output.stdout}${output.stderr}`));
    }, TIME_LIMIT_MS);
    if (typeof stdin === 'object') child.stdin?.on('error', () => undefined).end(stdin.text);
  });
}

function start(args: readonly string[], { cwd, env, stdin = 'empty', nodeArgs = [] }: CliOptions): ChildProcess {
  const command = [process.execPath, ...nodeArgs, CLI, ...args];
  const [program = '', ...rest] = stdin === 'closed' ? ['sh', '-c', 'exec "$@" <&-', 'sh', ...command] : command;
  return spawn(program, rest, {
    cwd,
    env: cliEnvironment(env),
    stdio: [typeof stdin === 'object' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
}

/** A clean environment: no CI, no FMRELEASE_*, no NODE_*, and a terminal that could show colours. */
export const cliEnvironment = (
  env: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => ({
  PATH: process.env['PATH'] ?? '',
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  ...env,
});

const TIME_LIMIT_MS = 30_000;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15, SIGPIPE: 13 };

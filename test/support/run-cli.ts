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
  /** Sends this signal once stdout or stderr matches, or once the promise is kept. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly when: RegExp | Promise<unknown> };
  /** The most that one file may grow to, in units of 512 bytes: a disk that fills up. */
  readonly fileBlocks?: number;
  /** Runs as this user; only root can. */
  readonly uid?: number;
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
      if (signal === undefined || signalled || !(signal.when instanceof RegExp)) return;
      signalled = signal.when.test(output.stdout + output.stderr);
      if (signalled) child.kill(signal.name);
    };
    if (signal?.when instanceof Promise) void signal.when.then(() => child.kill(signal.name));
    child.stdout?.setEncoding('utf8').on('data', take('stdout'));
    child.stderr?.setEncoding('utf8').on('data', take('stderr'));
    child.on('error', reject);
    child.on('close', (code, ended) => {
      clearTimeout(timer);
      resolve({ ...output, code: code ?? (ended === null ? 1 : 128 + (SIGNAL_NUMBERS[ended] ?? 0)) });
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`fmrelease ${args.join(' ')} did not end:\n${output.stdout}${output.stderr}`));
    }, TIME_LIMIT_MS);
    if (typeof stdin === 'object') child.stdin?.on('error', () => undefined).end(stdin.text);
  });
}

function start(args: readonly string[], options: CliOptions): ChildProcess {
  const { cwd, env, stdin = 'empty', nodeArgs = [], fileBlocks, uid } = options;
  const limit = fileBlocks === undefined ? '' : `ulimit -f ${fileBlocks}; `;
  const script = `${limit}exec "$@"${stdin === 'closed' ? ' <&-' : ''}`;
  return spawn('sh', ['-c', script, 'sh', process.execPath, ...nodeArgs, CLI, ...args], {
    cwd,
    env: cliEnvironment(env),
    stdio: [typeof stdin === 'object' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
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

import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CliProject } from './cli-project.ts';
import { CLI, cliEnvironment } from './run-cli.ts';

/** What a command on a terminal came to: `terminal` is what it showed, `stdout` what went into a pipe. */
export interface TerminalRun {
  readonly code: number;
  readonly terminal: string;
  readonly stdout: string;
}

/** How to run it. */
export interface TerminalOptions {
  /** Pattern to wait for, and what is typed then. */
  readonly answers?: readonly (readonly [pattern: string, typed: string])[];
  readonly env?: Readonly<Record<string, string>>;
  /** True when stdout is a pipe beside the terminal, to tell the answer from the rest. */
  readonly pipe?: boolean;
}

/** Runs the built CLI on a pseudo-terminal and types each answer once its pattern shows. */
export function onTerminal(
  project: CliProject,
  args: readonly string[],
  { answers = [], env = {}, pipe = false }: TerminalOptions = {},
): TerminalRun {
  const told = {
    command: [process.execPath, CLI, ...args],
    cwd: project.root,
    env: cliEnvironment(env),
    answers,
    stdout: pipe ? 'pipe' : 'terminal',
  };
  const seen: TerminalRun = JSON.parse(
    execFileSync(PYTHON ?? '', [TERMINAL, JSON.stringify(told)], { encoding: 'utf8' }),
  );
  return seen;
}

function findPython(): string | null {
  const { status } = spawnSync('python3', ['-c', 'import pty'], { stdio: 'ignore' });
  return status === 0 ? 'python3' : null;
}

const TERMINAL = fileURLToPath(new URL('../cli/terminal.py', import.meta.url));

/** The Python that makes the terminal; null where there is none. */
export const PYTHON = findPython();

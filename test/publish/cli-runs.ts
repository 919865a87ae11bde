import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a command ended. */
export interface CliEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of the built command line, which no build that runs meanwhile can pull away; returns its `run.js`. */
export function installCli(folder: string): string {
  for (const name of ['bin', 'dist', 'package.json', 'oclif.manifest.json'])
    cpSync(join(REPOSITORY, name), join(folder, name), { recursive: true });
  return join(folder, 'bin', 'run.js');
}

/** Runs one command in `cwd`, with the clock of the tests and nothing of this machine's settings. */
export function runCli(
  run: string,
  args: readonly string[],
  {
    cwd,
    env = {},
    preload,
    onStart = () => undefined,
  }: {
    readonly cwd: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly preload?: string;
    /** Is given the process, to end it. */
    readonly onStart?: (child: ChildProcess) => void;
  },
): Promise<CliEnd> {
  const options = preload === undefined ? [] : ['--import', preload];
  const child = spawn(process.execPath, [...options, run, ...args], {
    cwd,
    env: { ...CLEAN_ENVIRONMENT, SOURCE_DATE_EPOCH: '1796126400', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Works through all items, two at a time: the machine has two cores. */
export async function inPairs<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item);
  };
  await Promise.all([worker(), worker()]);
}

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

const CLEAN_ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(CI|CI_.*|GITHUB_.*|GITLAB_.*|FMRELEASE_.*|NODE_.*|VITEST.*)$/.test(name),
  ),
);

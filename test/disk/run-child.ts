import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** How a child ended: its exit code or signal, and what it said. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running child; `said` waits for a line on its stdout, `end` for its end. */
export interface Child {
  readonly pid: number;
  readonly end: Promise<ChildEnd>;
  said(line: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Bundles a small TypeScript program, which may import from the project's root (`./src/…`), so that plain Node.js
 * can run it as a process of its own.
 *
 * @returns the path of the program, in `folder`
 */
export async function bundleProgram(folder: string, source: string): Promise<string> {
  const outfile = join(folder, `program-${programs++}.mjs`);
  await build({
    stdin: { contents: source, resolveDir: PROJECT, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  });
  return outfile;
}

/** Starts a program without the settings of this machine that are no part of what is tested. */
export function startProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
  const untouched = { ...process.env, NODE_EXTRA_CA_CERTS: undefined, NODE_OPTIONS: undefined };
  const child = spawn(process.execPath, [program, ...args], { env: { ...untouched, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const end = new Promise<ChildEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    pid: child.pid ?? -1,
    end,
    kill: (signal) => void child.kill(signal),
    said: (line) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stdout.split('\n').includes(line)) resolve();
        };
        child.stdout.on('data', look);
        child.once('close', () =>
          reject(new Error(`the child ended before it said "${line}": ${stdout}${stderr}`)),
        );
        look();
      }),
  };
}

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws Error with its stderr unless it exits with 0
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<string> {
  const { code, signal, stdout, stderr } = await startProgram(program, args, env).end;
  if (code === 0) return stdout;
  throw new Error(`${program} ended with ${code ?? signal}: ${stderr}`);
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
let programs = 0;

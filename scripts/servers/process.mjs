// Starting and ending the servers that tests run against. Each runs below a watchdog (watchdog.mjs) and ends with it.
import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * Starts a command that ends when this process does, or after half an hour.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{log: string, env?: NodeJS.ProcessEnv, seconds?: number}} options - `log` is the file that receives its output
 * @returns {{ended: Promise<number>, isRunning: () => boolean, stop: () => Promise<number>}}
 */
export function startProcess(command, args, { log, env = process.env, seconds = 1800 }) {
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [WATCHDOG, String(seconds), command, ...args], {
    stdio: ['pipe', output, output],
    env,
  });
  closeSync(output);
  child.stdin.on('error', () => undefined); // the watchdog may be gone already
  let running = true;
  const ended = new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code) => resolve(code ?? 1));
  }).finally(() => {
    running = false;
  });
  return {
    ended,
    isRunning: () => running,
    stop: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** Runs a command to its end; throws with what it said unless it exits 0. */
export async function runProcess(command, args, { env = process.env, seconds = 60 } = {}) {
  const child = spawn(process.execPath, [WATCHDOG, String(seconds), command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env,
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'])
    child[stream].setEncoding('utf8').on('data', (text) => {
      said[stream] += text;
    });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args[0]}: ${said.stderr.trim().split('\n').at(-1)}`);
  return said.stdout;
}

/** Waits until `isReady` says so; throws when the process ends or the time is over before that. */
export async function waitUntil(isReady, { seconds, processes }) {
  const until = Date.now() + seconds * 1000;
  while (!(await isReady().catch(() => false))) {
    if (processes.some(({ isRunning }) => !isRunning())) throw new Error('it ended while starting');
    if (Date.now() > until) throw new Error(`it was not ready within ${seconds} s`);
    await sleep(250);
  }
}

/** Where a program is on the PATH; undefined when it is not. */
export function findProgram(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => isExecutable(path));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A port of the loopback interface that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const WATCHDOG = fileURLToPath(new URL('watchdog.mjs', import.meta.url));

import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { ReleaseError } from '../../errors.ts';
import type { PackTool } from './tool.ts';

/** One start of a tool. */
export interface ToolStart {
  readonly command: PackTool['command'];
  readonly args: readonly string[];
  readonly cwd?: string;
  /** A file that it writes: as long as this grows, the tool is at work. */
  readonly output?: string;
  readonly stallMs: number;
  readonly onOutputBytes?: (bytes: number) => void;
}

/** How it ended. Text is cut to what people read. */
export interface ToolEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** True when it was ended for making no progress. */
  readonly stalled: boolean;
}

/**
 * Runs a tool to its end, without a shell and with nothing on its stdin. One that neither says anything nor lets its
 * output grow for `stallMs` is ended. It does not outlive this process.
 *
 * @throws ReleaseError `PACK_TOOL_FAILED` when it cannot be started
 */
export function runTool(start: ToolStart): Promise<ToolEnd> {
  const [program, ...words] = start.command;
  const child = spawn(program, [...words, ...start.args], {
    ...(start.cwd === undefined ? {} : { cwd: start.cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own: a wrapper's children end with it
  });
  const end = (): void => endGroup(child);
  process.once('exit', end);
  const watch = watchProgress(child, start);
  let grace: NodeJS.Timeout | undefined;
  return new Promise<ToolEnd>((resolve, reject) => {
    const settle = (code: number | null, signal: string | null): void =>
      resolve({ code, signal, ...watch.said(), stalled: watch.stalled() });
    child.once('error', (cause) => reject(notStarted(program, cause)));
    child.once('close', settle);
    child.once('exit', (code, signal) => {
      watch.stop();
      grace = setTimeout(() => settle(code, signal), GRACE_MS); // somebody else may hold its pipes open for ever
    });
  }).finally(() => {
    clearTimeout(grace);
    end();
    child.stdout.destroy();
    child.stderr.destroy();
    watch.stop();
    process.removeListener('exit', end);
  });
}

/** Ends the tool and what it has started. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended already.
  }
}

interface Watch {
  said(): Pick<ToolEnd, 'stdout' | 'stderr'>;
  stalled(): boolean;
  stop(): void;
}

function watchProgress(child: ChildProcess, { output, stallMs, onOutputBytes }: ToolStart): Watch {
  const said = { stdout: '', stderr: '' };
  let [lastMove, stalled, sizeBytes] = [Date.now(), false, 0];
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      lastMove = Date.now();
      if (said[stream].length < MOST_TEXT) said[stream] += text;
    });
  const look = async (): Promise<void> => {
    const size = output === undefined ? 0 : ((await stat(output).catch(() => undefined))?.size ?? 0);
    if (size !== sizeBytes) {
      [lastMove, sizeBytes] = [Date.now(), size];
      onOutputBytes?.(size);
    }
    if (Date.now() - lastMove < stallMs) return;
    stalled = true;
    endGroup(child);
  };
  const timer = setInterval(() => void look(), Math.min(1_000, Math.max(20, stallMs / 4)));
  return { said: () => said, stalled: () => stalled, stop: () => clearInterval(timer) };
}

/**
 * What a tool said, for a message: its last few lines that say something, without colours, usage and control
 * characters, with `hidden` folders left out. Never long.
 */
export function summarise({ stdout, stderr }: Pick<ToolEnd, 'stdout' | 'stderr'>, hidden: string): string {
  const text = (stderr.trim() === '' ? stdout : stderr)
    .replaceAll(hidden, '…')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colours are what is taken out here.
    .replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: and whatever else a terminal would act on.
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ');
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(usage:|see '|\s*help:)/i.test(line));
  const told = lines.slice(-3).join(' / ');
  return told.length > MOST_TOLD ? `${told.slice(0, MOST_TOLD)}…` : told;
}

const notStarted = (program: string, cause: Error): ReleaseError =>
  new ReleaseError('PACK_TOOL_FAILED', `"${program}" cannot be started.`, {
    fix: 'Set FMRELEASE_BA_PACKAGE to the path of a ba-package that runs here.',
    cause,
  });

/** How long what a tool said may take to arrive behind its end. */
const GRACE_MS = 2_000;
const MOST_TEXT = 64 * 1024;
const MOST_TOLD = 300;

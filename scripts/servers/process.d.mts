/** A command that runs below a watchdog: it ends when this process does. */
export interface RunningProcess {
  /** Kept with its exit code once it has ended. */
  readonly ended: Promise<number>;
  readonly isRunning: () => boolean;
  readonly stop: () => Promise<number>;
}

/** How a command is started; `log` is the file that receives its output. */
export interface StartOptions {
  readonly log: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly seconds?: number;
}

export function startProcess(command: string, args: readonly string[], options: StartOptions): RunningProcess;
export function waitUntil(
  isReady: () => Promise<boolean>,
  options: { readonly seconds: number; readonly processes: readonly RunningProcess[] },
): Promise<void>;
export function findProgram(name: string): string | undefined;
export function freePort(): Promise<number>;

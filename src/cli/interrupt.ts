import { ReleaseError } from '../errors.ts';
import { type FailureContext, reportFailure } from './failure.ts';

/** Ends with exit code 130 on Ctrl-C or SIGTERM, and says that the same command may simply be run again. */
export function reportInterrupts(context: FailureContext): void {
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      const error = new ReleaseError('INTERRUPTED', `Interrupted by ${signal}.`, {
        fix: 'Run the same command again: it picks up where this one stopped.',
      });
      reportFailure(error, context);
      process.exit(130);
    });
  }
}

/** For a command that runs until it is stopped: Ctrl-C and SIGTERM are its normal end. */
export function endOnInterrupt(close: () => Promise<void>): void {
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal);
    process.once(signal, () => void close().finally(() => process.exit(0)));
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

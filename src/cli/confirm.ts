import { createInterface } from 'node:readline';
import { ReleaseError } from '../errors.ts';
import type { Environment } from './environment.ts';

/** Whether a change may go ahead without a question, or needs one. */
export interface Consent {
  readonly yes: boolean;
  readonly json: boolean;
  readonly environment: Environment;
}

/**
 * Refuses at once where a question would be needed and nobody can answer it.
 *
 * @throws ReleaseError `CONFIRMATION_REQUIRED` without a terminal, in CI or with --json
 */
export function requireConsentPossible(command: string, { yes, json, environment }: Consent): void {
  if (yes || (environment.canAsk && !json)) return;
  throw new ReleaseError(
    'CONFIRMATION_REQUIRED',
    `\`${command}\` changes a channel, and nobody can be asked here.`,
    { fix: 'Pass --yes to go ahead.' },
  );
}

/**
 * Asks on stderr, unless --yes was given.
 *
 * @throws ReleaseError `ABORTED_BY_USER` for any answer but yes
 */
export async function confirm(question: string, { yes }: Consent): Promise<void> {
  if (yes) return;
  const answer = await ask(`${question} [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new ReleaseError('ABORTED_BY_USER', 'Nothing was changed.', {
    fix: 'Run the command again when you are ready.',
  });
}

/** Asks one question on stderr and returns the answer as it was typed. Ctrl-D and a vanished terminal answer nothing; Ctrl-C interrupts as it does elsewhere. */
export function ask(question: string): Promise<string> {
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    dialogue.once('SIGINT', () => {
      if (!process.emit('SIGINT')) dialogue.close();
    });
    dialogue.once('close', () => resolve(''));
    dialogue.question(question, (answer) => {
      resolve(answer);
      dialogue.close();
    });
  });
}

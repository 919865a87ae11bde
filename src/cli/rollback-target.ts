import { ReleaseError } from '../errors.ts';

/**
 * Reads a revision that was typed.
 *
 * @throws ReleaseError `USAGE`
 */
export function parseRevision(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new ReleaseError('USAGE', `"${text}" is no revision: expected a whole number from 1.`, {
    fix: 'Pass one that `fmrelease history` lists.',
  });
}

/**
 * Reads `--to`: a revision, or `none`.
 *
 * @throws ReleaseError `USAGE` when it is missing or anything else: a rollback never guesses
 */
export function parseRollbackTarget(text: string | undefined): number | 'none' {
  if (text === 'none') return 'none';
  if (text !== undefined && /^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new ReleaseError(
    'USAGE',
    text === undefined
      ? 'It does not say where to roll back to.'
      : `"${text}" is no revision: expected a whole number from 1, or "none".`,
    {
      fix: 'Pass --to with a revision that `fmrelease history` lists, or --to none.',
    },
  );
}

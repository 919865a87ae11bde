import { ReleaseError } from '../errors.ts';

/** An instant as RFC 3339 in UTC with whole seconds: `2026-11-22T10:00:00Z`. */
export type Timestamp = string;

/** Writes an instant in whole seconds. */
export const toTimestamp = (date: Date): Timestamp => `${date.toISOString().slice(0, 19)}Z`;

/**
 * Reads a day (`2026-11-22`, its first second in UTC) or an instant (`2026-11-22T10:00:00Z`).
 *
 * @throws ReleaseError `USAGE` for anything else, impossible days such as February 30 included
 */
export function parseInstant(text: string): Date {
  const date = new Date(DAY.test(text) ? `${text}T00:00:00Z` : text);
  const valid = (DAY.test(text) || INSTANT.test(text)) && !Number.isNaN(date.getTime());
  if (valid && date.toISOString().startsWith(text.slice(0, 10))) return date;
  throw new ReleaseError(
    'USAGE',
    `"${text}" is not a date: expected a day such as 2026-11-22 or an instant such as 2026-11-22T10:00:00Z.`,
    {
      fix: 'Write the date as year-month-day.',
    },
  );
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

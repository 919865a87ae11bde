import { APP_FINDING_WORDS } from '../../src/audit/app-finding-words.ts';
import { ARCHIVE_FINDING_WORDS } from '../../src/audit/archive-finding-words.ts';
import { FINDING_WORDS } from '../../src/audit/finding-words.ts';

/** Every code that an audit raises, in the order of their words: no other has a severity to configure. */
export const AUDIT_CODES: readonly string[] = Object.keys(FINDING_WORDS).filter(
  (code) => !Object.hasOwn(ARCHIVE_FINDING_WORDS, code) && !Object.hasOwn(APP_FINDING_WORDS, code),
);

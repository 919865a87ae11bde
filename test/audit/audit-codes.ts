import { AUDIT_FINDING_WORDS } from '../../src/audit/finding-words.ts';

/** Every code that an audit raises, in the order of their words: no other has a severity to configure. */
export const AUDIT_CODES: readonly string[] = Object.keys(AUDIT_FINDING_WORDS);

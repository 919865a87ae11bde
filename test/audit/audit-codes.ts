import { FINDING_WORDS } from '../../src/audit/finding-words.ts';
import type { ArchiveFindingCode } from '../../src/model/finding.ts';

/** What `pack inspect` raises and no audit does: it has no severity to configure. */
const ARCHIVE_ONLY: Readonly<Record<ArchiveFindingCode, true>> = {
  'archive-damaged': true,
  'archive-unreadable': true,
  'bad-manifest': true,
  'generic-pack': true,
  'pack-differs': true,
};

/** Every code that an audit raises, in the order of their words. */
export const AUDIT_CODES: readonly string[] = Object.keys(FINDING_WORDS).filter(
  (code) => !Object.hasOwn(ARCHIVE_ONLY, code),
);

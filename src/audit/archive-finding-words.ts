import type { ArchiveFindingCode } from '../model/finding.ts';
import type { FindingWords } from './finding-words.ts';

const page = (code: ArchiveFindingCode): string => `docs/findings/${code}.md`;

/** The words of what only `pack inspect` finds, in an archive. */
export const ARCHIVE_FINDING_WORDS: Readonly<Record<ArchiveFindingCode, FindingWords>> = {
  'archive-damaged': {
    title: 'An archive breaks its format',
    severity: 'error',
    why: 'A device that downloads it cannot unpack it, or unpacks something else.',
    docs: page('archive-damaged'),
  },
  'archive-unreadable': {
    title: 'An archive is compressed in a way that is not decoded here',
    severity: 'error',
    why: 'Nothing of what it holds was looked at, so nothing is known to be right.',
    docs: page('archive-unreadable'),
  },
  'bad-manifest': {
    title: 'The manifest of a pack breaks its form',
    severity: 'error',
    why: 'The system and App Store Connect read it before anything else and refuse the pack.',
    docs: page('bad-manifest'),
  },
  'pack-differs': {
    title: 'A pack does not hold the files of its build',
    severity: 'error',
    why: 'Devices would load something that nobody registered under this name.',
    docs: page('pack-differs'),
  },
  'generic-pack': {
    title: 'An adapter was packed by the generic subcommand',
    severity: 'warning',
    why: 'Such a pack uploads and downloads, and the Foundation Models runtime ignores it.',
    docs: page('generic-pack'),
  },
};

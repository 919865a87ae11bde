import type { OsRelease, Toolkit } from '../model/system-model.ts';

/**
 * OS releases known to be out. `first-seen` is the oldest public record that was found, so the release itself
 * may be some weeks older.
 */
export const OS_RELEASES: readonly OsRelease[] = [
  {
    version: [26, 0, 0],
    platforms: ['iOS', 'macOS', 'visionOS'],
    date: '2025-09-15',
    dateIs: 'released',
    source: 'Apple release of OS 26.0',
  },
  {
    version: [26, 4, 0],
    platforms: ['iOS', 'macOS', 'visionOS'],
    date: '2026-04-30',
    dateIs: 'first-seen',
    source: 'forum thread 823001 names 26.4.1; build 25E246 is macOS 26.4',
  },
  {
    version: [26, 5, 0],
    platforms: ['iOS', 'macOS', 'visionOS'],
    date: '2026-06-01',
    dateIs: 'first-seen',
    source: 'public installer list: macOS 26.5.1 (25F80) on this day',
  },
  {
    version: [26, 6, 0],
    platforms: ['iOS', 'macOS', 'visionOS'],
    date: '2026-07-29',
    dateIs: 'first-seen',
    source: 'hosted CI image notes: macOS 26.6 (25G72)',
  },
  {
    version: [27, 0, 0],
    platforms: ['iOS', 'macOS', 'visionOS'],
    date: '2026-09-30',
    dateIs: 'first-seen',
    source: 'macOS 27.0 build 26A428',
  },
];

/** Apple's adapter training toolkits. */
export const TOOLKITS: readonly Toolkit[] = [
  {
    version: '0.1.0',
    withdrawn: true,
    date: '2026-06-30',
    source: 'Foundation Models adapter training page: Beta 0.1.0 removed',
  },
  {
    version: '0.2.0',
    withdrawn: true,
    date: '2026-06-30',
    source: 'Foundation Models adapter training page: Beta 0.2.0 removed',
  },
  {
    version: '26.0.0',
    withdrawn: false,
    date: '2026-06-30',
    source: 'Foundation Models adapter training page: first full version, for OS 26',
  },
];

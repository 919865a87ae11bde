import type { Release } from '../model/release.ts';

/** The adapters that a release says anything about; none before the first. */
export const publishedAdapters = (release: Release | null): readonly string[] => [
  ...new Set([...(release?.entry.packs ?? []), ...(release?.cells ?? [])].map(({ adapter }) => adapter)),
];

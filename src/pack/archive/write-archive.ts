import { type ArchiveEntry, encodeEntryHeader } from './entry-header.ts';

/** Streams the bytes of one file entry to `sink`, exactly `sizeBytes` of them. */
export type EntrySource = (
  entry: ArchiveEntry & { readonly kind: 'file' },
  sink: (chunk: Uint8Array) => Promise<void>,
) => Promise<void>;

/** Writes a stored Apple Archive: entry after entry, header then data, no trailer (apple-archive §1). */
export async function writeArchive(
  entries: readonly ArchiveEntry[],
  source: EntrySource,
  sink: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  for (const entry of entries) {
    await sink(encodeEntryHeader(entry));
    if (entry.kind === 'file') await source(entry, sink);
  }
}

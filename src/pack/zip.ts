import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ArchiveEntry } from './archive/entry-header.ts';
import type { EntrySource } from './archive/write-archive.ts';

/**
 * Writes a stored zip through archiver, one entry at a time and with constant times and modes, so that the same
 * entries make the same bytes.
 */
export async function writeZip(
  entries: readonly ArchiveEntry[],
  source: EntrySource,
  sink: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const { ZipArchive } = await import('archiver');
  const zip = new ZipArchive(ZIP_OPTIONS);
  const failed = new Promise<never>((_, reject) => zip.once('error', reject));
  const drained = (async () => {
    for await (const chunk of zip) await sink(chunk as Uint8Array);
  })();
  drained.catch(() => zip.abort());
  for (const entry of entries) {
    const added = once(zip, 'entry');
    const content = new PassThrough();
    zip.append(content, {
      name: entry.path + (entry.kind === 'directory' ? '/' : ''),
      date: ZIP_EPOCH,
      mode: entry.kind === 'directory' ? 0o755 : 0o644,
    });
    if (entry.kind === 'file')
      await Promise.race([source(entry, (chunk) => writeTo(content, chunk)), failed]);
    content.end();
    await Promise.race([added, failed, drained]);
  }
  await Promise.race([Promise.all([zip.finalize(), drained]), failed]);
}

/** Hands a copy on, since the reader of `chunk` reuses its buffer, and waits while the archive is behind. */
async function writeTo(stream: PassThrough, chunk: Uint8Array): Promise<void> {
  if (!stream.write(Buffer.from(chunk))) await once(stream, 'drain');
}

/** `forceUTC` is missing from the type declarations; without it the bytes depend on the time zone. */
const ZIP_OPTIONS = { store: true, forceUTC: true };

/** The first moment that a zip can name. */
const ZIP_EPOCH = new Date('1980-01-01T00:00:00Z');

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
  const output = drain(zip, sink);
  try {
    for (const entry of entries) {
      const content = new PassThrough();
      zip.append(content, {
        name: entry.path + (entry.kind === 'directory' ? '/' : ''),
        date: ZIP_EPOCH,
        mode: entry.kind === 'directory' ? 0o755 : 0o644,
      });
      const take = (chunk: Uint8Array): Promise<void> => output.check().then(() => writeTo(content, chunk));
      if (entry.kind === 'file') await Promise.race([source(entry, take), output.ended]);
      content.end();
      await Promise.race([once(zip, 'entry'), output.ended]);
    }
    await Promise.all([zip.finalize(), output.ended]);
    await output.check();
  } finally {
    output.stop();
  }
}

interface Output {
  readonly ended: Promise<void>;
  /** Rejects once a write has failed. */
  check(): Promise<void>;
  /** Nothing is handed on any more. */
  stop(): void;
}

/**
 * Hands the archive's bytes on. After a failed write it keeps emptying the archive, so that whoever feeds it is
 * not left waiting but hears of the failure at its next chunk and closes its file.
 */
function drain(zip: AsyncIterable<unknown>, sink: (chunk: Uint8Array) => Promise<void>): Output {
  let written = Promise.resolve();
  let stopped = false;
  const stop = (): void => {
    stopped = true;
  };
  const empty = async (): Promise<void> => {
    for await (const chunk of zip) {
      if (stopped) continue;
      written = sink(chunk as Uint8Array);
      await written.catch(stop);
    }
  };
  return { ended: empty(), check: () => (stopped ? written : Promise.resolve()), stop };
}

/** Hands a copy on, since the reader of `chunk` reuses its buffer, and waits while the archive is behind. */
async function writeTo(stream: PassThrough, chunk: Uint8Array): Promise<void> {
  if (!stream.write(Buffer.from(chunk))) await once(stream, 'drain');
}

/** Local times would make the bytes depend on the time zone. */
const ZIP_OPTIONS = { store: true, forceLocalTime: false };

/** The first moment that a zip can name. */
const ZIP_EPOCH = new Date('1980-01-01T00:00:00Z');

import { once } from 'node:events';
import { crc32, createInflateRaw } from 'node:zlib';
import { type ByteSource, readExactly } from './byte-source.ts';
import { openEntryRules } from './entry-rules.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts';
import type { ReadEntry } from './read-archive.ts';
import { unreadable, unsound } from './refusals.ts';
import { LOCAL_BYTES, readZipDirectory, type ZipEntry } from './zip-directory.ts';

/** An open zip, read as an Apple Archive is. */
export interface ZipReader {
  /** `deflate` when any entry is deflated. */
  readonly codec: 'none' | 'deflate';
  entries(): readonly ReadEntry[];
  /** Streams a file's data and proves its size and CRC-32 at the end; each chunk is valid until the next. */
  content(entry: ReadEntry): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Opens a zip of stored and deflated entries by its central directory.
 *
 * @throws ReleaseError `ARCHIVE_UNSOUND`; on reading also `ARCHIVE_UNREADABLE` for another method
 */
export async function openZip(
  source: ByteSource,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<ZipReader> {
  const directory = await readZipDirectory(source, limits);
  const rules = openEntryRules(limits);
  const placed = new Map<ReadEntry, ZipEntry>();
  for (const entry of directory) placed.set(toEntry(entry, rules.explain(toFields(entry))), entry);
  return {
    codec: directory.some(({ method }) => method === DEFLATED) ? 'deflate' : 'none',
    entries: () => [...placed.keys()],
    content: (entry) => {
      const found = placed.get(entry);
      if (found === undefined) throw new Error(`no entry of this zip: "${entry.path}"`);
      return readContent(source, found);
    },
  };
}

const pathOf = ({ name }: ZipEntry): string => (name.endsWith('/') ? name.slice(0, -1) : name);

const toFields = (entry: ZipEntry): Parameters<ReturnType<typeof openEntryRules>['explain']>[0] => {
  const isFolder = entry.name.endsWith('/');
  return {
    type: entry.isLink ? 'L' : isFolder ? 'D' : 'F',
    path: pathOf(entry),
    link: undefined,
    data: isFolder && entry.sizeBytes === 0 ? undefined : { offset: 0, sizeBytes: entry.sizeBytes },
  };
};

const toEntry = (entry: ZipEntry, fault: string | undefined): ReadEntry => ({
  kind: entry.isLink ? 'other' : entry.name.endsWith('/') ? 'directory' : 'file',
  path: pathOf(entry),
  sizeBytes: entry.sizeBytes,
  statedSha256: undefined,
  keys: [],
  fault: entry.isEncrypted ? 'is encrypted' : fault,
  dataAt: entry.headerAt,
});

async function* readContent(
  source: ByteSource,
  entry: ZipEntry,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (entry.method !== STORED && entry.method !== DEFLATED)
    throw unreadable(`the zip method ${entry.method}`, `"${entry.name}"`);
  if (entry.method === STORED && entry.codedBytes !== entry.sizeBytes)
    throw unsound(`has "${entry.name}" stored in ${entry.codedBytes} bytes, expected ${entry.sizeBytes}`);
  const coded = readCoded(source, entry);
  let [sum, doneBytes] = [0, 0];
  for await (const chunk of entry.method === STORED ? coded : inflated(coded)) {
    sum = crc32(chunk, sum);
    doneBytes += chunk.length;
    if (doneBytes > entry.sizeBytes) break;
    yield chunk;
  }
  if (doneBytes !== entry.sizeBytes)
    throw unsound(`has "${entry.name}" in another size than ${entry.sizeBytes} bytes`);
  if (sum !== entry.crc32) throw unsound(`has "${entry.name}" with other data than its CRC-32 says`);
}

async function* readCoded(source: ByteSource, entry: ZipEntry): AsyncGenerator<Uint8Array, void, undefined> {
  const local = Buffer.from(await readExactly(source, { at: entry.headerAt, length: LOCAL_BYTES }));
  if (local.readUInt32LE(0) !== LOCAL_MARK) throw unsound(`has no local header for "${entry.name}"`);
  const nameBytes = local.readUInt16LE(26);
  const nameAt = entry.headerAt + LOCAL_BYTES;
  const name = await readExactly(source, { at: nameAt, length: nameBytes });
  // A reader that goes by the directory, and one that goes by the headers, must find the same file.
  if (Buffer.compare(name, Buffer.from(entry.name)) !== 0)
    throw unsound(`calls "${entry.name}" something else in its local header`);
  const from = nameAt + nameBytes + local.readUInt16LE(28); // behind it, extra fields
  if (from + entry.codedBytes > source.sizeBytes) throw unsound(`ends inside "${entry.name}"`);
  for (let done = 0; done < entry.codedBytes; ) {
    const chunk = await source.readSome(from + done, entry.codedBytes - done);
    yield chunk;
    done += chunk.length;
  }
}

/** Inflates chunk by chunk: what comes out waits until it is taken, so a bomb stops at the size that it claims. */
async function* inflated(coded: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const inflate = createInflateRaw();
  const feeding = feed(coded, inflate);
  try {
    for await (const chunk of inflate) yield chunk as Uint8Array;
    await feeding;
  } catch (cause) {
    throw unsound('has a deflated entry that does not decode', cause);
  } finally {
    inflate.destroy();
    await feeding.catch(() => undefined);
  }
}

async function feed(
  coded: AsyncIterable<Uint8Array>,
  inflate: ReturnType<typeof createInflateRaw>,
): Promise<void> {
  const closed = once(inflate, 'close').catch(() => undefined);
  try {
    for await (const chunk of coded) {
      if (inflate.destroyed) return;
      if (!inflate.write(Buffer.from(chunk))) await Promise.race([once(inflate, 'drain'), closed]);
    }
    inflate.end();
  } catch (error) {
    inflate.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}

const [STORED, DEFLATED] = [0, 8];
const LOCAL_MARK = 0x04034b50;

import { createHash } from 'node:crypto';
import { blockBytes } from './block-bytes.ts';
import { readBlockIndex } from './block-index.ts';
import { type ByteSource, readExactly } from './byte-source.ts';
import { decodeEntryFields, type EntryFields } from './entry-fields.ts';
import { openEntryRules } from './entry-rules.ts';
import { type Codec, isEntryMagic } from './identify.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts';
import { unsound } from './refusals.ts';

/** One entry as it stands in an archive. */
export interface ReadEntry {
  readonly kind: 'file' | 'directory' | 'other';
  readonly path: string;
  readonly sizeBytes: number;
  /** What the archive says of the data, unproved. */
  readonly statedSha256: string | undefined;
  /** The keys of its fields in their order. */
  readonly keys: readonly string[];
  /** Why it must not be unpacked, or undefined. */
  readonly fault: string | undefined;
  /** Where its data begins in the decoded stream. */
  readonly dataAt: number;
}

/** An open Apple Archive. Nothing is decoded before it is asked for. */
export interface ArchiveReader {
  readonly codec: Codec;
  /** The stream of entries, decoded. */
  readonly decodedBytes: number;
  /**
   * Walks the entries in their order. Of a block stream only blocks with entry headers are decoded. Entries that must
   * not be unpacked come with a `fault`.
   *
   * @throws ReleaseError `ARCHIVE_UNSOUND` where the stream breaks its format or a limit, `ARCHIVE_UNREADABLE`
   */
  entries(): AsyncGenerator<ReadEntry, void, undefined>;
  /** Streams a file's data; each chunk is valid until the next. Decodes the blocks of that file only. */
  content(entry: ReadEntry): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Opens an Apple Archive: the bare stream of entries (`none`), or a block stream, whose block headers are read.
 *
 * @throws ReleaseError `ARCHIVE_UNSOUND`
 */
export async function openArchive(
  source: ByteSource,
  codec: Codec,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<ArchiveReader> {
  const stream = codec === 'none' ? source : blockBytes(source, await readBlockIndex(source, codec, limits));
  return {
    codec,
    decodedBytes: stream.sizeBytes,
    entries: () => walkEntries(stream, limits),
    content: (entry) => readContent(stream, entry),
  };
}

async function* walkEntries(
  stream: ByteSource,
  limits: ArchiveLimits,
): AsyncGenerator<ReadEntry, void, undefined> {
  const rules = openEntryRules(limits);
  const head = new Uint8Array(1 << 16);
  let [at, count, headerBytes] = [0, 0, 0];
  while (at < stream.sizeBytes) {
    if (++count > limits.entries) throw unsound(`has more than ${limits.entries} entries`);
    const fields = await readHeader(stream, at, head);
    headerBytes += fields.headerBytes;
    if (headerBytes > limits.headerBytes)
      throw unsound(`has more than ${limits.headerBytes} bytes of entry headers`);
    const dataAt = at + fields.headerBytes;
    at = dataAt + fields.blobBytes;
    if (at > stream.sizeBytes)
      throw unsound(
        `ends at byte ${stream.sizeBytes}, inside the data of "${fields.path}", which ends at byte ${at}`,
      );
    yield toEntry(fields, { dataAt, fault: rules.explain(fields) });
  }
}

async function readHeader(
  stream: ByteSource,
  at: number,
  room: Uint8Array,
): Promise<EntryFields & { readonly headerBytes: number }> {
  if (stream.sizeBytes - at < PREFIX_BYTES)
    throw unsound(`has ${stream.sizeBytes - at} bytes behind its last entry`);
  const prefix = Buffer.from(await readExactly(stream, { at, length: PREFIX_BYTES }, room));
  if (!isEntryMagic(prefix.toString('latin1', 0, 4))) {
    const what =
      at === 0 ? 'does not begin with an entry' : `has no entry at byte ${at}, behind its last one`;
    throw unsound(`${what}: expected AA01, found ${prefix.toString('hex', 0, 4)}`);
  }
  const headerBytes = prefix.readUInt16LE(4);
  if (headerBytes < PREFIX_BYTES) throw unsound(`has an entry header of ${headerBytes} bytes at byte ${at}`);
  const place = { at: at + PREFIX_BYTES, length: headerBytes - PREFIX_BYTES };
  return { ...decodeEntryFields(await readExactly(stream, place, room)), headerBytes };
}

function toEntry(
  { type, path, data, statedBytes, statedSha256, keys }: EntryFields,
  { dataAt, fault }: { readonly dataAt: number; readonly fault: string | undefined },
): ReadEntry {
  const sizeBytes = data?.sizeBytes ?? 0;
  if (type === 'F' && statedBytes !== undefined && statedBytes !== sizeBytes)
    throw unsound(`says that "${path}" has ${statedBytes} bytes, and holds ${sizeBytes}`);
  return {
    kind: type === 'F' ? 'file' : type === 'D' ? 'directory' : 'other',
    path,
    sizeBytes,
    statedSha256,
    keys,
    fault,
    dataAt: dataAt + (data?.offset ?? 0),
  };
}

async function* readContent(
  stream: ByteSource,
  { dataAt, sizeBytes }: ReadEntry,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let done = 0; done < sizeBytes; ) {
    const chunk = await stream.readSome(dataAt + done, sizeBytes - done);
    yield chunk;
    done += chunk.length;
  }
}

/**
 * Reads a file's data whole, and proves the digest that the archive states for it.
 *
 * @throws ReleaseError `ARCHIVE_UNSOUND` when it is larger than `mostBytes`, or other data than stated
 */
export async function readContentWhole(
  archive: ArchiveReader,
  entry: ReadEntry,
  mostBytes: number,
): Promise<Uint8Array> {
  if (entry.sizeBytes > mostBytes)
    throw unsound(`holds "${entry.path}" with ${entry.sizeBytes} bytes, expected ${mostBytes} at most`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive.content(entry)) chunks.push(Buffer.from(chunk));
  const whole = Buffer.concat(chunks);
  const { statedSha256 } = entry;
  if (statedSha256 !== undefined && createHash('sha256').update(whole).digest('hex') !== statedSha256)
    throw unsound(`holds "${entry.path}" with other data than its digest says`);
  return whole;
}

/** Magic and size of a header. */
const PREFIX_BYTES = 6;

import { type ByteSource, readExactly } from './byte-source.ts';
import type { ArchiveLimits } from './limits.ts';
import { unsound } from './refusals.ts';

/** One entry of a zip's central directory. */
export interface ZipEntry {
  /** With its slash behind it for a folder. */
  readonly name: string;
  /** 0 is stored, 8 deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly isLink: boolean;
  readonly crc32: number;
  readonly codedBytes: number;
  readonly sizeBytes: number;
  /** Where its local header begins. */
  readonly headerAt: number;
}

/**
 * Reads the central directory of a zip, with its 64-bit forms (PKWARE appnote 4.3). Local headers and data are left
 * unread; that no two entries share bytes is proved from the directory alone.
 *
 * @throws ReleaseError `ARCHIVE_UNSOUND`
 */
export async function readZipDirectory(
  source: ByteSource,
  limits: ArchiveLimits,
): Promise<readonly ZipEntry[]> {
  const { count, bytes, at } = await findDirectory(source);
  if (count > limits.entries) throw unsound(`has more than ${limits.entries} entries`);
  if (bytes > limits.headerBytes) throw unsound(`has more than ${limits.headerBytes} bytes of entry headers`);
  const directory = Buffer.from(await readExactly(source, { at, length: bytes }));
  const entries: ZipEntry[] = [];
  let next = 0;
  for (let index = 0; index < count; index++) {
    const { entry, endAt } = readEntry(directory, next);
    entries.push(entry);
    next = endAt;
  }
  if (next !== bytes) throw unsound('has bytes in its directory that belong to no entry');
  requireApart(entries, at);
  const totalBytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (totalBytes > limits.freeBytes && totalBytes > limits.ratio * source.sizeBytes)
    throw unsound(
      `unpacks to ${totalBytes} bytes, more than ${limits.ratio} times its own ${source.sizeBytes}`,
    );
  return entries;
}

interface Directory {
  readonly count: number;
  readonly bytes: number;
  readonly at: number;
}

/** The directory's place stands at the end of the file, behind a comment of up to 64 KiB. */
async function findDirectory(source: ByteSource): Promise<Directory> {
  const length = Math.min(source.sizeBytes, END_BYTES + MOST_COMMENT_BYTES);
  const from = source.sizeBytes - length;
  const tail = Buffer.from(await readExactly(source, { at: from, length }));
  for (let at = length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END_MARK || at + END_BYTES + tail.readUInt16LE(at + 20) !== length)
      continue;
    const count = tail.readUInt16LE(at + 10); //  10..12  entries in all
    const bytes = tail.readUInt32LE(at + 12); //  12..16  bytes of the directory
    const place = tail.readUInt32LE(at + 16); //  16..20  where it begins
    const plain = { count, bytes, at: place };
    const is64 = count === 0xffff || bytes === 0xffffffff || place === 0xffffffff;
    const found = is64 ? await findDirectory64(source, from + at) : plain;
    if (found.at + found.bytes > from + at) throw unsound('has a directory that reaches behind its end');
    return found;
  }
  throw unsound('has no zip directory at its end');
}

async function findDirectory64(source: ByteSource, endAt: number): Promise<Directory> {
  if (endAt < LOCATOR_BYTES) throw unsound('has a zip directory of another form than it says');
  const locator = Buffer.from(
    await readExactly(source, { at: endAt - LOCATOR_BYTES, length: LOCATOR_BYTES }),
  );
  if (locator.readUInt32LE(0) !== LOCATOR_MARK)
    throw unsound('has a zip directory of another form than it says');
  const at = safe(locator.readBigUInt64LE(8));
  const end = Buffer.from(await readExactly(source, { at, length: END_64_BYTES }));
  if (end.readUInt32LE(0) !== END_64_MARK) throw unsound('has a zip directory of another form than it says');
  return {
    count: safe(end.readBigUInt64LE(32)),
    bytes: safe(end.readBigUInt64LE(40)),
    at: safe(end.readBigUInt64LE(48)),
  };
}

function readEntry(directory: Buffer, at: number): { readonly entry: ZipEntry; readonly endAt: number } {
  if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== ENTRY_MARK)
    throw unsound('has a zip directory that is cut');
  const flags = directory.readUInt16LE(at + 8); //          8..10   flags
  const nameBytes = directory.readUInt16LE(at + 28); //     28..30  bytes of the name
  const extraBytes = directory.readUInt16LE(at + 30); //    30..32  bytes of extra fields
  const commentBytes = directory.readUInt16LE(at + 32); //  32..34  bytes of the comment
  const endAt = at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
  if (endAt > directory.length) throw unsound('has a zip directory that is cut');
  const nameAt = at + ENTRY_BYTES;
  const name = decodeName(directory.subarray(nameAt, nameAt + nameBytes));
  const extra = directory.subarray(nameAt + nameBytes, nameAt + nameBytes + extraBytes);
  const wide = openWideSizes(extra);
  const madeBy = directory.readUInt16LE(at + 4) >> 8; //    4..6    made by; the high byte 3 is Unix
  const entry = {
    name,
    method: directory.readUInt16LE(at + 10), //              10..12  method
    isEncrypted: (flags & 1) === 1,
    isLink: madeBy === UNIX && directory.readUInt32LE(at + 38) >>> 28 === LINK, //  38..42  mode in the high half
    crc32: directory.readUInt32LE(at + 16), //               16..20  CRC-32
    sizeBytes: wide(directory.readUInt32LE(at + 24)), //     24..28  plain bytes
    codedBytes: wide(directory.readUInt32LE(at + 20)), //    20..24  coded bytes
    headerAt: wide(directory.readUInt32LE(at + 42)), //      42..46  local header
  };
  return { entry, endAt };
}

/** Sizes that do not fit 32 bits stand in an extra field, one behind the other, in the order they are asked for. */
function openWideSizes(extra: Buffer): (narrow: number) => number {
  let field = Buffer.alloc(0);
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === WIDE_FIELD)
      field = Buffer.from(extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2)));
  }
  let used = 0;
  return (narrow) => {
    if (narrow !== 0xffffffff) return narrow;
    if (used + 8 > field.length) throw unsound('has a zip entry without its 64-bit sizes');
    used += 8;
    return safe(field.readBigUInt64LE(used - 8));
  };
}

/** Every entry's header, name and data must lie between its place and the next one's, or the directory. */
function requireApart(entries: readonly ZipEntry[], directoryAt: number): void {
  const sorted = [...entries].sort((a, b) => a.headerAt - b.headerAt);
  for (const [index, { headerAt, name, codedBytes }] of sorted.entries()) {
    const end = headerAt + LOCAL_BYTES + Buffer.byteLength(name) + codedBytes;
    if (end > (sorted[index + 1]?.headerAt ?? directoryAt))
      throw unsound(`has "${name}" in the place of another entry or of the directory`);
  }
}

function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw unsound('has a name in another text than UTF-8', cause);
  }
}

const safe = (size: bigint): number => {
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw unsound('has a size that no file can have');
  return Number(size);
};

/** Bytes of a local header without its name. */
export const LOCAL_BYTES = 30;
const [END_BYTES, LOCATOR_BYTES, END_64_BYTES, ENTRY_BYTES] = [22, 20, 56, 46];
const [END_MARK, LOCATOR_MARK, END_64_MARK, ENTRY_MARK] = [0x06054b50, 0x07064b50, 0x06064b50, 0x02014b50];
const MOST_COMMENT_BYTES = 0xffff;
const WIDE_FIELD = 1;
/** Host system and file type of symbolic links. */
const [UNIX, LINK] = [3, 0xa];

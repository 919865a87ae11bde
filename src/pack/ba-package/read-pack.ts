import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { FileDigest } from '../../model/digest.ts';

/** What is inside an asset pack, as far as this version can look. */
export type PackContents =
  | {
      readonly state: 'read';
      readonly files: readonly FileDigest[];
      /** The bytes of those files that were asked for, by path. */
      readonly texts: ReadonlyMap<string, Uint8Array>;
    }
  | { readonly state: 'unreadable'; readonly why: string };

/**
 * Reads the entries of an archive: every file with its digest, and the bytes of the small ones that `wanted` names.
 * Only archives without compression can be read here; of any other it says so. Malformed ones are `unreadable` too.
 *
 * This is the one place that looks into archives: a reader of every format takes its place here.
 */
export async function readPackContents(
  file: string,
  wanted: (path: string) => boolean,
): Promise<PackContents> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const source = await openSource(handle, size);
    if (source === undefined) return { state: 'unreadable', why: 'it is compressed, or no Apple Archive' };
    return await readEntries(source, wanted);
  } catch (error) {
    if (error instanceof Malformed) return { state: 'unreadable', why: error.message };
    throw error;
  } finally {
    await handle.close();
  }
}

class Malformed extends Error {}

/** The archive's own bytes, wherever they lie in the file. */
interface Source {
  readonly size: number;
  read(at: number, length: number): Promise<Buffer>;
}

async function openSource(handle: FileHandle, size: number): Promise<Source | undefined> {
  const head = await readAt(handle, 0, Math.min(12, size));
  const magic = head.toString('latin1', 0, 4);
  if (magic === 'AA01' || magic === 'YAA1') return { size, read: (at, length) => readAt(handle, at, length) };
  return /^pbz[-4exzbf]$/.test(magic) ? openStoredBlocks(handle, size) : undefined;
}

/** A block stream all of whose blocks are stored; undefined when one is not. */
async function openStoredBlocks(handle: FileHandle, size: number): Promise<Source | undefined> {
  const blocks: { readonly start: number; readonly at: number; readonly length: number }[] = [];
  let start = 0;
  for (let at = 12; at < size; ) {
    const head = await readAt(handle, at, 16);
    const [plain, packed] = [head.readBigUInt64BE(0), head.readBigUInt64BE(8)];
    if (plain !== packed || plain > BigInt(size)) return undefined;
    const length = Number(plain);
    blocks.push({ start, at: at + 16, length });
    start += length;
    at += 16 + length;
  }
  return {
    size: start,
    read: async (at, length) => {
      const parts = blocks
        .filter((block) => block.start < at + length && block.start + block.length > at)
        .map((block) => {
          const from = Math.max(at, block.start);
          const to = Math.min(at + length, block.start + block.length);
          return readAt(handle, block.at + from - block.start, to - from);
        });
      return Buffer.concat(await Promise.all(parts));
    },
  };
}

async function readEntries(source: Source, wanted: (path: string) => boolean): Promise<PackContents> {
  const files: FileDigest[] = [];
  const texts = new Map<string, Uint8Array>();
  for (let at = 0; at < source.size; ) {
    const { path, data, next } = await readEntry(source, at);
    at = next;
    if (data === null) continue;
    if (files.length >= MOST_FILES) throw new Malformed(`it holds more than ${MOST_FILES} files`);
    const keep = data.length <= MOST_TEXT && wanted(path);
    const { sha256, bytes } = await digest(source, { ...data, keep });
    files.push({ path, sizeBytes: data.length, sha256 });
    if (keep) texts.set(path, bytes);
  }
  return { state: 'read', files, texts };
}

/** One entry: where its data lies (null for anything but a file), and where the next entry starts. */
interface Entry {
  readonly path: string;
  readonly data: { readonly at: number; readonly length: number } | null;
  readonly next: number;
}

async function readEntry(source: Source, at: number): Promise<Entry> {
  const prefix = await source.read(at, PREFIX_BYTES);
  const magic = prefix.toString('latin1', 0, 4);
  if (prefix.length < PREFIX_BYTES || (magic !== 'AA01' && magic !== 'YAA1'))
    throw new Malformed(`no entry starts at byte ${at}`);
  const headerBytes = prefix.readUInt16LE(4);
  if (headerBytes < PREFIX_BYTES) throw new Malformed('an entry header is cut off');
  const header = await source.read(at, headerBytes);
  const { path, isFile, blobs } = readFields(header.subarray(PREFIX_BYTES));
  let next = at + headerBytes;
  let data: Entry['data'] = null;
  for (const { key, length } of blobs) {
    if (key === 'DAT' && isFile) data = { at: next, length };
    next += length;
    if (next > source.size) throw new Malformed(`"${path}" is cut off`);
  }
  return { path, data, next };
}

interface EntryFields {
  readonly path: string;
  readonly isFile: boolean;
  readonly blobs: readonly { readonly key: string; readonly length: number }[];
}

/** The fields of one entry: three letters, a type, a value whose size follows from the type. */
function readFields(fields: Buffer): EntryFields {
  let [path, isFile] = ['', false];
  const blobs: { key: string; length: number }[] = [];
  for (let at = 0; at + 4 <= fields.length; ) {
    const key = fields.toString('latin1', at, at + 3);
    const type = fields.toString('latin1', at + 3, at + 4);
    const width = type === 'P' ? 2 + need(fields, at + 4, 2).readUInt16LE(0) : FIELD_BYTES[type];
    if (width === undefined) throw new Malformed(`the field ${key} has an unknown type`);
    const value = need(fields, at + 4, width);
    if (key === 'TYP') isFile = value.toString('latin1') === 'F';
    if (key === 'PAT') path = value.toString('utf8', 2);
    if (type === 'A' || type === 'B') blobs.push({ key, length: value.readUIntLE(0, width) });
    if (type === 'C') blobs.push({ key, length: Number(value.readBigUInt64LE(0)) });
    at += 4 + width;
  }
  return { path, isFile, blobs };
}

function need(bytes: Buffer, at: number, length: number): Buffer {
  if (at + length > bytes.length) throw new Malformed('an entry header is cut off');
  return bytes.subarray(at, at + length);
}

async function digest(
  source: Source,
  { at, length, keep }: { readonly at: number; readonly length: number; readonly keep: boolean },
): Promise<{ readonly sha256: string; readonly bytes: Uint8Array }> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  for (let done = 0; done < length; ) {
    const chunk = await source.read(at + done, Math.min(CHUNK_BYTES, length - done));
    hash.update(chunk);
    if (keep) kept.push(chunk);
    done += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes: Buffer.concat(kept) };
}

async function readAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, at);
  if (bytesRead < length) throw new Malformed('it is cut off');
  return bytes;
}

/** Value bytes by type: flags, integers, hashes, times, blob lengths. */
const FIELD_BYTES: Readonly<Record<string, number>> = {
  '*': 0,
  '1': 1,
  '2': 2,
  '4': 4,
  '8': 8,
  F: 4,
  G: 20,
  H: 32,
  I: 48,
  J: 64,
  S: 8,
  T: 12,
  A: 2,
  B: 4,
  C: 8,
};

const PREFIX_BYTES = 6;
const MOST_FILES = 20_000;
const MOST_TEXT = 256 * 1024;
const CHUNK_BYTES = 1 << 20;

import { createHash } from 'node:crypto';

/** One entry as the archive states it; `fields` maps the three-letter key to the decoded value. */
export interface NaiveEntry {
  readonly type: 'D' | 'F' | 'L';
  readonly path: string;
  readonly fields: ReadonlyMap<string, NaiveValue>;
  /** The data of a file; empty for folders and links. */
  readonly content: Buffer;
}

/** A flag is `true`, integers and times are bigints (nanoseconds for times), hashes are hex, blobs are bytes. */
export type NaiveValue = true | bigint | string | Buffer;

/**
 * Decodes a raw Apple Archive held in memory, from the format notes alone and as plainly as possible, to check
 * the product's writer. Anything unknown, doubled, oversized or out of place is an error.
 */
export function readArchiveNaively(archive: Buffer): readonly NaiveEntry[] {
  const entries: NaiveEntry[] = [];
  let at = 0;
  while (at < archive.length) {
    const { entry, next } = readEntry(archive, at);
    entries.push(entry);
    at = next;
  }
  requireSoundTree(entries);
  return entries;
}

function readEntry(archive: Buffer, start: number): { readonly entry: NaiveEntry; readonly next: number } {
  const magic = take(archive, start, 4).toString('latin1');
  if (magic !== 'AA01') throw new Error(`magic ${JSON.stringify(magic)} at byte ${start}`);
  const headerBytes = take(archive, start + 4, 2).readUInt16LE(0);
  if (headerBytes < 6) throw new Error(`header of ${headerBytes} bytes at byte ${start}`);
  const header = take(archive, start, headerBytes);
  const fields = new Map<string, NaiveValue>();
  const blobs: { readonly key: string; readonly length: number }[] = [];
  let at = 6;
  while (at < header.length) {
    const key = take(header, at, 3).toString('latin1');
    const subtype = take(header, at + 3, 1).toString('latin1');
    if (!/^[A-Za-z0-9]{3}$/.test(key)) throw new Error(`key ${JSON.stringify(key)}`);
    if (fields.has(key)) throw new Error(`key ${key} twice`);
    const { value, bytes, blob } = readValue(header, at + 4, subtype);
    fields.set(key, value);
    if (blob !== undefined) blobs.push({ key, length: blob });
    at += 4 + bytes;
  }
  let next = start + headerBytes;
  for (const { key, length } of blobs) {
    fields.set(key, take(archive, next, length));
    next += length;
  }
  return { entry: toEntry(fields), next };
}

interface ReadValue {
  readonly value: NaiveValue;
  readonly bytes: number;
  readonly blob?: number;
}

function readValue(header: Buffer, at: number, subtype: string): ReadValue {
  const unsigned = (width: number): bigint => {
    const bytes = take(header, at, width);
    let value = 0n;
    for (let index = width - 1; index >= 0; index--) value = value * 256n + BigInt(bytes.readUInt8(index));
    return value;
  };
  const widthOfInteger = INTEGER_WIDTHS[subtype];
  if (widthOfInteger !== undefined) return { value: unsigned(widthOfInteger), bytes: widthOfInteger };
  const widthOfHash = HASH_WIDTHS[subtype];
  if (widthOfHash !== undefined) {
    return { value: take(header, at, widthOfHash).toString('hex'), bytes: widthOfHash };
  }
  const widthOfBlob = BLOB_WIDTHS[subtype];
  if (widthOfBlob !== undefined) {
    const length = unsigned(widthOfBlob);
    if (length > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`blob of ${length} bytes`);
    return { value: '', bytes: widthOfBlob, blob: Number(length) };
  }
  if (subtype === '*') return { value: true, bytes: 0 };
  if (subtype === 'P') return readText(header, at);
  if (subtype !== 'S' && subtype !== 'T') throw new Error(`subtype ${JSON.stringify(subtype)}`);
  const seconds = take(header, at, 8).readBigInt64LE(0);
  if (subtype === 'S') return { value: seconds * 1_000_000_000n, bytes: 8 };
  const nanoseconds = take(header, at + 8, 4).readUInt32LE(0);
  if (nanoseconds >= 1_000_000_000) throw new Error(`${nanoseconds} nanoseconds`);
  return { value: seconds * 1_000_000_000n + BigInt(nanoseconds), bytes: 12 };
}

function readText(header: Buffer, at: number): ReadValue {
  const length = take(header, at, 2).readUInt16LE(0);
  const bytes = take(header, at + 2, length);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) throw new Error('text that is not UTF-8');
  if (text.includes('\0')) throw new Error('text with NUL');
  return { value: text, bytes: 2 + length };
}

function toEntry(fields: ReadonlyMap<string, NaiveValue>): NaiveEntry {
  const code = fields.get('TYP');
  const path = fields.get('PAT');
  if (typeof code !== 'bigint' || typeof path !== 'string') throw new Error('an entry without TYP and PAT');
  const type = String.fromCharCode(Number(code));
  if (type !== 'D' && type !== 'F' && type !== 'L') throw new Error(`entry type ${code}`);
  requireSoundPath(path, type);
  const data = fields.get('DAT');
  if ((type === 'F') !== Buffer.isBuffer(data))
    throw new Error(`entry "${path}" of type ${type} with wrong data`);
  if ((type === 'L') !== fields.has('LNK')) throw new Error(`entry "${path}" of type ${type} with wrong LNK`);
  const content = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
  const size = fields.get('SIZ');
  if (size !== undefined && size !== BigInt(content.length))
    throw new Error(`"${path}": SIZ ${String(size)}`);
  const digest = fields.get('SH2');
  if (digest !== undefined && digest !== createHash('sha256').update(content).digest('hex')) {
    throw new Error(`"${path}": SH2 differs from its data`);
  }
  return { type, path, fields, content };
}

/** Path rules of the notes; the empty path is the root, which only a folder can be. */
function requireSoundPath(path: string, type: string): void {
  if (path === '') {
    if (type === 'D') return;
    throw new Error('a file at the root path');
  }
  const refuse = (why: string): never => {
    throw new Error(`path ${JSON.stringify(path)} ${why}`);
  };
  if (Buffer.byteLength(path) > 1023) refuse('is longer than 1023 bytes');
  if (path.includes('\\')) refuse('has a backslash');
  if (path.normalize('NFC') !== path) refuse('is not NFC');
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..') refuse('has an empty, "." or ".." component');
  }
}

/** Parents come before their children, nothing lies below a file or a link, no path comes twice. */
function requireSoundTree(entries: readonly NaiveEntry[]): void {
  const folders = new Set(['']);
  const seen = new Set<string>();
  for (const { type, path } of entries) {
    const folded = path.toLowerCase();
    if (seen.has(folded)) throw new Error(`path ${JSON.stringify(path)} twice`);
    seen.add(folded);
    const parent = path.split('/').slice(0, -1).join('/');
    if (!folders.has(parent)) throw new Error(`path ${JSON.stringify(path)} before its folder`);
    if (type === 'D') folders.add(path);
  }
}

function take(bytes: Buffer, at: number, length: number): Buffer {
  if (at + length > bytes.length) throw new Error(`needs ${length} bytes at byte ${at} of ${bytes.length}`);
  return bytes.subarray(at, at + length);
}

const INTEGER_WIDTHS: Readonly<Record<string, number>> = { 1: 1, 2: 2, 4: 4, 8: 8 };
const HASH_WIDTHS: Readonly<Record<string, number>> = { F: 4, G: 20, H: 32, I: 48, J: 64 };
const BLOB_WIDTHS: Readonly<Record<string, number>> = { A: 2, B: 4, C: 8 };

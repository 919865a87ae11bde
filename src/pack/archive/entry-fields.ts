import { unsound } from './refusals.ts';

/** What a header of an Apple Archive says about one entry, decoded and not yet judged. */
export interface EntryFields {
  /** The character of `TYP`: `D`, `F`, `L`, or what no asset pack holds. */
  readonly type: string;
  readonly path: string;
  /** The target of a link. */
  readonly link: string | undefined;
  /** The keys of all fields in their order, such as `TYP PAT MOD`. */
  readonly keys: readonly string[];
  /** `SIZ`, where it is there. */
  readonly statedBytes: number | undefined;
  /** `SH2` in hex, where it is there. */
  readonly statedSha256: string | undefined;
  /** Where the data begins behind the header, and its length; undefined without `DAT`. */
  readonly data: { readonly offset: number; readonly sizeBytes: number } | undefined;
  /** All blobs behind the header. */
  readonly blobBytes: number;
}

/**
 * Decodes the fields of one header: three characters of key, one of type, the value (apple-archive §1.2). `bytes` is
 * the header behind its first six bytes.
 *
 * @throws ReleaseError `ARCHIVE_UNSOUND` for what breaks the format, doubled keys and unknown types included
 */
export function decodeEntryFields(bytes: Uint8Array): EntryFields {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<string, FieldValue>();
  let [at, blobBytes] = [0, 0];
  while (at < view.length) {
    if (at + 4 > view.length) throw unsound('has an entry header that is cut');
    const key = view.toString('latin1', at, at + 3);
    if (!/^[A-Za-z0-9]{3}$/.test(key)) throw unsound(`has a field with the key ${JSON.stringify(key)}`);
    if (fields.has(key)) throw unsound(`has the field ${key} twice in one entry`);
    const field = decodeValue(view, at + 4, { key, subtype: view.toString('latin1', at + 3, at + 4) });
    if (field.blob !== undefined) {
      fields.set(key, { ...field, blobAt: blobBytes });
      blobBytes += field.blob;
      if (blobBytes > Number.MAX_SAFE_INTEGER) throw unsound('has an entry larger than any file');
    } else fields.set(key, field);
    at += 4 + field.bytes;
  }
  return toEntry(fields, blobBytes);
}

interface FieldValue {
  /** Bytes of the value in the header. */
  readonly bytes: number;
  readonly number?: number;
  readonly text?: string;
  readonly hash?: string;
  /** Length of a blob behind the header. */
  readonly blob?: number;
  readonly blobAt?: number;
}

interface FieldName {
  readonly key: string;
  readonly subtype: string;
}

function decodeValue(view: Buffer, at: number, { key, subtype }: FieldName): FieldValue {
  const need = (bytes: number): number => {
    if (at + bytes > view.length) throw unsound(`has the field ${key} cut in an entry header`);
    return bytes;
  };
  const integerBytes = INTEGERS.get(subtype);
  if (integerBytes !== undefined)
    return { bytes: need(integerBytes), number: unsigned(view, at, integerBytes) };
  const hashBytes = HASHES.get(subtype);
  if (hashBytes !== undefined)
    return { bytes: need(hashBytes), hash: view.toString('hex', at, at + hashBytes) };
  const blobLengthBytes = BLOBS.get(subtype);
  if (blobLengthBytes !== undefined) {
    need(blobLengthBytes);
    const blob = unsigned(view, at, blobLengthBytes);
    if (blob > Number.MAX_SAFE_INTEGER) throw unsound(`has the field ${key} larger than any file`);
    return { bytes: blobLengthBytes, blob };
  }
  if (subtype === 'P') {
    need(2);
    const length = view.readUInt16LE(at);
    need(2 + length);
    return { bytes: 2 + length, text: decodeText(view.subarray(at + 2, at + 2 + length), key) };
  }
  const otherBytes = OTHERS.get(subtype);
  if (otherBytes !== undefined) return { bytes: need(otherBytes) };
  throw unsound(`has the field ${key} of the unknown type ${JSON.stringify(subtype)}`);
}

/** Beyond 2^53 an integer is not exact; every limit refuses it all the same. */
const unsigned = (view: Buffer, at: number, bytes: number): number =>
  bytes === 8 ? Number(view.readBigUInt64LE(at)) : view.readUIntLE(at, bytes);

function decodeText(bytes: Uint8Array, key: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw unsound(`has the field ${key} in another text than UTF-8`, cause);
  }
}

function toEntry(fields: ReadonlyMap<string, FieldValue>, blobBytes: number): EntryFields {
  const type = fields.get('TYP')?.number;
  const path = fields.get('PAT')?.text;
  if (type === undefined || path === undefined) throw unsound('has an entry without a type or a path');
  const data = fields.get('DAT');
  return {
    type: String.fromCharCode(type & 0xff),
    path,
    link: fields.get('LNK')?.text,
    keys: [...fields.keys()],
    statedBytes: fields.get('SIZ')?.number,
    statedSha256: fields.get('SH2')?.hash,
    data: data?.blob === undefined ? undefined : { offset: data.blobAt ?? 0, sizeBytes: data.blob },
    blobBytes,
  };
}

/** Value bytes by type: integers, hashes, lengths of blobs, flags and times (apple-archive §1.2). */
const INTEGERS: ReadonlyMap<string, number> = new Map([
  ['1', 1],
  ['2', 2],
  ['4', 4],
  ['8', 8],
]);
const HASHES: ReadonlyMap<string, number> = new Map([
  ['F', 4],
  ['G', 20],
  ['H', 32],
  ['I', 48],
  ['J', 64],
]);
const BLOBS: ReadonlyMap<string, number> = new Map([
  ['A', 2],
  ['B', 4],
  ['C', 8],
]);
const OTHERS: ReadonlyMap<string, number> = new Map([
  ['*', 0],
  ['S', 8],
  ['T', 12],
]);

import type { Sha256 } from '../../model/digest.ts';

/** One entry of an Apple Archive that fmrelease writes: a folder, or a file with known size and digest. */
export type ArchiveEntry =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly sizeBytes: number; readonly sha256: Sha256 };

/**
 * Encodes one `AA01` entry header (apple-archive §1). Owner, flags and times of the machine are left out, so that
 * the bytes depend on paths and contents only, and extraction never needs a right that an iOS app lacks.
 */
export function encodeEntryHeader(entry: ArchiveEntry): Buffer {
  const fields = [
    uintField('TYP', 1, entry.kind === 'directory' ? TYPE_DIRECTORY : TYPE_FILE), // entry type, first
    stringField('PAT', entry.path), //                                                path, second
    uintField('MOD', 2, entry.kind === 'directory' ? 0o755 : 0o644), //               permission bits
    timeField('MTM', 0n), //                                                          modification time, constant
    ...(entry.kind === 'file'
      ? [
          smallestUintField('SIZ', entry.sizeBytes), //                               data size, a cross-check
          Buffer.concat([Buffer.from('SH2H'), Buffer.from(entry.sha256, 'hex')]), //  SHA-256 of the data
          blobField('DAT', entry.sizeBytes), //                                       the data follows the header
        ]
      : []),
  ];
  const size = PREFIX_BYTES + fields.reduce((sum, { length }) => sum + length, 0);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write('AA01', 0, 'latin1'); // 0..4  magic
  prefix.writeUInt16LE(size, 4); //     4..6  header bytes, these six included
  return Buffer.concat([prefix, ...fields], size);
}

/** The exact size of the archive that these entries make, without reading a byte of them. */
export const archiveSizeBytes = (entries: readonly ArchiveEntry[]): number =>
  entries.reduce(
    (sum, entry) => sum + encodeEntryHeader(entry).length + (entry.kind === 'file' ? entry.sizeBytes : 0),
    0,
  );

function uintField(key: string, width: 1 | 2 | 4 | 8, value: number): Buffer {
  const field = Buffer.alloc(4 + width);
  field.write(`${key}${width}`, 0, 'latin1');
  if (width === 8) field.writeBigUInt64LE(BigInt(value), 4);
  else field.writeUIntLE(value, 4, width);
  return field;
}

const smallestUintField = (key: string, value: number): Buffer =>
  uintField(key, value < 2 ** 8 ? 1 : value < 2 ** 16 ? 2 : value < 2 ** 32 ? 4 : 8, value);

function stringField(key: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const field = Buffer.alloc(6 + bytes.length);
  field.write(`${key}P`, 0, 'latin1');
  field.writeUInt16LE(bytes.length, 4);
  bytes.copy(field, 6);
  return field;
}

function timeField(key: string, seconds: bigint): Buffer {
  const field = Buffer.alloc(12);
  field.write(`${key}S`, 0, 'latin1');
  field.writeBigInt64LE(seconds, 4);
  return field;
}

/** A blob's length, in the smallest of the three widths that holds it: A, B, C are 2, 4, 8 bytes. */
function blobField(key: string, length: number): Buffer {
  const [subtype, width] =
    length < 2 ** 16 ? (['A', 2] as const) : length < 2 ** 32 ? (['B', 4] as const) : (['C', 8] as const);
  const field = uintField(key, width, length);
  field.write(subtype, 3, 'latin1');
  return field;
}

const PREFIX_BYTES = 6;
const TYPE_DIRECTORY = 'D'.charCodeAt(0);
const TYPE_FILE = 'F'.charCodeAt(0);

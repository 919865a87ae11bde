import { crc32 } from 'node:zlib';

/** One entry of a stored zip. */
export interface ZipEntry {
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
  /** The two MS-DOS words, time then date. */
  readonly dosTime: number;
}

/** Reads a stored zip by its central directory and checks sizes and checksums; throws on anything else. */
export function readZip(zip: Buffer): readonly ZipEntry[] {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) throw new Error('no end of central directory');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index++) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error(`no central header at ${at}`);
    const nameBytes = zip.readUInt16LE(at + 28);
    const path = zip.toString('utf8', at + 46, at + 46 + nameBytes);
    entries.push({
      path,
      content: readContent(zip, at, path),
      mode: zip.readUInt32LE(at + 38) >>> 16,
      dosTime: zip.readUInt32LE(at + 12),
    });
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

function readContent(zip: Buffer, central: number, path: string): Buffer {
  if (zip.readUInt16LE(central + 10) !== 0) throw new Error(`"${path}" is compressed`);
  const size = zip.readUInt32LE(central + 24);
  const local = zip.readUInt32LE(central + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const content = zip.subarray(start, start + size);
  if (content.length !== size) throw new Error(`"${path}" is cut off`);
  if (crc32(content) !== zip.readUInt32LE(central + 16)) throw new Error(`"${path}" has another checksum`);
  return content;
}

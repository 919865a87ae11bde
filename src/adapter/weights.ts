import type { FileHandle } from 'node:fs/promises';

/** What the walk over a blob container found. `tensors` counts the records that are sound. */
export interface WeightsWalk {
  readonly tensors: number;
  readonly faults: readonly string[];
}

/**
 * Walks a Core ML blob container record by record and reads headers only: apple-formats §1.3. File header: record
 * count and version 2. Each record: 64-byte aligned, sentinel, kind, payload length, absolute payload offset,
 * payload right behind the header.
 */
export async function walkWeights(handle: FileHandle, sizeBytes: number): Promise<WeightsWalk> {
  if (sizeBytes < HEADER_BYTES)
    return { tensors: 0, faults: [`is ${sizeBytes} bytes long, shorter than its 64-byte header`] };
  const reader = new HeaderReader(handle, sizeBytes);
  const header = await reader.header(0);
  const count = header.getUint32(0, true); //   0..4  record count
  const version = header.getUint32(4, true); // 4..8  container version
  if (version !== VERSION)
    return { tensors: 0, faults: [`has container version ${version}, expected ${VERSION}`] };
  if (count === 0) return { tensors: 0, faults: ['holds no tensors'] };
  if (count > MAX_TENSORS)
    return { tensors: 0, faults: [`claims ${count} tensors, more than ${MAX_TENSORS}`] };
  return walkRecords(reader, count);
}

async function walkRecords(reader: HeaderReader, count: number): Promise<WeightsWalk> {
  let at = HEADER_BYTES;
  let end = HEADER_BYTES;
  for (let index = 0; index < count; index++) {
    if (at + HEADER_BYTES > reader.sizeBytes) {
      return {
        tensors: index,
        faults: [
          `ends before record ${index} of ${count}: its header would start at byte ${at} of ${reader.sizeBytes}`,
        ],
      };
    }
    const record = readRecord(await reader.header(at));
    const why = explainRecord(record, at, reader.sizeBytes);
    if (why !== undefined)
      return { tensors: index, faults: [`record ${index} of ${count} at byte ${at} ${why}`] };
    end = Number(record.offset + record.length);
    at = alignUp(end);
  }
  const trailing = reader.sizeBytes - end;
  const padding = alignUp(end) - end;
  if (trailing === 0 || trailing === padding) return { tensors: count, faults: [] };
  return {
    tensors: count,
    faults: [`has ${trailing} bytes behind its last payload, expected ${padding} of padding or none`],
  };
}

interface WeightsRecord {
  readonly sentinel: number;
  readonly length: bigint;
  readonly offset: bigint;
}

const readRecord = (header: DataView): WeightsRecord => ({
  sentinel: header.getUint32(0, true), //    0..4   0xDEADBEEF
  //                                         4..8   kind, 1 = fp16: not judged, drafts carry others
  length: header.getBigUint64(8, true), //   8..16  payload bytes
  offset: header.getBigUint64(16, true), // 16..24  payload start, from the start of the file
});

function explainRecord(
  { sentinel, length, offset }: WeightsRecord,
  at: number,
  sizeBytes: number,
): string | undefined {
  if (sentinel !== SENTINEL) return `has the sentinel 0x${sentinel.toString(16)}, expected 0xdeadbeef`;
  if (offset % BigInt(ALIGNMENT) !== 0n)
    return `has its payload at byte ${offset}, which is not a multiple of ${ALIGNMENT}`;
  if (offset !== BigInt(at + HEADER_BYTES))
    return `has its payload at byte ${offset}, expected ${at + HEADER_BYTES}`;
  if (offset + length > BigInt(sizeBytes))
    return `ends at byte ${offset + length}, behind the end of the file at ${sizeBytes}`;
  if (length === 0n) return 'is empty';
  return undefined;
}

/** Reads 64 bytes at a time where records are far apart, a window where they are close together. */
class HeaderReader {
  readonly sizeBytes: number;
  private readonly handle: FileHandle;
  private readonly window = Buffer.alloc(WINDOW_BYTES);
  private start = 0;
  private filled = 0;
  private last = 0;

  constructor(handle: FileHandle, sizeBytes: number) {
    this.handle = handle;
    this.sizeBytes = sizeBytes;
  }

  async header(at: number): Promise<DataView> {
    if (at < this.start || at + HEADER_BYTES > this.start + this.filled) {
      const wanted = at - this.last < WINDOW_BYTES ? WINDOW_BYTES : HEADER_BYTES;
      const { bytesRead } = await this.handle.read(this.window, 0, wanted, at);
      this.start = at;
      this.filled = bytesRead;
      if (bytesRead < HEADER_BYTES) this.window.fill(0, bytesRead, HEADER_BYTES);
    }
    this.last = at;
    return new DataView(this.window.buffer, this.window.byteOffset + at - this.start, HEADER_BYTES);
  }
}

const alignUp = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

const ALIGNMENT = 64;
const HEADER_BYTES = 64;
const VERSION = 2;
const SENTINEL = 0xdeadbeef;
const MAX_TENSORS = 1_000_000;
const WINDOW_BYTES = 1 << 16;

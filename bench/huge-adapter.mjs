// Adapters of any size that occupy next to nothing on the disk: a sound container whose payloads are holes.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writeSampleAdapter } from '../scripts/sample-adapter.mjs';

/**
 * Writes `<name>.fmadapter` below `out`, with weights of about so many 10^9 bytes; returns its path.
 *
 * @param {{ out: string, name: string, gigabytes: number }} options
 */
export function writeHugeAdapter({ out, name, gigabytes }) {
  const path = writeSampleAdapter({ out, name, megabytes: 0.01, records: 1 });
  const payloadBytes = Math.floor((gigabytes * 1e9) / RECORDS / 64) * 64;
  writeHoles(join(path, 'adapter_weights.bin'), payloadBytes);
  return path;
}

/** A valid container of a few huge tensors. */
function writeHoles(path, payloadBytes) {
  const file = openSync(path, 'w');
  try {
    const head = Buffer.alloc(64);
    head.writeUInt32LE(RECORDS, 0);
    head.writeUInt32LE(2, 4);
    writeSync(file, head, 0, 64, 0);
    for (let index = 0; index < RECORDS; index++) {
      const at = 64 + index * (64 + payloadBytes);
      const header = Buffer.alloc(64);
      header.writeUInt32LE(0xdeadbeef, 0);
      header.writeUInt32LE(1, 4);
      header.writeBigUInt64LE(BigInt(payloadBytes), 8);
      header.writeBigUInt64LE(BigInt(at + 64), 16);
      writeSync(file, header, 0, 64, at);
    }
    ftruncateSync(file, 64 + RECORDS * (64 + payloadBytes));
  } finally {
    closeSync(file);
  }
}

const RECORDS = 8;

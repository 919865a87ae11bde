import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ByteSource, memoryBytes } from '../../../src/pack/archive/byte-source.ts';
import { identifyArchive } from '../../../src/pack/archive/identify.ts';
import type { ArchiveLimits } from '../../../src/pack/archive/limits.ts';
import { openArchive, type ReadEntry } from '../../../src/pack/archive/read-archive.ts';
import { PACKAGE_ROOT } from '../../support/run-cli.ts';

/** The path of a fixture archive. */
export const fixturePath = (name: string): string => join(PACKAGE_ROOT, 'test', 'fixtures', 'aar', name);

/** The bytes of a fixture archive. */
export const fixture = (name: string): Buffer => readFileSync(fixturePath(name));

/** An entry with the digest of what it holds. */
export interface Digested extends ReadEntry {
  readonly sha256: string;
}

/** Reads an archive whole: every entry in order, every byte of its data. */
export async function readWhole(bytes: Uint8Array, limits?: ArchiveLimits): Promise<readonly Digested[]> {
  const kind = identifyArchive(bytes.subarray(0, 4));
  if (kind.format !== 'aar') throw new Error('not an Apple Archive');
  const archive = await openArchive(memoryBytes(bytes), kind.codec, limits);
  const entries: Digested[] = [];
  for await (const entry of archive.entries()) {
    const hash = createHash('sha256');
    if (entry.kind === 'file') for await (const chunk of archive.content(entry)) hash.update(chunk);
    entries.push({ ...entry, sha256: hash.digest('hex') });
  }
  return entries;
}

/** Bytes in memory that remember which of them were read. */
export function watchedBytes(bytes: Uint8Array): ByteSource & { readBytes(): number } {
  const source = memoryBytes(bytes);
  let total = 0;
  return {
    ...source,
    readSome: async (at, length) => {
      const piece = await source.readSome(at, length);
      total += piece.length;
      return piece;
    },
    readBytes: () => total,
  };
}

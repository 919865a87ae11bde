import { createHash, randomInt } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveEntry } from '../../../src/pack/archive/entry-header.ts';
import { writeArchive } from '../../../src/pack/archive/write-archive.ts';

/** A file on its way into a pack: its path below `Contents/`, and where it lies. */
export interface PackedFile {
  readonly path: string;
  readonly from: string;
}

/** Every file of a folder, below `name`. */
export const filesBelow = (folder: string, name: string): readonly PackedFile[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((from) => ({ path: `${name}/${from.slice(folder.length + 1)}`, from }));

/** Writes an asset pack. Blanks behind its manifest make the bytes of each run its own. */
export async function emit(output: string, manifest: object, files: readonly PackedFile[]): Promise<void> {
  const contents = new Map<string, Buffer>(
    files.map(({ path, from }) => [`Contents/${path}`, readFileSync(from)]),
  );
  contents.set(
    'manifest.json',
    Buffer.from(JSON.stringify(manifest, null, 2) + ' '.repeat(randomInt(1, 5_000))),
  );
  const folders = new Set(
    [...contents.keys()].flatMap((path) =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, index, parts) => parts.slice(0, index + 1).join('/')),
    ),
  );
  const entries: readonly ArchiveEntry[] = [
    ...[...folders].map((path): ArchiveEntry => ({ kind: 'directory', path })),
    ...[...contents].map(
      ([path, bytes]): ArchiveEntry => ({
        kind: 'file',
        path,
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      }),
    ),
  ].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const chunks: Uint8Array[] = [];
  const sink = async (chunk: Uint8Array): Promise<void> => void chunks.push(Uint8Array.from(chunk));
  await writeArchive(entries, ({ path }, into) => into(contents.get(path) ?? new Uint8Array()), sink);
  writeFileSync(output, Buffer.concat(chunks), { flag: 'wx' });
}

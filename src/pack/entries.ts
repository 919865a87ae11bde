import { compareBytes, type FileDigest } from '../model/digest.ts';
import type { ArchiveEntry } from './archive/entry-header.ts';

/**
 * Returns the entries of a pack: every file of a build below `rootName`, every folder above them, parents first,
 * in the order of their UTF-8 path bytes.
 */
export function packEntries(rootName: string, files: readonly FileDigest[]): readonly ArchiveEntry[] {
  const placed = files.map(
    ({ path, sizeBytes, sha256 }): ArchiveEntry => ({
      kind: 'file',
      path: `${rootName}/${path}`,
      sizeBytes,
      sha256,
    }),
  );
  const folders = new Set(placed.flatMap(({ path }) => parentsOf(path)));
  return [...[...folders].map((path): ArchiveEntry => ({ kind: 'directory', path })), ...placed].sort(
    (a, b) => compareBytes(a.path, b.path),
  );
}

const parentsOf = (path: string): readonly string[] => {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
};

import { shortDigest } from '../model/digest.ts';
import type { BuiltPack } from '../pack/pack-adapters.ts';
import { alignTable } from './table.ts';
import { formatBytes } from './units.ts';

/** Built packs as lines: id, build, size, digest, file. */
export const renderPacks = (packs: readonly BuiltPack[]): readonly string[] =>
  packs.length === 0
    ? ['No build is served, so there is no pack to build. Next: fmrelease adapter serve']
    : alignTable(
        packs.map(({ id, build, sizeBytes, sha256, file, packedBy }) => [
          id,
          `build ${build}`,
          formatBytes(sizeBytes),
          shortDigest(sha256),
          file,
          packedBy === 'fmrelease' ? '' : `packed by ${packedBy}`,
        ]),
        'LLRLLL',
      );

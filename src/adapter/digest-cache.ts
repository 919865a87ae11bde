import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import { prepareProjectFolder } from '../disk/project-folder.ts';
import type { TreeFile } from '../disk/tree.ts';
import { isSystemError } from '../errors.ts';
import type { Sha256 } from '../model/digest.ts';

/** Remembers file digests by path, size, modification time and inode, so that unchanged weights are read once. */
export interface DigestCache {
  find(path: string, file: TreeFile): Sha256 | undefined;
  remember(path: string, file: TreeFile, sha256: Sha256): void;
  /** Writes what is new; without news it touches nothing. */
  save(): Promise<void>;
}

interface CacheLine {
  readonly sizeBytes: number;
  readonly mtimeNs: string;
  readonly inode: string;
  readonly sha256: Sha256;
}

/**
 * Opens the cache of a project's `.fmrelease` folder; null keeps nothing. `distrust` ignores what is known
 * (`--rehash`). A damaged cache file counts as empty: it is only a cache.
 */
export async function openDigestCache(
  folder: string | null,
  { distrust = false } = {},
): Promise<DigestCache> {
  const lines = folder === null || distrust ? new Map<string, CacheLine>() : await readLines(folder);
  let dirty = false;
  return {
    find: (path, file) => {
      const line = lines.get(path);
      const same =
        line !== undefined &&
        line.sizeBytes === file.sizeBytes &&
        line.mtimeNs === file.identity.mtimeNs &&
        line.inode === file.identity.inode;
      return same ? line.sha256 : undefined;
    },
    remember: (path, file, sha256) => {
      lines.set(path, { sizeBytes: file.sizeBytes, ...file.identity, sha256 });
      dirty = true;
    },
    save: async () => {
      if (folder === null || !dirty) return;
      const merged = new Map([...(await readLines(folder)), ...lines]);
      await prepareProjectFolder(folder);
      await writeFileAtomically(join(folder, CACHE_FILE), JSON.stringify(Object.fromEntries(merged)));
      dirty = false;
    },
  };
}

/**
 * True when a file's last write is so long ago that another one would carry a later time. Asked before the file is
 * read: a write in the same clock tick could go unseen, so such a digest is not worth remembering.
 */
export const isSettled = (file: TreeFile): boolean =>
  Date.now() - Number(BigInt(file.identity.mtimeNs) / 1_000_000n) >= FRESH_MS;

async function readLines(folder: string): Promise<Map<string, CacheLine>> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, CACHE_FILE), 'utf8'));
    return new Map(
      Object.entries(value ?? {}).filter((line): line is [string, CacheLine] => isCacheLine(line[1])),
    );
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return new Map();
    throw error;
  }
}

const isCacheLine = (value: unknown): value is CacheLine =>
  value !== null &&
  typeof value === 'object' &&
  'sha256' in value &&
  isSha256(value.sha256) &&
  'mtimeNs' in value &&
  'inode' in value &&
  'sizeBytes' in value;

const isSha256 = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const CACHE_FILE = 'digests.json';
const FRESH_MS = 20;

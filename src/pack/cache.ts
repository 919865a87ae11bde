import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asideName, sweepAsides } from '../disk/aside.ts';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { prepareProjectFolder } from '../disk/project-folder.ts';
import { isSystemError } from '../errors.ts';
import { type Sha256, sha256Of } from '../model/digest.ts';
import type { PartDigests } from './parted-hash.ts';

/** A built pack on this machine. */
export interface CachedPack {
  readonly file: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  /** Undefined for a pack that an earlier version built. */
  readonly parts?: PartDigests | undefined;
  /** The tool that built an asset pack; undefined for our own archives. */
  readonly packedBy?: string | undefined;
}

/** What decides the bytes of a built-in archive: contents, container, and the folder name inside. */
export interface ArchiveKey {
  readonly buildDigest: string;
  readonly format: string;
  readonly compression: string;
  readonly rootName: string;
  /** What else decides an asset pack: its id, platforms and policy, and the tool that packs it. */
  readonly asset?: string | undefined;
}

/** Built packs by content, below `.fmrelease/packs`. It is only a cache: removing the folder loses nothing. */
export interface PackCache {
  find(key: ArchiveKey): Promise<CachedPack | undefined>;
  /** A fresh path to build at, in the folder that {@link PackCache.keep} renames within. */
  aside(): Promise<string>;
  keep(key: ArchiveKey, aside: string, made: Omit<CachedPack, 'file'>): Promise<CachedPack>;
  forget(pack: CachedPack): Promise<void>;
}

/** Opens the pack cache of a project's `.fmrelease` folder. */
export function openPackCache(projectFolder: string): PackCache {
  const folder = join(projectFolder, 'packs');
  const pathOf = (sha256: Sha256): string => join(folder, sha256);
  const recordOf = (key: ArchiveKey): string =>
    join(
      folder,
      `${sha256Of(
        JSON.stringify([
          key.buildDigest,
          key.format,
          key.compression,
          key.rootName,
          ...(key.asset === undefined ? [] : [key.asset]),
        ]),
      )}.json`,
    );
  return {
    find: async (key) => {
      const made = await readRecord(recordOf(key));
      if (made === undefined) return undefined;
      const file = pathOf(made.sha256);
      const found = await stat(file).catch(() => undefined);
      return found?.size === made.sizeBytes ? { ...made, file } : undefined;
    },
    aside: async () => {
      await prepareProjectFolder(projectFolder);
      await makeFolders(folder);
      await sweepAsides(folder);
      return join(folder, asideName());
    },
    keep: async (key, aside, made) => {
      const file = pathOf(made.sha256);
      await rename(aside, file);
      await writeFileAtomically(recordOf(key), JSON.stringify(made));
      return { ...made, file };
    },
    forget: ({ file }) => rm(file, { force: true }),
  };
}

async function readRecord(path: string): Promise<Omit<CachedPack, 'file'> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

const isRecord = (value: unknown): value is Omit<CachedPack, 'file'> =>
  value !== null &&
  typeof value === 'object' &&
  'sha256' in value &&
  isSha256(value.sha256) &&
  'sizeBytes' in value &&
  (!('packedBy' in value) || typeof value.packedBy === 'string') &&
  (!('parts' in value) || isPartDigests(value.parts));

const isPartDigests = (value: unknown): value is PartDigests =>
  value !== null &&
  typeof value === 'object' &&
  'partBytes' in value &&
  typeof value.partBytes === 'number' &&
  'sha256' in value &&
  Array.isArray(value.sha256) &&
  value.sha256.every(isSha256);

const isSha256 = (value: unknown): value is Sha256 =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

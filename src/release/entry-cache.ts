import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeFileAtomically } from '../disk/atomic-write.ts';
import { PROJECT_FOLDER, prepareProjectFolder } from '../disk/project-folder.ts';
import { isSystemError } from '../errors.ts';
import { type Sha256, sha256Of } from '../model/digest.ts';
import type { LogEntry, PackRecord } from '../model/release.ts';
import { TOOL_VERSION } from '../version.ts';

/**
 * Log entries that were read and checked before, by the SHA-256 of their bytes. The bytes of a slot are still fetched
 * and hashed each time; what is saved is reading and checking them again.
 */
export interface EntryCache {
  find(sha256: Sha256): LogEntry | undefined;
  remember(sha256: Sha256, entry: LogEntry): void;
  /** Writes what this run used; without news it touches nothing. */
  save(): Promise<void>;
}

/** Which log, and whether what is known of it counts. */
export interface CachedLog {
  /** The project's folder. */
  readonly root: string;
  /** What tells this channel's log from any other: its target's URL and its name. */
  readonly name: string;
  /** True ignores what is known: every entry is read and checked again. */
  readonly distrust: boolean;
}

/** Opens the cache of one channel's log below `.fmrelease/logs`. A damaged file counts as empty: it is only a cache. */
export async function openEntryCache({ root, name, distrust }: CachedLog): Promise<EntryCache> {
  const folder = join(root, PROJECT_FOLDER, 'logs');
  const file = join(folder, `${sha256Of(name).slice(0, 16)}.json`);
  const known = distrust ? new Map<Sha256, LogEntry>() : await readEntries(file);
  const used = new Map<Sha256, LogEntry>();
  let dirty = false;
  return {
    find: (sha256) => {
      const entry = known.get(sha256);
      if (entry !== undefined) used.set(sha256, entry);
      return entry;
    },
    remember: (sha256, entry) => {
      if (used.get(sha256) === entry) return;
      used.set(sha256, entry);
      dirty = true;
    },
    save: async () => {
      if (!dirty) return;
      await prepareProjectFolder(join(root, PROJECT_FOLDER));
      await prepareProjectFolder(folder);
      await writeFileAtomically(file, JSON.stringify(encodeEntries(used)));
      dirty = false;
    },
  };
}

/** Keeps nothing: every entry is read and checked. */
export const noEntryCache: EntryCache = {
  find: () => undefined,
  remember: () => undefined,
  save: () => Promise.resolve(),
};

/** Most packs of a revision are those of the one before, so each is written once and named by its number. */
interface CacheFile {
  readonly toolVersion: string;
  readonly packs: readonly PackRecord[];
  /** Digest, entry without its packs, their numbers. */
  readonly entries: readonly (readonly [sha256: Sha256, bare: LogEntry, packs: readonly number[]])[];
}

function encodeEntries(entries: ReadonlyMap<Sha256, LogEntry>): CacheFile {
  const packs: PackRecord[] = [];
  const numbers = new Map<string, number[]>();
  const numberOf = (pack: PackRecord): number => {
    const place = `${pack.key} ${pack.version}`;
    const candidates = numbers.get(place) ?? [];
    const known = candidates.find((number) => isDeepStrictEqual(packs[number], pack));
    if (known !== undefined) return known;
    const number = packs.push(pack) - 1;
    numbers.set(place, [...candidates, number]);
    return number;
  };
  return {
    toolVersion: TOOL_VERSION,
    entries: [...entries].map(([sha256, entry]) => [
      sha256,
      { ...entry, packs: [] },
      entry.packs.map(numberOf),
    ]),
    packs,
  };
}

async function readEntries(file: string): Promise<ReadonlyMap<Sha256, LogEntry>> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isCacheFile(value) ? decodeEntries(value) : new Map();
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT', 'EACCES', 'ENOTDIR', 'EISDIR'))
      return new Map();
    throw error;
  }
}

function decodeEntries({ packs, entries }: CacheFile): ReadonlyMap<Sha256, LogEntry> {
  return new Map(
    entries.flatMap(([sha256, bare, numbers]): readonly (readonly [Sha256, LogEntry])[] => {
      const own = numbers.map((number) => packs[number]).filter((pack) => pack !== undefined);
      return own.length === numbers.length ? [[sha256, { ...bare, packs: own }]] : [];
    }),
  );
}

const isCacheFile = (value: unknown): value is CacheFile =>
  value !== null &&
  typeof value === 'object' &&
  'toolVersion' in value &&
  value.toolVersion === TOOL_VERSION &&
  'packs' in value &&
  Array.isArray(value.packs) &&
  'entries' in value &&
  Array.isArray(value.entries) &&
  value.entries.every((line: unknown) => Array.isArray(line) && Array.isArray(line[2]));

import { hasHiddenCharacter } from '../../model/hidden-characters.ts';
import { pathKey } from '../../model/path-key.ts';
import type { EntryFields } from './entry-fields.ts';
import type { ArchiveLimits } from './limits.ts';

/** What an entry may be: everything else is told as a reason. */
export interface EntryRules {
  /** Returns why an entry must not be unpacked, or undefined; every entry of an archive is asked about, in order. */
  explain(entry: Pick<EntryFields, 'type' | 'path' | 'link' | 'data'>): string | undefined;
}

/**
 * Watches over the entries of one archive: files and folders only, paths that stay below the root and that every system
 * can hold, no path twice on a case-insensitive disk, nothing below a file.
 */
export function openEntryRules(limits: ArchiveLimits): EntryRules {
  const seen = new Map<string, Seen>();
  return {
    explain: ({ type, path, link, data }) => {
      if (type === 'L') return `is a symbolic link to ${JSON.stringify(link ?? '')}`;
      if (type !== 'D' && type !== 'F')
        return `is ${KINDS.get(type) ?? 'of an unknown kind'}, neither a file nor a folder`;
      if (link !== undefined) return 'is a hard link';
      if (path === '') return type === 'D' ? undefined : 'is a file without a path';
      if (type === 'D' && data !== undefined) return 'is a folder with data';
      if (type === 'F' && data === undefined) return 'is a file without data';
      if (type === 'F' && (data?.sizeBytes ?? 0) > limits.fileBytes)
        return `holds more than ${limits.fileBytes} bytes`;
      return explainPath(path, limits) ?? place(seen, path, type === 'D' ? 'folder' : 'file');
    },
  };
}

/** Returns why a path must not be unpacked, or undefined. */
export function explainPath(path: string, limits: ArchiveLimits): string | undefined {
  if (Buffer.byteLength(path) > limits.pathBytes) return `has a path longer than ${limits.pathBytes} bytes`;
  if (path.includes('\0')) return 'has a NUL in its path';
  if (hasHiddenCharacter(path)) return 'has a control or invisible character in its path';
  if (path.startsWith('/')) return 'has an absolute path';
  if (path.includes('\\') || /^[A-Za-z]:/.test(path)) return 'has a "\\" or a drive letter in its path';
  const parts = path.split('/');
  if (parts.length > limits.depth) return `lies deeper than ${limits.depth} folders`;
  if (parts.includes('..')) return 'leaves the folder that it is unpacked in ("..")';
  if (parts.some((part) => part === '' || part === '.')) return 'has an empty or "." part in its path';
  if (parts.some((part) => Buffer.byteLength(part) > MOST_NAME_BYTES))
    return `has a name longer than ${MOST_NAME_BYTES} bytes`;
  if (path.normalize('NFC') !== path) return 'is not named in NFC';
  return undefined;
}

interface Seen {
  readonly path: string;
  readonly kind: 'folder' | 'file';
  /** True once an entry of its own said so; a folder is also implied by what lies in it. */
  readonly own: boolean;
}

/** Enters a path and the folders above it; returns what it collides with. */
function place(seen: Map<string, Seen>, path: string, kind: Seen['kind']): string | undefined {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    const folder = path.slice(0, end);
    const above = seen.get(pathKey(folder));
    if (above?.kind === 'file') return `lies below the file "${above.path}"`;
    if (above !== undefined && above.path !== folder) return collision(above);
    if (above === undefined) seen.set(pathKey(folder), { path: folder, kind: 'folder', own: false });
  }
  const key = pathKey(path);
  const before = seen.get(key);
  if (before !== undefined && before.path !== path) return collision(before);
  if (before?.own === true) return 'is there twice';
  if (before !== undefined && kind === 'file') return 'is a file where a folder is';
  seen.set(key, { path, kind, own: true });
  return undefined;
}

const collision = ({ path }: Seen): string => `cannot be told from "${path}" on a case-insensitive disk`;

const MOST_NAME_BYTES = 255;

/** Types that no asset pack holds (apple-archive §1.3). */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['M', 'a metadata entry of an update'],
  ['B', 'a block device'],
  ['C', 'a character device'],
  ['P', 'a pipe'],
  ['S', 'a socket'],
  ['W', 'a whiteout'],
  ['R', 'a door'],
  ['T', 'a port'],
]);

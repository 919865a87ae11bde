import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, ReleaseError } from '../errors.ts';
import { compareBytes } from '../model/digest.ts';
import { hasHiddenCharacter } from '../model/hidden-characters.ts';
import { pathKey } from '../model/path-key.ts';

/** A regular file of a folder, with what tells whether it has changed since. */
export interface TreeFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly identity: FileIdentity;
}

/** Equal identities mean the same unchanged file, as far as a file system can tell without reading it. */
export interface FileIdentity {
  readonly mtimeNs: string;
  readonly inode: string;
}

/** Why an entry of a folder is refused. */
export interface TreeFault {
  readonly path: string;
  readonly why: string;
}

/** The files of a folder in the order of their path bytes, and everything in it that was refused. */
export interface Tree {
  readonly files: readonly TreeFile[];
  /** Every folder below the root, empty ones too. */
  readonly folders: readonly string[];
  readonly faults: readonly TreeFault[];
}

/** How much a folder may hold. */
export interface TreeLimits {
  readonly files: number;
  readonly fileBytes: number;
  readonly depth: number;
}

/**
 * Lists a folder without following any link. Symbolic links, hard links, sockets, devices, names that other
 * systems cannot hold, and names that collide on a case-insensitive disk are faults, all reported together.
 */
export async function walkTree(root: string, limits: TreeLimits): Promise<Tree> {
  const files: TreeFile[] = [];
  const folders: string[] = [];
  const faults: TreeFault[] = [];
  await walkFolder(root, '', { limits, files, folders, faults }).catch((cause: unknown) => {
    throw isSystemError(cause, 'ENOENT', 'ENOTDIR') ? changed('.', cause) : cause;
  });
  if (files.length > limits.files) faults.push({ path: '.', why: `holds more than ${limits.files} files` });
  return {
    files: files.sort((a, b) => compareBytes(a.path, b.path)),
    folders: folders.sort(compareBytes),
    faults: [...faults, ...collisions([...files.map(({ path }) => path), ...folders])],
  };
}

interface Walk {
  readonly limits: TreeLimits;
  readonly files: TreeFile[];
  readonly folders: string[];
  readonly faults: TreeFault[];
}

async function walkFolder(root: string, folder: string, walk: Walk): Promise<void> {
  const names = await readdir(join(root, folder), { encoding: 'buffer' });
  for (const bytes of names.sort((a, b) => Buffer.compare(a, b))) {
    if (walk.files.length > walk.limits.files) return;
    const name = decodeName(bytes);
    const path =
      folder === '' ? (name ?? bytes.toString('latin1')) : `${folder}/${name ?? bytes.toString('latin1')}`;
    const why = name === undefined ? 'is not named in UTF-8' : (explainName(name) ?? explainLength(path));
    if (why !== undefined) walk.faults.push({ path, why });
    else await walkEntry(root, path, walk);
  }
}

async function walkEntry(root: string, path: string, walk: Walk): Promise<void> {
  const stat = await lstat(join(root, path), { bigint: true });
  const refuse = (why: string): void => void walk.faults.push({ path, why });
  if (stat.isSymbolicLink()) return refuse('is a symbolic link');
  if (stat.isDirectory()) {
    if (path.split('/').length > walk.limits.depth)
      return refuse(`lies deeper than ${walk.limits.depth} folders`);
    walk.folders.push(path);
    return walkFolder(root, path, walk);
  }
  if (!stat.isFile()) return refuse('is neither a file nor a folder');
  if (stat.nlink > 1n) return refuse('is a hard link: another name may change its bytes');
  if (stat.size > BigInt(walk.limits.fileBytes))
    return refuse(`is larger than ${walk.limits.fileBytes} bytes`);
  walk.files.push({ path, sizeBytes: Number(stat.size), identity: toIdentity(stat) });
}

/**
 * Opens a listed file for reading and proves that it is still the file that was listed.
 *
 * @throws ReleaseError `BUILD_CHANGED` when it was replaced or written since
 */
export async function openListed(root: string, file: TreeFile): Promise<FileHandle> {
  const handle = await open(join(root, file.path), UNFOLLOWED).catch((cause: unknown) => {
    throw isSystemError(cause, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO') ? changed(file.path, cause) : cause;
  });
  try {
    await requireUnchanged(handle, file);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Throws `BUILD_CHANGED` unless the open file still is what was listed. */
export async function requireUnchanged(handle: FileHandle, file: TreeFile): Promise<void> {
  const stat = await handle.stat({ bigint: true });
  const now = toIdentity(stat);
  if (
    stat.isFile() &&
    Number(stat.size) === file.sizeBytes &&
    now.mtimeNs === file.identity.mtimeNs &&
    now.inode === file.identity.inode
  )
    return;
  throw changed(file.path);
}

const changed = (path: string, cause?: unknown): ReleaseError =>
  new ReleaseError('BUILD_CHANGED', `"${path}" changed while it was read.`, {
    fix: 'Let the export finish, then run the same command again.',
    cause,
  });

const toIdentity = ({ mtimeNs, ino }: { readonly mtimeNs: bigint; readonly ino: bigint }): FileIdentity => ({
  mtimeNs: String(mtimeNs),
  inode: String(ino),
});

function decodeName(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const explainLength = (path: string): string | undefined =>
  Buffer.byteLength(path) > MAX_PATH_BYTES ? `has a path longer than ${MAX_PATH_BYTES} bytes` : undefined;

/** Returns why a file name cannot travel to other systems, or undefined when it can. */
export function explainName(name: string): string | undefined {
  if (name.normalize('NFC') !== name) return 'is not named in NFC';
  if (Buffer.byteLength(name) > 255) return 'has a name longer than 255 bytes';
  if (hasHiddenCharacter(name) || /[\\:]/.test(name))
    return 'has a control, invisible, "\\" or ":" character in its name';
  if (/[. ]$/.test(name)) return 'has a name that ends in a dot or a space';
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) return 'has a name that Windows reserves';
  return undefined;
}

/** Returns a fault for each path that a case-insensitive, normalising disk cannot tell from an earlier one. */
export function collisions(paths: readonly string[]): readonly TreeFault[] {
  const seen = new Map<string, string>();
  return paths.flatMap((path) => {
    const key = pathKey(path);
    const earlier = seen.get(key);
    seen.set(key, earlier ?? path);
    return earlier === undefined
      ? []
      : [{ path, why: `cannot be told from "${earlier}" on a case-insensitive disk` }];
  });
}

/** Apple Archive holds 1023 bytes of path (apple-archive §1.3); a pack puts `<pack id>/`, 129 at most, before it. */
const MAX_PATH_BYTES = 1023 - 129;

/** A link, or a pipe that would wait for a writer, must not slip in between listing and opening. */
const UNFOLLOWED = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

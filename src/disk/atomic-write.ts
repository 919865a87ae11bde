import { open, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isSystemError, ReleaseError } from '../errors.ts';
import { asideName } from './aside.ts';
import { makeFolders } from './make-folders.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * Replaces a file's content so that any reader, and any crash, sees the old bytes or the new ones whole:
 * written aside in the same folder, fsynced, renamed, folder fsynced. Creates missing folders.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  const aside = join(folder, asideName());
  try {
    await makeFolders(folder);
    await writeSynced(aside, content);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw explainWriteError(error, path);
  }
  await syncFolder(folder);
}

/** What a file system's refusal means to the user; anything that is no such refusal comes back as it is. */
export function explainWriteError(error: unknown, path: string): unknown {
  const name = relative('.', path) || path;
  if (isSystemError(error, ...NO_FILE_THERE)) {
    const fix = 'Name a file in a folder.';
    return new ReleaseError('FILE_UNWRITABLE', `"${name}" cannot be written as a file (${error.code}).`, {
      fix,
      cause: error,
    });
  }
  if (isSystemError(error, 'EACCES', 'EPERM', 'EROFS')) {
    const fix = `Give this user write access to "${dirname(name)}".`;
    return new ReleaseError('STORE_PERMISSION', `This user may not write "${name}" (${error.code}).`, {
      fix,
      cause: error,
    });
  }
  if (!isSystemError(error, 'ENOSPC', 'EDQUOT')) return error;
  const fix = 'Free some space, then run the same command again.';
  return new ReleaseError(
    'PUBLISH_INCOMPLETE',
    `The disk is full: "${name}" was not written (${error.code}).`,
    { fix, cause: error },
  );
}

/**
 * Writes a new file and returns when its bytes are on the disk; `EEXIST` when the path is taken. It is created with its
 * mode, so that there is no moment at which others could open it.
 */
export async function writeSynced(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What systems say of a path that no file can have; an empty one is `ENOENT`. */
const NO_FILE_THERE = ['ENOENT', 'EISDIR', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG', 'ELOOP', 'ENOTEMPTY'];

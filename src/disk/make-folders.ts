import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError, ReleaseError } from '../errors.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * Creates the missing folders of a path, the outermost first, and makes each survive a power cut. Node's own recursive
 * `mkdir` never ends where a file system takes no folder (`/proc`), and tells a read-only one as `ENOENT`.
 *
 * @throws ReleaseError `FILE_UNWRITABLE` where no folder can be; else what the system says of the first that it does not
 *   make, such as `ENOTDIR` below a file
 */
export async function makeFolders(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolders(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    if (isSystemError(error, 'EEXIST') && (await isFolder(folder))) return; // somebody else was faster
    if (!isSystemError(error, 'ENOENT')) throw error;
    throw new ReleaseError('FILE_UNWRITABLE', `"${folder}" cannot be made (ENOENT).`, {
      fix: `Name another folder: "${parent}" takes none.`,
      cause: error,
    });
  }
  await syncFolder(parent);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

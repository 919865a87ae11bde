import { rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asideName } from '../disk/aside.ts';
import { writeSynced } from '../disk/atomic-write.ts';
import { syncFolder } from '../disk/sync-folder.ts';
import { isSystemError, ReleaseError } from '../errors.ts';
import { exportPrivateKey, generatePrivateKey, type PublicKey } from '../trust/keys.ts';

/**
 * Makes a key pair and writes the private half to a new file that only its owner can read. What is returned is the
 * public half.
 *
 * @throws ReleaseError `FILE_EXISTS` unless `force`, `FILE_UNWRITABLE`
 */
export async function generateKeyFile(
  path: string,
  { force }: { readonly force: boolean },
): Promise<PublicKey> {
  const key = generatePrivateKey();
  const aside = join(dirname(path), asideName());
  try {
    if (!force) {
      await writeSynced(path, exportPrivateKey(key), OWNER_ONLY);
    } else {
      await writeSynced(aside, exportPrivateKey(key), OWNER_ONLY);
      await rename(aside, path);
    }
    await syncFolder(dirname(path));
  } catch (cause) {
    if (force) await rm(aside, { force: true }).catch(() => undefined);
    throw (await isFolder(path)) ? folderThere(path) : explain(cause, path);
  }
  return key.publicKey;
}

function explain(cause: unknown, path: string): unknown {
  if (isSystemError(cause, 'EEXIST'))
    return new ReleaseError('FILE_EXISTS', `"${path}" is there already, and may hold a key that is in use.`, {
      fix: 'Name another file with --out, or pass --force to replace it for good.',
    });
  if (!isSystemError(cause, ...REFUSALS)) return cause;
  return new ReleaseError('FILE_UNWRITABLE', `"${path}" cannot be written (${cause.code}).`, {
    fix: 'Name a file in a folder that you may write to.',
    cause,
  });
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

const folderThere = (path: string): ReleaseError =>
  new ReleaseError('FILE_UNWRITABLE', `"${path}" is a folder.`, {
    fix: `Name a file in it, such as --out ${join(path, 'release-key.pem')}.`,
  });

const OWNER_ONLY = 0o600;
const REFUSALS = [
  'EACCES',
  'EBUSY',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
];

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asideName, sweepAsides } from '../disk/aside.ts';
import { writeSynced } from '../disk/atomic-write.ts';
import { readChunks } from '../disk/hash-file.ts';
import { clearDeadLock, withFileLock } from '../disk/lock.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { syncFolder } from '../disk/sync-folder.ts';
import { isSystemError, ReleaseError } from '../errors.ts';
import { sha256Of } from '../model/digest.ts';
import { explainDiskError } from './disk-error.ts';
import type {
  ByteRange,
  FileUpload,
  ObjectInfo,
  ReleaseStore,
  StoredObject,
  UnfinishedUpload,
} from './store.ts';

/**
 * A folder as a store. A new object is written aside in `.incoming`, fsynced and linked to its name, so that it
 * appears whole or not at all and never replaces another (`EEXIST` is a lost race). A projection is compared and
 * renamed under an exclusive lock file.
 */
export function openDirectoryStore(root: string, place: string): ReleaseStore {
  const incoming = join(root, INCOMING);
  const pathOf = (key: string): string => join(root, ...checkedKey(key).split('/'));
  const guard = <T>(act: () => Promise<T>): Promise<T> =>
    act().catch((error: unknown): never => {
      throw explainDiskError(error, place);
    });
  return {
    place,
    provesUploads: () => Promise.resolve(false),
    ignoredConditions: () => Promise.resolve([]),
    prepare: () => guard(() => sweepIncoming(incoming)),
    head: (key) => guard(() => headObject(key, pathOf(key))),
    read: (key) => guard(() => readObject(key, pathOf(key))),
    stream: (key, range) => streamObject(pathOf(key), range, place),
    create: (key, bytes) => guard(() => linkNew(incoming, pathOf(key), (aside) => writeSynced(aside, bytes))),
    createFromFile: (key, upload) =>
      guard(async () => {
        const outcome = await linkNew(incoming, pathOf(key), (aside) => copyProved(aside, upload));
        return { outcome, sentBytes: outcome === 'created' ? upload.sizeBytes : 0 };
      }),
    replace: (key, bytes, etag) =>
      guard(() => replaceObject(incoming, { key, path: pathOf(key), bytes, etag })),
    list: (prefix) => listObjects(root, prefix, place),
    folders: (prefix) => guard(() => listFolders(join(root, prefix))),
    remove: (key) => guard(() => removeObject(pathOf(key))),
    unfinishedUploads: noUploads,
    abandonUpload: () => Promise.resolve(),
  };
}

async function headObject(key: string, path: string): Promise<ObjectInfo | undefined> {
  const found = await stat(path).catch(absent);
  return found?.isFile() === true ? { key, sizeBytes: found.size } : undefined;
}

async function readObject(key: string, path: string): Promise<StoredObject | undefined> {
  const bytes = await readFile(path).catch(absent);
  if (bytes === undefined) return undefined;
  return {
    key,
    bytes,
    sizeBytes: bytes.length,
    // Only who means to replace an object needs it: an audit reads a thousand, and hashes each on its own account.
    get etag() {
      return sha256Of(bytes);
    },
  };
}

async function* streamObject(
  path: string,
  range: ByteRange | undefined,
  place: string,
): AsyncIterable<Uint8Array> {
  const options = range === undefined ? {} : { start: range.first, end: range.last };
  try {
    for await (const chunk of createReadStream(path, { ...options, highWaterMark: CHUNK_BYTES }))
      yield chunk as Uint8Array;
  } catch (error) {
    throw explainDiskError(error, place);
  }
}

async function linkNew(
  incoming: string,
  path: string,
  write: (aside: string) => Promise<void>,
): Promise<'created' | 'exists'> {
  await makeFolders(incoming);
  await makeFolders(dirname(path));
  const aside = join(incoming, asideName());
  try {
    await write(aside);
    await link(aside, path);
    await syncFolder(dirname(path));
    return 'created';
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return 'exists';
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function copyProved(aside: string, upload: FileUpload): Promise<void> {
  const [from, to] = [await open(upload.file, 'r'), await open(aside, 'wx')];
  try {
    const hash = createHash('sha256');
    await readChunks(from, async (chunk) => {
      const written = to.writeFile(chunk);
      hash.update(chunk);
      await written;
      upload.onBytes(chunk.length);
    });
    if (hash.digest('hex') !== upload.sha256) {
      throw new ReleaseError(
        'DIGEST_MISMATCH',
        `The built pack ${upload.file} no longer has the digest it was built with.`,
        {
          fix: 'Remove .fmrelease/packs and run the same command again.',
        },
      );
    }
    await to.sync();
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

interface Replacement {
  readonly key: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly etag: string | null;
}

async function replaceObject(
  incoming: string,
  { key, path, bytes, etag }: Replacement,
): Promise<'replaced' | 'lost'> {
  await makeFolders(incoming);
  await makeFolders(dirname(path));
  const aside = join(incoming, asideName());
  try {
    await writeSynced(aside, bytes);
    return await withFileLock(join(incoming, `${sha256Of(key).slice(0, 16)}.lock`), async () => {
      const current = await readObject(key, path);
      if ((current?.etag ?? null) !== etag) return 'lost';
      await rename(aside, path);
      await syncFolder(dirname(path));
      return 'replaced';
    });
  } finally {
    await rm(aside, { force: true });
  }
}

async function* listObjects(root: string, prefix: string, place: string): AsyncIterable<ObjectInfo> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  try {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(absent);
    const files = (entries ?? [])
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, key: path.slice(root.length + 1).replaceAll('\\', '/') }))
      .filter(({ key }) => key.startsWith(prefix) && !key.startsWith(`${INCOMING}/`));
    for (const some of batchesOf(files, PARALLEL_LOOKS)) {
      const looks = await Promise.all(some.map(({ key, path }) => headObject(key, path)));
      yield* looks.filter((found) => found !== undefined);
    }
  } catch (error) {
    throw explainDiskError(error, place);
  }
}

const batchesOf = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, batch) =>
    items.slice(batch * size, (batch + 1) * size),
  );

async function listFolders(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(absent);
  return (entries ?? [])
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Removes an object and syncs its folder, which stays: another writer may be about to link into it. */
async function removeObject(path: string): Promise<void> {
  const gone = await unlink(path).then(() => true, absent);
  if (gone === true) await syncFolder(dirname(path));
}

/** A file is linked to its name when it is whole: nothing is ever unfinished. */
async function* noUploads(): AsyncIterable<UnfinishedUpload> {}

/** Removes what dead processes of this host left: files written aside, and locks. */
async function sweepIncoming(incoming: string): Promise<void> {
  await sweepAsides(incoming);
  for (const name of (await readdir(incoming).catch(absent)) ?? []) {
    if (name.includes('.lock')) await clearDeadLock(join(incoming, name));
  }
}

const absent = (error: unknown): undefined => {
  if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
  throw error;
};

/** Keys are built from validated parts; anything else is a bug, never a path. */
function checkedKey(key: string): string {
  const parts = key.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\')))
    throw new Error(`malformed key "${key}"`);
  return key;
}

const INCOMING = '.incoming';
const CHUNK_BYTES = 1 << 20;
/** Asking for sizes is waiting for the disk, so several wait together. */
const PARALLEL_LOOKS = 32;

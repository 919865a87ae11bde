import { randomBytes } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSystemError, ReleaseError } from '../errors.ts';
import { asideName, isProcessAlive } from './aside.ts';
import { writeSynced } from './atomic-write.ts';
import { makeFolders } from './make-folders.ts';

interface LockOwner {
  readonly host: string;
  readonly pid: number;
  readonly token: string;
}

/**
 * Runs `act` while this process alone holds the lock file at `path`.
 *
 * The file names host, process and a random token and appears whole by `link()`. It is taken over only from a
 * dead process of the same host, and only by the holder of a second lock named after the dead owner's token,
 * so that two heirs cannot both remove it.
 *
 * @throws ReleaseError `CHANNEL_BUSY` when another living process, or another host, keeps it for `waitMs`
 */
export async function withFileLock<T>(path: string, act: () => Promise<T>, waitMs = 30_000): Promise<T> {
  const owner: LockOwner = { host: hostname(), pid: process.pid, token: randomBytes(8).toString('hex') };
  await acquire(path, owner, Date.now() + waitMs);
  try {
    return await act();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, owner: LockOwner, deadline: number): Promise<void> {
  await makeFolders(dirname(path));
  const aside = join(dirname(path), asideName());
  await writeSynced(aside, JSON.stringify(owner));
  try {
    while (!(await linkIfAbsent(aside, path))) {
      const holder = await readOwner(path);
      if (holder === undefined) continue;
      if (isDead(holder)) {
        await withFileLock(
          `${path}.heir-${holder.token}`,
          () => removeIfHeldBy(path, holder),
          deadline - Date.now(),
        );
      } else if (Date.now() > deadline) {
        throw busy(path, holder);
      } else {
        await sleep(POLL_MS);
      }
    }
  } finally {
    await rm(aside, { force: true });
  }
}

async function linkIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    const owner: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isOwner(owner)) return owner;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ReleaseError('CHANNEL_BUSY', `The lock file ${path} does not say who holds it.`, {
    fix: 'Remove the lock file once no fmrelease is at work on this folder.',
  });
}

const isOwner = (value: unknown): value is LockOwner =>
  value !== null &&
  typeof value === 'object' &&
  'host' in value &&
  'pid' in value &&
  'token' in value &&
  typeof value.pid === 'number';

/** Removes the lock file at `path` when the process that made it is gone; leaves any other as it is. */
export async function clearDeadLock(path: string): Promise<void> {
  const holder = await readOwner(path);
  if (holder !== undefined && isDead(holder)) await withFileLock(path, () => Promise.resolve());
}

async function removeIfHeldBy(path: string, dead: LockOwner): Promise<void> {
  const current = await readOwner(path);
  if (current?.token === dead.token) await rm(path, { force: true });
}

/** True when the process is gone. A process of another host can never be judged from here. */
function isDead(owner: LockOwner): boolean {
  return owner.host === hostname() && !isProcessAlive(owner.pid);
}

const busy = (path: string, holder: LockOwner): ReleaseError =>
  new ReleaseError('CHANNEL_BUSY', `Process ${holder.pid} on ${holder.host} holds the lock ${path}.`, {
    fix: 'Wait for that process to end, then run the same command again; remove the lock file only if that process is gone.',
  });

const POLL_MS = 50;

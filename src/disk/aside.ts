import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isSystemError } from '../errors.ts';

/** A fresh name for a file that is written aside: `.aside-<host>-<pid>-<random>`. */
export const asideName = (): string => `.aside-${hostTag()}-${process.pid}-${randomBytes(6).toString('hex')}`;

/** True when `name` was written aside by a process of this host that is gone, so that nobody will finish it. */
export function isAbandonedAside(name: string): boolean {
  const match = ASIDE.exec(name);
  return match !== null && match[1] === hostTag() && !isProcessAlive(Number(match[2]));
}

/** Removes what dead processes of this host left half-written in a folder; a folder that is not there has none. */
export async function sweepAsides(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  });
  for (const name of names)
    if (isAbandonedAside(name)) await rm(join(folder, name), { force: true, recursive: true });
}

/** True when a process with this id runs on this host, whoever owns it. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isSystemError(error, 'ESRCH');
  }
}

const hostTag = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

const ASIDE = /^\.aside-([0-9a-f]{8})-(\d+)-[0-9a-f]{12}$/;

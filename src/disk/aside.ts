import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isSystemError } from '../errors.ts';

/** A fresh name for a file that is written aside: `.aside-<host>-<pid>-<random>`. */
export const asideName = (): string => `.aside-${hostTag()}-${process.pid}-${randomBytes(6).toString('hex')}`;

/** True when `name` was written aside by a process of this host that is gone, so that nobody will finish it. */
export function isAbandonedAside(name: string): boolean {
  const match = ASIDE.exec(name);
  return match !== null && match[1] === hostTag() && !isProcessAlive(Number(match[2]));
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

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { clearDeadLock, withFileLock } from '../../src/disk/lock.ts';
import { scratchFolder } from '../support/scratch.ts';

/** A process id of this host that was in use until just now. */
const deadPid = (): number =>
  Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8', env: {} }));

interface Owner {
  readonly host: string;
  readonly pid: number;
  readonly token: string;
}

function writeLock(path: string, owner: Partial<Owner>): Owner {
  const whole: Owner = { host: hostname(), pid: process.pid, token: 'feedfacefeedface', ...owner };
  writeFileSync(path, JSON.stringify(whole));
  return whole;
}

test('while the act runs the lock names host, process and a token; afterwards nothing is left', async () => {
  const folder = join(scratchFolder(), 'not', 'there', 'yet');
  const path = join(folder, 'lock');
  const answer = await withFileLock(path, async () => {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'));
    expect(owner).toEqual({
      host: hostname(),
      pid: process.pid,
      token: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    return 42;
  });
  expect(answer).toBe(42);
  expect(readdirSync(folder)).toEqual([]);
});

test('an act that fails gives the lock back and keeps its error', async () => {
  const path = join(scratchFolder(), 'lock');
  await expect(withFileLock(path, () => Promise.reject(new Error('inner')))).rejects.toThrow('inner');
  expect(existsSync(path)).toBe(false);
});

test('acts of one process run one after the other', async () => {
  const path = join(scratchFolder(), 'lock');
  let inside = 0;
  let most = 0;
  const act = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await sleep(5);
    inside--;
  };
  await Promise.all(Array.from({ length: 5 }, () => withFileLock(path, act)));
  expect(most).toBe(1);
});

test.each([
  { why: 'a living process', owner: {} },
  { why: 'a living process of another user', owner: { pid: 1 } },
  { why: 'another host, whose processes cannot be seen', owner: { host: 'elsewhere', pid: 2 ** 22 + 1 } },
])('a lock of $why is waited for, then CHANNEL_BUSY, and left as it is', async ({ owner }) => {
  const folder = scratchFolder();
  const path = join(folder, 'lock');
  const holder = writeLock(path, owner);
  let ran = false;
  const start = performance.now();
  const locked = withFileLock(path, async () => (ran = true), 120);
  await expect(locked).rejects.toMatchObject({
    code: 'CHANNEL_BUSY',
    message: `Process ${holder.pid} on ${holder.host} holds the lock ${path}.`,
    retryable: true,
  });
  expect(performance.now() - start).toBeGreaterThan(110);
  expect(ran).toBe(false);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(holder);
  expect(readdirSync(folder)).toEqual(['lock']);
});

test('a lock that is given back in time is taken', async () => {
  const path = join(scratchFolder(), 'lock');
  const order: string[] = [];
  let first: Promise<void> | undefined;
  await new Promise<void>((held) => {
    first = withFileLock(path, async () => {
      held();
      await sleep(80);
      order.push('first');
    });
  });
  await withFileLock(path, async () => void order.push('second'), 5000);
  await first;
  expect(order).toEqual(['first', 'second']);
});

test('the lock of a dead process of this host is taken over', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'lock');
  writeLock(path, { pid: deadPid() });
  expect(await withFileLock(path, async () => 'mine', 1000)).toBe('mine');
  expect(readdirSync(folder)).toEqual([]);
});

test('many heirs of one dead process still run one after the other', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'lock');
  writeLock(path, { pid: deadPid() });
  let inside = 0;
  let most = 0;
  const act = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await sleep(3);
    inside--;
  };
  await Promise.all(Array.from({ length: 12 }, () => withFileLock(path, act)));
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

test('an heir removes nothing while another heir is at it', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'lock');
  const dead = writeLock(path, { pid: deadPid() });
  const heirPath = `${path}.heir-${dead.token}`;
  writeLock(heirPath, { token: '0000000000000000' });
  await expect(withFileLock(path, async () => 'mine', 100)).rejects.toMatchObject({ code: 'CHANNEL_BUSY' });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(dead);
});

test('an heir that comes late leaves the lock of the one who was faster', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'lock');
  const dead = writeLock(path, { pid: deadPid() });
  const heirPath = `${path}.heir-${dead.token}`;
  let late: Promise<string> = Promise.resolve('');
  let faster: Owner | undefined;
  await withFileLock(heirPath, async () => {
    late = withFileLock(path, async () => 'late', 150);
    late.catch(() => undefined);
    await sleep(60);
    faster = writeLock(path, { token: '1111111111111111' });
  });
  await expect(late).rejects.toMatchObject({ code: 'CHANNEL_BUSY' });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(faster);
});

test('an heir that died half way has an heir of its own', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'lock');
  const pid = deadPid();
  const dead = writeLock(path, { pid });
  writeLock(`${path}.heir-${dead.token}`, { pid, token: '2222222222222222' });
  expect(await withFileLock(path, async () => 'mine', 1000)).toBe('mine');
  expect(readdirSync(folder)).toEqual([]);
});

test.each(['', '{"host": "a"', 'null', '{}'])(
  "a lock file that holds %j is nobody's to take",
  async (damage) => {
    const path = join(scratchFolder(), 'lock');
    writeFileSync(path, damage);
    await expect(withFileLock(path, async () => 'mine', 100)).rejects.toMatchObject({
      name: 'ReleaseError',
      code: 'CHANNEL_BUSY',
      message: expect.stringContaining(path),
    });
    expect(readFileSync(path, 'utf8')).toBe(damage);
  },
);

test('clearing removes the lock of a dead process, and only that', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'lock');
  await clearDeadLock(path);
  writeLock(path, { pid: deadPid() });
  await clearDeadLock(path);
  expect(readdirSync(folder)).toEqual([]);
  for (const owner of [{}, { host: 'elsewhere', pid: 1 }]) {
    const holder = writeLock(path, owner);
    await clearDeadLock(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(holder);
  }
});

test('a path that cannot hold a lock is told as it is', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'lock'));
  await expect(withFileLock(join(folder, 'lock'), async () => 'mine', 100)).rejects.toMatchObject({
    code: 'EISDIR',
  });
});

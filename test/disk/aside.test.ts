import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { asideName, isAbandonedAside, isProcessAlive } from '../../src/disk/aside.ts';

/** A process id of this host that was in use until just now. */
const deadPid = (): number =>
  Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8', env: {} }));

test('every name is new, names this process, and is not abandoned while it runs', () => {
  const names = Array.from({ length: 100 }, asideName);
  expect(new Set(names).size).toBe(100);
  for (const name of names) {
    expect(name).toMatch(new RegExp(`^\\.aside-[0-9a-f]{8}-${process.pid}-[0-9a-f]{12}$`));
    expect(isAbandonedAside(name)).toBe(false);
  }
});

test('a name is abandoned once its process is gone, on this host only', () => {
  const own = asideName();
  const pid = deadPid();
  const dead = own.replace(`-${process.pid}-`, `-${pid}-`);
  expect(isAbandonedAside(dead)).toBe(true);
  expect(isAbandonedAside(dead.replace(/^\.aside-[0-9a-f]{8}/, '.aside-00000000'))).toBe(false);
});

test.each([
  '',
  '.aside',
  '.aside-zzzzzzzz-1-000000000000',
  'manifest.json',
  '.aside-00000000--000000000000',
  'x.aside-00000000-1-000000000000',
  '.aside-00000000-1-000000000000.json',
  '.aside-00000000-1-0000',
])('%j is no name of ours and never swept', (name) => {
  expect(isAbandonedAside(name)).toBe(false);
});

test('a process of another user counts as alive, one that ended does not', () => {
  expect(isProcessAlive(1)).toBe(true);
  expect(isProcessAlive(process.pid)).toBe(true);
  expect(isProcessAlive(deadPid())).toBe(false);
});

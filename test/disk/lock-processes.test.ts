import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withFileLock } from '../../src/disk/lock.ts';
import { scratchFolder } from '../support/scratch.ts';
import { bundleProgram, runProgram, startProgram } from './run-child.ts';

/** Adds one to a counter a number of times, reading and writing apart, and fails when somebody else is inside. */
const COUNTER = `
  import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { withFileLock } from './src/disk/lock.ts';
  const [folder, times] = process.argv.slice(2);
  for (let turn = 0; turn < Number(times); turn++) {
    await withFileLock(folder + '/lock', async () => {
      closeSync(openSync(folder + '/inside', 'wx'));
      const count = Number(readFileSync(folder + '/count', 'utf8'));
      await sleep(1);
      writeFileSync(folder + '/count', String(count + 1));
      rmSync(folder + '/inside');
    });
  }`;

/** Takes the lock and never gives it back. */
const KEEPER = `
  import { withFileLock } from './src/disk/lock.ts';
  await withFileLock(process.argv[2] + '/lock', () => new Promise(() => {
    console.log('held');
    setInterval(() => {}, 1000);
  }));`;

test('processes never hold the lock together, also when its last holder was killed', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'count'), '0');
  const keeper = startProgram(await bundleProgram(folder, KEEPER), [folder]);
  await keeper.said('held');
  const counter = await bundleProgram(folder, COUNTER);
  const children = Array.from({ length: 4 }, () => runProgram(counter, [folder, '6']));
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('0');
  keeper.kill('SIGKILL');
  await Promise.all(children);
  expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('24');
  expect(readdirSync(folder).filter((name) => name.includes('lock'))).toEqual([]);
});

test('the lock of a living process is respected until it is killed', async () => {
  const folder = scratchFolder();
  const lock = join(folder, 'lock');
  const keeper = startProgram(await bundleProgram(folder, KEEPER), [folder]);
  await keeper.said('held');
  await expect(withFileLock(lock, async () => 'mine', 100)).rejects.toMatchObject({
    code: 'CHANNEL_BUSY',
    message: expect.stringContaining(`Process ${keeper.pid} on `),
  });
  keeper.kill('SIGKILL');
  await keeper.end;
  expect(existsSync(lock)).toBe(true);
  expect(await withFileLock(lock, async () => 'mine', 1000)).toBe('mine');
  expect(existsSync(lock)).toBe(false);
});

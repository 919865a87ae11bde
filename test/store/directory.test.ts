import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { asideName } from '../../src/disk/aside.ts';
import { openDirectoryStore } from '../../src/store/directory.ts';
import { bundleProgram, runProgram, startProgram } from '../disk/run-child.ts';
import { scratchFolder } from '../support/scratch.ts';
import { fileOf } from './contract.ts';

test('16 processes race for one slot: exactly one creates it, and its bytes are there whole', async () => {
  const folder = scratchFolder();
  const program = await bundleProgram(folder, RACER);
  const racers = Array.from({ length: 16 }, (_, index) => startProgram(program, [folder, String(index)]));
  await Promise.all(racers.map((racer) => racer.said('ready')));
  writeFileSync(join(folder, 'go'), '');
  const ends = await Promise.all(racers.map(({ end }) => end));
  expect(ends.map(({ stderr }) => stderr).join('')).toBe('');
  const winners = ends.flatMap(({ stdout }, index) => (stdout.includes('created') ? [index] : []));
  expect(winners).toHaveLength(1);
  expect(ends.filter(({ stdout }) => stdout.includes('exists'))).toHaveLength(15);
  const slot = readFileSync(join(folder, 'cdn/v1/channels/stable/log/1.json'), 'utf8');
  expect(slot).toBe(String(winners[0]).repeat(100_000));
  expect(readdirSync(join(folder, 'cdn/.incoming'))).toEqual([]);
});

test('processes that replace one projection lose no update, and a reader sees it whole and only rising', async () => {
  const folder = scratchFolder();
  const cdn = join(folder, 'cdn');
  const counter = await bundleProgram(folder, COUNTER);
  const writers = Array.from({ length: 4 }, () => runProgram(counter, [cdn, '15']));
  const running = new AbortController();
  const done = Promise.all(writers).finally(() => running.abort());
  const reader = openDirectoryStore(cdn, 'cdn');
  const seen: number[] = [];
  while (!running.signal.aborted) {
    const found = await reader.read('v1/count.json');
    if (found !== undefined) seen.push(JSON.parse(Buffer.from(found.bytes).toString()).count);
    await sleep(1);
  }
  await done;
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(JSON.parse(readFileSync(join(cdn, 'v1/count.json'), 'utf8'))).toMatchObject({ count: 60 });
  expect(readdirSync(join(cdn, '.incoming'))).toEqual([]);
});

test('nothing is left aside, whatever became of a write', async () => {
  const cdn = join(scratchFolder(), 'cdn');
  const store = openDirectoryStore(cdn, 'cdn');
  await store.create('v1/a', Buffer.from('a'));
  await store.create('v1/a', Buffer.from('b'));
  await store.replace('v1/b', Buffer.from('b'), 'stale');
  await store.replace('v1/b', Buffer.from('b'), null);
  await store
    .createFromFile('v1/c', { ...fileOf(Buffer.from('c')), sha256: '0'.repeat(64) })
    .catch(() => undefined);
  await store
    .createFromFile('v1/d', { ...fileOf(Buffer.from('c')), file: '/nowhere' })
    .catch(() => undefined);
  expect(readdirSync(join(cdn, '.incoming'))).toEqual([]);
  expect(readdirSync(join(cdn, 'v1')).sort()).toEqual(['a', 'b']);
});

test('prepare removes what dead processes left and nothing of the living or of other hosts', async () => {
  const folder = scratchFolder();
  const incoming = join(folder, 'cdn/.incoming');
  mkdirSync(incoming, { recursive: true });
  const dead = Number(await runProgram(await bundleProgram(folder, 'console.log(process.pid)'), []));
  const lock = (owner: object): string =>
    JSON.stringify({ host: hostname(), pid: dead, token: 'aa', ...owner });
  const mine = asideName();
  const files: Readonly<Record<string, string>> = {
    [mine]: '',
    [mine.replace(`-${process.pid}-`, `-${dead}-`)]: 'half',
    '.aside-00000000-1-0123456789ab': '',
    'dead.lock': lock({}),
    'dead.lock.heir-aa': lock({ token: 'bb' }),
    'living.lock': lock({ pid: process.pid }),
    'elsewhere.lock': lock({ host: 'another-host' }),
    'something-else': '',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(incoming, name), content);
  await openDirectoryStore(join(folder, 'cdn'), 'cdn').prepare();
  expect(readdirSync(incoming).sort()).toEqual(
    [mine, '.aside-00000000-1-0123456789ab', 'living.lock', 'elsewhere.lock', 'something-else'].sort(),
  );
});

test('opening and reading create nothing', async () => {
  const cdn = join(scratchFolder(), 'cdn');
  const store = openDirectoryStore(cdn, 'cdn');
  await store.prepare();
  await store.head('v1/a');
  await store.read('v1/a');
  await store.folders('v1/');
  for await (const { key } of store.list('v1/')) expect.unreachable(key);
  expect(existsSync(cdn)).toBe(false);
});

test('what is written aside is no object: a list of everything does not name it', async () => {
  const cdn = join(scratchFolder(), 'cdn');
  const store = openDirectoryStore(cdn, 'cdn');
  await store.create('v1/a', Buffer.from('a'));
  writeFileSync(join(cdn, '.incoming', asideName()), 'half');
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  expect(keys).toEqual(['v1/a']);
});

test.each(['', '/etc/passwd', '../outside', 'v1/../../outside', 'v1//a', 'v1/a/', './v1', 'v1\\a'])(
  'the key "%s" is a bug and reaches no file',
  async (key) => {
    const cdn = join(scratchFolder(), 'cdn');
    const store = openDirectoryStore(cdn, 'cdn');
    await expect(async () => store.read(key)).rejects.toThrow('malformed key');
    await expect(async () => store.create(key, Buffer.from('a'))).rejects.toThrow('malformed key');
    await expect(async () => store.replace(key, Buffer.from('a'), null)).rejects.toThrow('malformed key');
    expect(existsSync(cdn)).toBe(false);
  },
);

/** Creates one slot as soon as the file `go` is there, with bytes of its own that take some time to write. */
const RACER = `
  import { existsSync } from 'node:fs';
  import { openDirectoryStore } from './src/store/directory.ts';
  const [folder, name] = process.argv.slice(2);
  const store = openDirectoryStore(folder + '/cdn', 'cdn');
  console.log('ready');
  while (!existsSync(folder + '/go')) await new Promise((resolve) => setTimeout(resolve, 1));
  console.log(await store.create('v1/channels/stable/log/1.json', Buffer.from(name.repeat(100_000))));`;

/** Adds one to a counter document a number of times, each time from what it has read. */
const COUNTER = `
  import { openDirectoryStore } from './src/store/directory.ts';
  const [cdn, times] = process.argv.slice(2);
  const store = openDirectoryStore(cdn, 'cdn');
  for (let left = Number(times); left > 0; ) {
    const found = await store.read('v1/count.json');
    const count = found === undefined ? 0 : JSON.parse(Buffer.from(found.bytes).toString()).count;
    const next = Buffer.from(JSON.stringify({ count: count + 1, filler: 'x'.repeat(20_000) }));
    if ((await store.replace('v1/count.json', next, found?.etag ?? null)) === 'replaced') left -= 1;
  }`;

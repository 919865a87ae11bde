import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFileAtomically, writeSynced } from '../../src/disk/atomic-write.ts';
import { syncFolder } from '../../src/disk/sync-folder.ts';
import { scratchFolder } from '../support/scratch.ts';
import { bundleProgram, startProgram } from './run-child.ts';

test('a file is written into folders that did not exist, and alone there', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'a', 'b', 'file');
  await writeFileAtomically(path, 'text ä');
  await writeFileAtomically(path, Buffer.from([0, 255]));
  expect(readFileSync(path)).toEqual(Buffer.from([0, 255]));
  expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file']);
});

test('a reader sees the old content or the new one, whole', async () => {
  const path = join(scratchFolder(), 'file');
  const contents = ['a', 'b'].map((letter) => letter.repeat(300_000));
  await writeFileAtomically(path, contents[0] ?? '');
  const writing = new AbortController();
  const reader = readUntil(path, writing.signal);
  for (let turn = 1; turn <= 40; turn++) await writeFileAtomically(path, contents[turn % 2] ?? '');
  writing.abort();
  const seen = await reader;
  expect([...seen].every((content) => contents.includes(content))).toBe(true);
  expect(seen.size).toBe(2);
});

/** Every content that a file had while it was read again and again. */
async function readUntil(path: string, end: AbortSignal): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  while (!end.aborted) seen.add(await readFile(path, 'utf8'));
  return seen;
}

test('a writer that is killed at any moment leaves the old content or a new one', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'file');
  const program = await bundleProgram(folder, WRITER);
  for (let round = 0; round < 4; round++) {
    const child = startProgram(program, [path]);
    await child.said('once');
    await new Promise((resolve) => setTimeout(resolve, round * 7));
    child.kill('SIGKILL');
    await child.end;
    expect(readFileSync(path, 'utf8')).toMatch(/^(\d)\1{199999}$/);
  }
});

const WRITER = `
  import { writeFileAtomically } from './src/disk/atomic-write.ts';
  for (let turn = 0; ; turn++) {
    await writeFileAtomically(process.argv[2], String(turn % 10).repeat(200_000));
    if (turn === 0) console.log('once');
  }`;

test('a write that fails leaves the old state and nothing beside it', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'taken'));
  writeFileSync(join(folder, 'taken', 'inner'), 'x');
  await expect(writeFileAtomically(join(folder, 'taken'), 'text')).rejects.toMatchObject({
    code: 'FILE_UNWRITABLE',
    exitCode: 2,
  });
  expect(readdirSync(folder)).toEqual(['taken']);
  expect(readFileSync(join(folder, 'taken', 'inner'), 'utf8')).toBe('x');
});

test('writing synced never replaces a file', async () => {
  const path = join(scratchFolder(), 'file');
  await writeSynced(path, 'first');
  await expect(writeSynced(path, 'second')).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(path, 'utf8')).toBe('first');
});

test('syncing a folder that is not there is no fault', async () => {
  const folder = scratchFolder();
  await syncFolder(join(folder, 'gone'));
  await syncFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

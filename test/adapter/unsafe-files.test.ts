import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeAdapter } from '../support/make-adapter.ts';
import { scratchFolder } from '../support/scratch.ts';
import { codesOf, inspect } from './inspect.ts';

const messagesOf = async (path: string, code: string): Promise<readonly string[]> =>
  (await inspect(path)).findings.filter((finding) => finding.code === code).map(({ message }) => message);

test('weights that are a symbolic link are refused unread, and so count as missing', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  renameSync(join(path, 'adapter_weights.bin'), join(folder, 'outside.bin'));
  symlinkSync('../outside.bin', join(path, 'adapter_weights.bin'));
  const inspection = await inspect(path);
  expect(codesOf(inspection)).toEqual(['unsafe-file', 'bad-weights']);
  expect(inspection.findings[0]?.message).toBe('"adapter_weights.bin" is a symbolic link.');
  expect(inspection.files.map((file) => file.path)).toEqual(['metadata.json']);
});

test('weights with a second name are refused', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  linkSync(join(path, 'adapter_weights.bin'), join(folder, 'other-name.bin'));
  expect(await messagesOf(path, 'unsafe-file')).toEqual([
    '"adapter_weights.bin" is a hard link: another name may change its bytes.',
  ]);
});

test('a FIFO under a known name is refused without waiting for a writer', async () => {
  const path = makeAdapter(scratchFolder(), { metadataText: null });
  execFileSync('mkfifo', [join(path, 'metadata.json')]);
  expect(await messagesOf(path, 'unsafe-file')).toEqual(['"metadata.json" is neither a file nor a folder.']);
});

test('a socket is refused', async () => {
  const path = makeAdapter(scratchFolder());
  const server = createServer().listen(join(path, 's'));
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  expect(await messagesOf(path, 'unsafe-file')).toEqual(['"s" is neither a file nor a folder.']);
});

test('a folder under a known name is neither read nor taken for the file', async () => {
  const path = makeAdapter(scratchFolder(), { metadataText: null });
  mkdirSync(join(path, 'metadata.json'));
  writeFileSync(join(path, 'metadata.json', 'inner'), 'x');
  const inspection = await inspect(path);
  expect(codesOf(inspection)).toEqual(['unknown-file', 'bad-metadata']);
  expect(await messagesOf(path, 'unknown-file')).toEqual([
    expect.stringContaining('"metadata.json/"'),
    expect.stringContaining('"metadata.json/inner"'),
  ]);
});

test.each([
  { why: 'letter case', names: ['METADATA.json'], told: 'metadata.json', from: 'METADATA.json' },
  { why: 'ß and ss', names: ['straße', 'strasse'], told: 'straße', from: 'strasse' },
  { why: 'a ligature', names: ['ﬁle', 'file'], told: 'ﬁle', from: 'file' },
  { why: 'the long s', names: ['ſet', 'set'], told: 'ſet', from: 'set' },
  { why: 'both sigmas', names: ['σας', 'σασ'], told: 'σας', from: 'σασ' },
])('names that differ by $why only cannot share a folder', async ({ names, told, from }) => {
  const path = makeAdapter(scratchFolder(), { extra: Object.fromEntries(names.map((name) => [name, 'x'])) });
  const messages = await messagesOf(path, 'unsafe-file');
  expect(messages).toHaveLength(1);
  expect(messages[0]).toContain('on a case-insensitive disk');
  expect(messages[0]).toContain(told);
  expect(messages[0]).toContain(from);
});

test('of two normalisations of one name the one that is not NFC is refused', async () => {
  const extra = { ['é.bin'.normalize('NFC')]: 'x', ['é.bin'.normalize('NFD')]: 'y' };
  const messages = await messagesOf(makeAdapter(scratchFolder(), { extra }), 'unsafe-file');
  expect(messages).toEqual([`"${'é.bin'.normalize('NFD')}" is not named in NFC.`]);
});

test('a name that is not UTF-8 is refused and shown in another alphabet', async () => {
  const path = makeAdapter(scratchFolder());
  writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0x66, 0xff])]), 'x');
  expect(await messagesOf(path, 'unsafe-file')).toEqual(['"fÿ" is not named in UTF-8.']);
});

test('more than 64 files are refused, and the walk stops there', async () => {
  const extra = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x${index}`, '']));
  const inspection = await inspect(makeAdapter(scratchFolder(), { extra }));
  expect(inspection.findings).toContainEqual(
    expect.objectContaining({ message: '"." holds more than 64 files.' }),
  );
  expect(inspection.files.length).toBeLessThanOrEqual(65);
});

test('weights above 16 GiB are refused without being read', async () => {
  const path = makeAdapter(scratchFolder());
  truncateSync(join(path, 'adapter_weights.bin'), 16 * 2 ** 30 + 1);
  const inspection = await inspect(path);
  expect(inspection.findings.map(({ message }) => message)).toContain(
    '"adapter_weights.bin" is larger than 17179869184 bytes.',
  );
  expect(inspection.sizeBytes).toBeLessThan(1000);
});

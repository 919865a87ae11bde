import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FindingCode } from '../../src/model/finding.ts';
import { type AdapterKnobs, makeAdapter, makeContainer, metadataText } from '../support/make-adapter.ts';
import { scratchFolder } from '../support/scratch.ts';
import { codesOf, inspect } from './inspect.ts';

interface Case {
  readonly why: string;
  readonly knobs: AdapterKnobs;
  readonly code: FindingCode;
  readonly says: string;
}

const CASES: readonly Case[] = [
  {
    why: 'a folder without the ending',
    knobs: { folder: 'summarizer' },
    code: 'bad-name',
    says: 'The folder "summarizer" does not end in .fmadapter.',
  },
  {
    why: 'a hyphen in the name',
    knobs: { name: 'my-adapter' },
    code: 'bad-name',
    says: '"my-adapter" is no adapter name: expected letters, digits and underscores, 64 at most.',
  },
  {
    why: 'a name beyond ASCII',
    knobs: { name: 'größe' },
    code: 'bad-name',
    says: '"größe" is no adapter name',
  },
  { why: 'a name of 65 letters', knobs: { name: 'a'.repeat(65) }, code: 'bad-name', says: '64 at most' },
  { why: 'no name at all', knobs: { name: '' }, code: 'bad-name', says: '"" is no adapter name' },
  {
    why: 'a renamed folder',
    knobs: { folder: 'renamed.fmadapter' },
    code: 'identifier-mismatch',
    says: '"fmadapter-summarizer-9799725", expected "fmadapter-renamed-9799725"',
  },
  {
    why: 'an identifier of another signature',
    knobs: { metadata: { adapterIdentifier: 'fmadapter-summarizer-0000000' } },
    code: 'identifier-mismatch',
    says: '"fmadapter-summarizer-0000000", expected "fmadapter-summarizer-9799725"',
  },
  {
    why: 'a name exported with its ending',
    knobs: { metadata: { adapterIdentifier: 'fmadapter-summarizer.fmadapter-9799725' } },
    code: 'identifier-mismatch',
    says: '"fmadapter-summarizer.fmadapter-9799725"',
  },
  {
    why: 'no metadata',
    knobs: { metadataText: null },
    code: 'bad-metadata',
    says: 'metadata.json is missing.',
  },
  {
    why: 'no weights',
    knobs: { weights: null },
    code: 'bad-weights',
    says: 'adapter_weights.bin is missing.',
  },
  {
    why: 'damaged draft weights',
    knobs: { draft: 'both', extra: { 'draft_weights.bin': makeContainer(undefined, { version: 1 }) } },
    code: 'bad-weights',
    says: 'draft_weights.bin has container version 1, expected 2.',
  },
  { why: 'only draft.mil', knobs: { draft: 'mil' }, code: 'half-draft', says: 'Only draft.mil of the draft' },
  {
    why: 'only draft weights',
    knobs: { draft: 'weights' },
    code: 'half-draft',
    says: 'Only draft_weights.bin',
  },
  {
    why: 'a foreign file',
    knobs: { extra: { 'README.md': 'x' } },
    code: 'unknown-file',
    says: '"README.md"',
  },
  {
    why: 'a file that macOS leaves behind',
    knobs: { extra: { '.DS_Store': 'x' } },
    code: 'unknown-file',
    says: '".DS_Store" does not belong into an .fmadapter: the system put it there.',
  },
  {
    why: 'a resource fork',
    knobs: { extra: { '._metadata.json': 'x' } },
    code: 'unknown-file',
    says: 'the system put it there',
  },
];

test.each(CASES)('$why is $code, and nothing else is wrong', async ({ knobs, code, says }) => {
  const inspection = await inspect(makeAdapter(scratchFolder(), knobs));
  expect(codesOf(inspection)).toEqual([code]);
  expect(inspection.findings.map(({ message }) => message).join('\n')).toContain(says);
  for (const finding of inspection.findings) {
    expect(finding).toMatchObject({ severity: 'error', subject: expect.stringMatching(/./) });
    expect(finding.fix).toMatch(/^[A-Z].*\.$/);
  }
});

test('a half draft is no draft', async () => {
  expect((await inspect(makeAdapter(scratchFolder(), { draft: 'mil' }))).draft).toBe(false);
});

test('an adapter with every fault reports every fault at once', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder, {
    folder: 'my-adapter',
    metadata: { loraRank: 0, author: 5, adapterIdentifier: 'fmadapter-other-9799725' },
    weights: makeContainer([{ sentinel: 1 }]),
    draft: 'mil',
    extra: { 'notes.txt': 'x', 'Notes.txt': 'y' },
  });
  mkdirSync(join(path, 'sub'));
  symlinkSync(join(folder, 'elsewhere'), join(path, 'link.bin'));
  const { findings, ...rest } = await inspect(path);
  expect(findings.map(({ code, message }) => [code, message.slice(0, 60)])).toEqual([
    ['unsafe-file', '"link.bin" is a symbolic link.'],
    ['unsafe-file', '"notes.txt" cannot be told from "Notes.txt" on a case-insens'],
    ['unknown-file', '"sub/" does not belong into an .fmadapter.'],
    ['unknown-file', '"Notes.txt" does not belong into an .fmadapter.'],
    ['unknown-file', '"notes.txt" does not belong into an .fmadapter.'],
    ['bad-name', 'The folder "my-adapter" does not end in .fmadapter.'],
    ['bad-name', '"my-adapter" is no adapter name: expected letters, digits an'],
    ['identifier-mismatch', 'The adapterIdentifier is "fmadapter-other-9799725", expected'],
    ['bad-metadata', expect.stringContaining('metadata.json loraRank: ')],
    ['bad-metadata', expect.stringContaining('metadata.json author: ')],
    ['bad-weights', expect.stringContaining('adapter_weights.bin record 0 of 1')],
    ['half-draft', expect.stringContaining('Only draft.mil')],
  ]);
  expect(rest).toMatchObject({ tensors: 0, draft: false, loraRank: 0, metadata: null });
});

test.each([
  { why: 'nothing there', path: 'gone.fmadapter', code: 'ADAPTER_NOT_FOUND', exitCode: 4 },
  { why: 'a path through a file', path: 'file/x.fmadapter', code: 'ADAPTER_NOT_FOUND', exitCode: 4 },
  { why: 'a link to nothing', path: 'dangling', code: 'ADAPTER_NOT_FOUND', exitCode: 4 },
  { why: 'a file', path: 'file', code: 'ADAPTER_UNSOUND', exitCode: 6 },
  { why: 'a circle of links', path: 'circle', code: 'ADAPTER_UNSOUND', exitCode: 6 },
])('$why is $code', async ({ path, code, exitCode }) => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'file'), metadataText());
  symlinkSync('nowhere', join(folder, 'dangling'));
  symlinkSync('circle', join(folder, 'circle'));
  const failure = inspect(join(folder, path));
  await expect(failure).rejects.toMatchObject({ name: 'ReleaseError', code, exitCode });
  await expect(failure).rejects.toThrow(path);
});

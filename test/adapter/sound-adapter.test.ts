import { createHash } from 'node:crypto';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeSampleAdapter } from '../../scripts/sample-adapter.mjs';
import { makeAdapter, makeContainer, SIGNATURE } from '../support/make-adapter.ts';
import { scratchFolder } from '../support/scratch.ts';
import { inspect } from './inspect.ts';

test('a sound adapter has no finding and tells everything its files tell', async () => {
  const path = makeAdapter(scratchFolder());
  const inspection = await inspect(path);
  expect(inspection).toMatchObject({
    path,
    name: 'summarizer',
    adapterIdentifier: 'fmadapter-summarizer-9799725',
    baseModelSignature: SIGNATURE,
    loraRank: 32,
    draft: false,
    tensors: 2,
    findings: [],
  });
  expect(inspection.files.map((file) => file.path)).toEqual(['adapter_weights.bin', 'metadata.json']);
  expect(inspection.sizeBytes).toBe(384 + readFileSync(join(path, 'metadata.json')).length);
});

test('a draft model is both of its files, and its tensors are not counted with the weights', async () => {
  const inspection = await inspect(makeAdapter(scratchFolder(), { draft: 'both' }));
  expect(inspection).toMatchObject({ draft: true, tensors: 2, findings: [] });
  expect(inspection.files).toHaveLength(4);
});

test('the digest is SHA-256 over one line per file, in the order of the path bytes', async () => {
  const path = makeAdapter(scratchFolder(), { draft: 'both' });
  const names = ['adapter_weights.bin', 'draft.mil', 'draft_weights.bin', 'metadata.json'];
  const lines = names.map((name) => {
    const bytes = readFileSync(join(path, name));
    return `${createHash('sha256').update(bytes).digest('hex')} ${bytes.length} ${name}\n`;
  });
  const expected = createHash('sha256').update(lines.join('')).digest('hex');
  expect((await inspect(path)).digest).toBe(`sha256:${expected}`);
});

test('the digest of known bytes is the one that coreutils computes', async () => {
  const path = makeAdapter(scratchFolder(), { metadataText: '{}', weights: Buffer.from('hello aar\n') });
  expect((await inspect(path)).digest).toBe(GOLDEN_DIGEST);
});

test('keys that Apple may add later are kept', async () => {
  const metadata = { futureKey: { nested: [1, null, 'ß'] }, creatorDefined: { build: '1.5.0' } };
  const inspection = await inspect(makeAdapter(scratchFolder(), { metadata }));
  expect(inspection.findings).toEqual([]);
  expect(inspection.metadata).toMatchObject(metadata);
});

test.each([
  { why: 'padding left off the last record', lastPadding: false },
  { why: 'padding written', lastPadding: true },
])('a container with $why is sound', async ({ lastPadding }) => {
  const weights = makeContainer([{ payload: Buffer.alloc(70) }, { payload: Buffer.alloc(1) }], {
    lastPadding,
  });
  expect(await inspect(makeAdapter(scratchFolder(), { weights }))).toMatchObject({
    tensors: 2,
    findings: [],
  });
});

test('a link to the folder is followed once, and the name is that of the folder itself', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder);
  symlinkSync(path, join(folder, 'latest.fmadapter'));
  const inspection = await inspect(join(folder, 'latest.fmadapter'));
  expect(inspection).toMatchObject({ path, name: 'summarizer', findings: [] });
});

test('the sample adapter is sound, the same for the same seed, and close to the size asked for', async () => {
  const folder = scratchFolder();
  const options = {
    name: 'sample_1',
    megabytes: 2,
    records: 41,
    draft: true,
    creatorDefined: { b: 1, a: [2] },
  };
  const first = await inspect(writeSampleAdapter({ ...options, out: join(folder, 'a') }));
  const again = await inspect(writeSampleAdapter({ ...options, out: join(folder, 'b') }));
  const other = await inspect(writeSampleAdapter({ ...options, out: join(folder, 'c'), seed: 2 }));
  expect(first).toMatchObject({ name: 'sample_1', tensors: 41, draft: true, findings: [] });
  expect(first.digest).toBe(SAMPLE_DIGEST);
  expect(again.digest).toBe(first.digest);
  expect(other.digest).not.toBe(first.digest);
  expect(other.sizeBytes).toBe(first.sizeBytes);
  const weights = first.files.find(({ path }) => path === 'adapter_weights.bin')?.sizeBytes ?? 0;
  expect(Math.abs(weights - 2e6)).toBeLessThan(10_000);
});

/** In the folder: `for f in *; do echo "$(sha256sum <$f | cut -d' ' -f1) $(stat -c %s $f) $f"; done | sha256sum`. */
const GOLDEN_DIGEST = 'sha256:0558ff145ef05e6a7055953999a4c11514cdcba21f6a9d94b16712ecdefe07f0';

/** Pinned so that a change of the sample's bytes, on any machine, is seen. */
const SAMPLE_DIGEST = 'sha256:6537fcf8897d7d5e35b33df402ab6eddd6c17e01b8873a12e62a457c88ccbef5';

import {
  appendFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDigestCache } from '../../src/adapter/digest-cache.ts';
import { digestFiles } from '../../src/adapter/digest-files.ts';
import { inspectAdapter } from '../../src/adapter/inspect.ts';
import { walkTree } from '../../src/disk/tree.ts';
import { silent } from '../../src/progress.ts';
import { makeAdapter, makeContainer } from '../support/make-adapter.ts';
import { scratchFolder } from '../support/scratch.ts';

/** Three mebibytes: several reads, so that a change can come between two of them. */
const LARGE = makeContainer([{ payload: Buffer.alloc(3 << 20, 7) }]);

test.each([
  { why: 'grows', change: (path: string) => appendFileSync(path, 'x') },
  { why: 'is written in place', change: (path: string) => writeFileSync(path, 'x', { flag: 'r+' }) },
  { why: 'is touched', change: (path: string) => utimesSync(path, new Date(), new Date()) },
  { why: 'is cut', change: (path: string) => writeFileSync(path, '') },
])(
  'weights that $why while they are read are BUILD_CHANGED, and no digest of them is kept',
  async ({ change }) => {
    const folder = scratchFolder();
    const path = makeAdapter(folder, { weights: LARGE });
    const digests = await openDigestCache(join(folder, '.fmrelease'));
    let changed = false;
    const progress = (): void => {
      if (changed) return;
      changed = true;
      change(join(path, 'adapter_weights.bin'));
    };
    await expect(inspectAdapter(path, { digests, progress })).rejects.toMatchObject({
      code: 'BUILD_CHANGED',
      message: '"adapter_weights.bin" changed while it was read.',
      fix: expect.stringContaining('run the same command again'),
    });
    await digests.save();
    expect(() => statSync(join(folder, '.fmrelease', 'digests.json'))).toThrow('ENOENT');
  },
);

test.each([
  {
    why: 'replaced by another file',
    change: (path: string) => {
      writeFileSync(`${path}.new`, LARGE);
      renameSync(`${path}.new`, path);
    },
  },
  { why: 'removed', change: (path: string) => rmSync(path) },
  {
    why: 'replaced by a link',
    change: (path: string) => {
      renameSync(path, `${path}.real`);
      symlinkSync(`${path}.real`, path);
    },
  },
])('a file $why between listing and reading is BUILD_CHANGED', async ({ change }) => {
  const path = makeAdapter(scratchFolder(), { weights: LARGE });
  const tree = await walkTree(path, { files: 64, fileBytes: 2 ** 34, depth: 4 });
  change(join(path, 'adapter_weights.bin'));
  const digests = await openDigestCache(null);
  await expect(digestFiles(path, tree.files, { digests, progress: silent })).rejects.toMatchObject({
    code: 'BUILD_CHANGED',
  });
});

test('progress counts every byte once, those of known digests included', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder, { weights: LARGE });
  const tree = await walkTree(path, { files: 64, fileBytes: 2 ** 34, depth: 4 });
  const [weights] = tree.files;
  const digests = await openDigestCache(folder);
  if (weights !== undefined) digests.remember(join(path, weights.path), weights, 'a'.repeat(64));
  const heard: number[] = [];
  const files = await digestFiles(path, tree.files, {
    digests,
    progress: (event) => {
      if (event.kind === 'bytes') heard.push(event.doneBytes, event.totalBytes);
    },
  });
  const total = tree.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  expect(heard).toEqual([total, total]);
  expect(files[0]?.sha256).toBe('a'.repeat(64));
});

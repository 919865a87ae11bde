import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { normaliseConfig } from '../../src/config/normalise.ts';
import type { PackOrder } from '../../src/pack/build-pack.ts';
import { readArchiveManifest } from '../../src/pack/read-archive-file.ts';
import { renderPlan } from '../../src/render/plan.ts';
import { plainStyle } from '../../src/render/style.ts';
import { makeAdapter, makeContainer } from '../support/make-adapter.ts';
import { readArchiveNaively } from '../support/naive-archive-reader.ts';
import { makeProject, planNow, publishNow, readLogEntry, readManifest } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { readWhole } from './archive/read.ts';
import { build, orderOf } from './pack-project.ts';

const as = (compression: 'none' | 'zlib' | 'auto'): Pick<PackOrder, 'recipe'> => ({
  recipe: { format: 'aar', compression },
});

const SHRINKS = makeContainer([{ payload: Buffer.alloc(5 << 20, 7) }]);
const DOES_NOT = makeContainer([{ payload: randomBytes(3 << 20) }]);

test.each([
  { compression: 'none', weights: SHRINKS, codec: 'none' },
  { compression: 'zlib', weights: SHRINKS, codec: 'zlib' },
  { compression: 'zlib', weights: DOES_NOT, codec: 'zlib' },
  { compression: 'auto', weights: SHRINKS, codec: 'zlib' },
  { compression: 'auto', weights: DOES_NOT, codec: 'none' },
] as const)(
  '$compression makes $codec, the same bytes twice, and holds the build',
  async ({ compression, weights, codec }) => {
    const folder = scratchFolder();
    const path = makeAdapter(folder, { weights });
    const order = await orderOf(path, as(compression));
    const pack = await build(order, folder);
    const bytes = readFileSync(pack.file);
    const listing = await readArchiveManifest(pack.file);
    expect([listing.codec, listing.manifest]).toEqual([codec, null]);
    expect((await readWhole(bytes)).filter(({ kind }) => kind === 'file')).toMatchObject(
      listing.entries
        .filter(({ kind }) => kind === 'file')
        .map((entry) => ({ path: entry.path, sha256: entry.statedSha256 })),
    );
    rmSync(join(folder, '.fmrelease'), { recursive: true });
    expect((await build(order, folder)).sha256).toBe(pack.sha256);
  },
);

test('a header that is filled in behind its data is the one that known digests make', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder, { weights: SHRINKS, draft: 'both' });
  const order = await orderOf(path);
  const unread = await build(order, folder); // digests unknown: one pass
  const bytes = readFileSync(unread.file);
  readArchiveNaively(bytes); // it checks every SH2
  rmSync(join(folder, '.fmrelease', 'packs'), { recursive: true });
  const known = await build(order, folder);
  expect([known.sha256, readFileSync(known.file).equals(bytes)]).toEqual([unread.sha256, true]);
});

test('each compression is a pack of its own in the cache', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder, { weights: SHRINKS });
  const [none, zlib] = [
    await build(await orderOf(path, as('none')), folder),
    await build(await orderOf(path, as('zlib')), folder),
  ];
  expect(none.sha256).not.toBe(zlib.sha256);
  expect(zlib.sizeBytes).toBeLessThan(none.sizeBytes / 2);
});

test('what changed since its digest was known is found behind compression too', async () => {
  const folder = scratchFolder();
  const path = makeAdapter(folder, { weights: SHRINKS });
  const order = await orderOf(path, as('zlib'));
  writeFileSync(join(path, 'adapter_weights.bin'), makeContainer());
  await expect(build(order, folder)).rejects.toMatchObject({ code: 'BUILD_CHANGED' });
});

describe('in the config', () => {
  const target = { kind: 'directory', path: 'cdn', publicUrl: 'http://127.0.0.1:9/' } as const;
  const normalise = (more: object) =>
    normaliseConfig(
      { support: { iOS: '>=26.0' }, targets: { local: { ...target, ...more } } },
      { root: '/project', file: 'fmrelease.config.ts' },
    );

  test('it is none unless said', () => {
    expect(normalise({}).targets).toMatchObject([{ compression: 'none' }]);
    expect(normalise({ compression: 'auto' }).targets).toMatchObject([{ compression: 'auto' }]);
  });

  test.each([
    { more: { archive: 'zip', compression: 'zlib' }, says: /a zip is stored: expected "none"/ },
    { more: { hosting: 'managed', compression: 'auto' }, says: /built by Apple's tool: expected "none"/ },
  ])('$more is CONFIG_INVALID', ({ more, says }) => {
    expect(() => normalise(more)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(says) }),
    );
  });
});

test('on a channel another compression is another pack, whose size is the most it can be until it is built', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer'], { support: { iOS: '>=26.0 <26.4' } });
  await publishNow(await project.session());
  const target = { compression: 'zlib' } as const;
  const plan = await planNow(await project.session({ target }));
  expect(plan.changes).toMatchObject([{ kind: 'update', sha256: null }]);
  const lines = renderPlan(plan, { place: 'cdn', apply: 'fmrelease publish', width: null }, plainStyle).join(
    '\n',
  );
  expect(lines).toContain('The size of a compressed pack is known once it is built');

  const [forecast] = plan.uploads;
  await publishNow(await project.session({ target }));
  const { assetPacks } = readManifest(project);
  expect(assetPacks).toMatchObject([{ version: 2, archive: { format: 'aar', compression: 'zlib' } }]);
  expect(assetPacks[0]?.downloadSize).toBeLessThanOrEqual(forecast?.sizeBytes ?? 0);
  expect(readLogEntry(project, 2).packs).toMatchObject([{ recipe: { compression: 'zlib' } }]);

  rmSync(join(project.root, 'builds'), { recursive: true }); // what is published is reused without its build
  expect((await planNow(await project.session({ target }))).hasChanges).toBe(false);
  await expect(planNow(await project.session({ target: { compression: 'auto' } }))).rejects.toMatchObject({
    code: 'BUILD_MISSING',
  });
});

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { promote, rollBack } from '../../src/flow.ts';
import { sha256Of } from '../../src/model/digest.ts';
import { readRevisionMark } from '../../src/release/projection.ts';
import { verifyOnRequest } from '../../src/verify/verify.ts';
import { readRuns } from '../support/ba-package-stand-in/install.ts';
import { planNow, publishNow, readLogEntry, readManifest } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { makeManagedProject, readDownload, readDownloadBytes } from './managed-project.ts';

const PACK = 'fmadapter-summarizer-9799725';

test('a managed release has one download manifest per platform, in the observed shape', async () => {
  const project = await makeManagedProject(scratchFolder(), ['summarizer']);
  const result = await publishNow(await project.session());
  expect(result).toMatchObject({ committed: true, verified: true, problems: [] });
  const entry = readLogEntry(project, 1);
  const [pack] = entry.packs;
  expect(pack).toMatchObject({
    id: PACK,
    version: 1,
    recipe: { format: 'asset-pack', compression: 'apple', platforms: ['iOS', 'macOS'] },
    packedBy: 'ba-package 2.0 (stand-in)',
  });
  const expected = {
    assetPacks: [
      {
        id: PACK,
        version: 1,
        downloadSize: pack?.downloadSize,
        url: `http://127.0.0.1:8787/v1/packs/${pack?.sha256}/${PACK}`,
        downloadPolicy: { onDemand: {} },
        host: { thirdParty: {} },
        userInfo: { sha256: pack?.sha256, build: '1.0.0', baseModelSignature: pack?.baseModelSignature },
      },
    ],
  };
  for (const platform of ['iOS', 'macOS'] as const) {
    const bytes = readDownloadBytes(project, platform);
    expect(readDownload(project, platform)).toEqual(expected);
    expect(entry.projections[`${platform}.json`]).toBe(sha256Of(bytes));
    expect(readRevisionMark(bytes)).toBe(1);
  }
  expect(readManifest(project).assetPacks[0]?.archive).toEqual({
    format: 'asset-pack',
    compression: 'apple',
  });
  expect(existsSync(join(project.cdn, 'v1/channels/stable/visionOS.json'))).toBe(false);
});

test('a pack in the log is that pack: neither built again nor read, though its tool never makes the same bytes', async () => {
  const project = await makeManagedProject(scratchFolder(), ['summarizer', 'translator']);
  await publishNow(await project.session());
  rmSync(join(project.root, '.fmrelease'), { recursive: true });
  rmSync(join(project.root, 'builds'), { recursive: true });
  const again = await publishNow(
    await project.session({ packTool: () => Promise.reject(new Error('not needed')) }),
  );
  expect(again).toMatchObject({ committed: false, problems: [] });
});

test('a changed byte rebuilds exactly that pack, under both hostings', async () => {
  for (const hosting of ['managed', 'unmanaged']) {
    const project = await makeManagedProject(scratchFolder(), ['summarizer', 'translator'], { hosting });
    await publishNow(await project.session());
    const before = readLogEntry(project, 1).packs;
    await project.add('translator', '1.0.1', { seed: 'translator 1.0.0!' });
    await publishNow(await project.session());
    const after = readLogEntry(project, 2).packs;
    expect(after[0], hosting).toEqual(before[0]);
    expect(after[1], hosting).toMatchObject({ id: before[1]?.id, version: 2, build: '1.0.1' });
    expect(after[1]?.sha256, hosting).not.toBe(before[1]?.sha256);
  }
});

test('platforms and policy are inside an asset pack: another policy is another pack', async () => {
  const project = await makeManagedProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  project.editMatrix((matrix) => {
    const adapter = matrix.adapters['summarizer'];
    if (adapter !== undefined)
      adapter.downloadPolicy = { prefetch: { installationEventTypes: ['firstInstallation'] } };
    return matrix;
  });
  await publishNow(await project.session());
  expect(readLogEntry(project, 2).packs[0]).toMatchObject({ version: 2 });
  expect(readDownload(project, 'iOS').assetPacks[0]?.downloadPolicy).toEqual({
    prefetch: { installationEventTypes: ['firstInstallation'] },
  });
});

test('a platform that is dropped warns, needs consent, and keeps an empty manifest', async () => {
  const project = await makeManagedProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  project.editMatrix((matrix) => {
    const adapter = matrix.adapters['summarizer'];
    if (adapter !== undefined) adapter.platforms = ['iOS'];
    return matrix;
  });
  const session = await project.session();
  const plan = await planNow(session);
  expect(plan.leaving).toEqual([{ packId: PACK, platforms: ['macOS'] }]);
  await expect(publishNow(session)).rejects.toMatchObject({ code: 'REMOVAL_NOT_ALLOWED' });
  await publishNow(session, { remove: [PACK] });
  expect(readDownload(project, 'macOS')).toEqual({ assetPacks: [] });
  expect(readDownload(project, 'iOS').assetPacks).toHaveLength(1);
  expect(readRevisionMark(readDownloadBytes(project, 'macOS'))).toBe(2);
});

test('a rollback serves old bytes under a higher version, and rolls every manifest', async () => {
  const project = await makeManagedProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  await project.add('summarizer', '1.1.0');
  await publishNow(await project.session());
  const session = await project.session();
  expect(await rollBack(session, { to: 1, only: [] }, { message: null })).toMatchObject({ problems: [] });
  const [first] = readLogEntry(project, 1).packs;
  expect(readDownload(project, 'iOS').assetPacks[0]).toMatchObject({
    version: 3,
    userInfo: { sha256: first?.sha256, build: '1.0.0' },
  });
  await rollBack(session, { to: 'none', only: [] }, { message: null });
  expect(readDownload(project, 'iOS')).toEqual({ assetPacks: [] });
});

test('a promotion carries packs, versions and manifests to another channel', async () => {
  const project = await makeManagedProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  const session = await project.session({ channel: 'beta' });
  const result = await promote(
    session,
    { from: 'stable', only: [], remove: [], liftHolds: [] },
    { message: null },
  );
  expect(result).toMatchObject({ committed: true, problems: [], uploadedBytes: 0 });
  const beta = readFileSync(join(project.cdn, 'v1/channels/beta/iOS.json'), 'utf8');
  expect(JSON.parse(beta)).toEqual(readDownload(project, 'iOS'));
});

test('the key that shipped apps read has the bytes of its platform, and rolls along', async () => {
  const projections = { iOS: { stable: 'legacy/ios.json' } };
  const project = await makeManagedProject(scratchFolder(), ['summarizer'], { projections });
  const legacy = join(project.cdn, 'legacy/ios.json');
  await publishNow(await project.session());
  expect(readFileSync(legacy)).toEqual(readDownloadBytes(project, 'iOS'));
  await project.add('summarizer', '1.1.0');
  await publishNow(await project.session());
  expect(readFileSync(legacy)).toEqual(readDownloadBytes(project, 'iOS'));
  expect(JSON.parse(readFileSync(legacy, 'utf8')).assetPacks[0].version).toBe(2);
  const session = await project.session();
  const checks = await verifyOnRequest(session, { full: true, only: [], from: 'origin' });
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['iOS.json', 'macOS.json', 'legacy/ios.json']),
  );
});

test('a manifest that nobody of ours wrote refuses the first publish and names adopt', async () => {
  for (const key of ['v1/channels/stable/iOS.json', 'legacy/ios.json']) {
    const projections = { iOS: { stable: 'legacy/ios.json' } };
    const project = await makeManagedProject(scratchFolder(), ['summarizer'], { projections });
    const path = join(project.cdn, key);
    mkdirSync(join(path, '..'), { recursive: true });
    const theirs = { assetPacks: [{ id: PACK, version: 41 }] };
    writeFileSync(path, JSON.stringify(theirs));
    const session = await project.session();
    await expect(publishNow(session)).rejects.toMatchObject({
      code: 'CHANNEL_NOT_ADOPTED',
      fix: expect.stringContaining('fmrelease adopt'),
    });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(theirs);
    const result = await publishNow(session, { allowForeign: true });
    expect(result.problems).toEqual([]);
    expect(readDownload(project, 'iOS').assetPacks[0]?.version).toBe(42);
    expect(readFileSync(path)).toEqual(readDownloadBytes(project, 'iOS'));
  }
});

test('a download manifest that is tampered with is foreign, and one that is gone comes back', async () => {
  const project = await makeManagedProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  const path = join(project.cdn, 'v1/channels/stable/iOS.json');
  rmSync(path);
  const session = await project.session();
  expect(await publishNow(session)).toMatchObject({ committed: false, problems: [] });
  expect(readDownload(project, 'iOS').assetPacks).toHaveLength(1);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"version": 1', '"version": 9'));
  await expect(publishNow(session)).rejects.toMatchObject({ code: 'PROJECTION_FOREIGN' });
});

test('another hosting is refused where it would leave devices behind or mix archives', async () => {
  const project = await makeManagedProject(scratchFolder(), ['summarizer', 'translator']);
  await publishNow(await project.session());
  const unmanaged = await project.session({ target: { hosting: 'unmanaged' } });
  await expect(planNow(unmanaged)).rejects.toMatchObject({ code: 'HOSTING_CHANGED', exitCode: 6 });
  const other = await makeManagedProject(scratchFolder(), ['summarizer', 'translator'], {
    hosting: 'unmanaged',
  });
  await publishNow(await other.session());
  const managed = await other.session({ target: { hosting: 'managed' } });
  await expect(planNow(managed, { only: ['summarizer'] })).rejects.toMatchObject({ code: 'HOSTING_CHANGED' });
  expect(await publishNow(managed)).toMatchObject({ revision: 2, problems: [] });
  await expect(rollBack(managed, { to: 1, only: [] }, { message: null })).rejects.toMatchObject({
    code: 'HOSTING_CHANGED',
  });
});

test('without the tool nothing is built or written', async () => {
  const project = await makeManagedProject(scratchFolder(), ['summarizer']);
  const { packTool: _, ...io } = (await project.session()).io;
  const session = { ...(await project.session()), io: { ...io, packTool: undefined } };
  await expect(planNow(session)).rejects.toMatchObject({ code: 'PACK_TOOL_MISSING', exitCode: 4 });
  expect(existsSync(project.cdn)).toBe(false);
});

test('files ride the same road and stand in for an adapter on OS 27', async () => {
  const log = join(scratchFolder(), 'runs');
  process.env['BA_PACKAGE_STAND_IN_LOG'] = log;
  try {
    const project = await makeManagedProject(scratchFolder(), ['summarizer']);
    await project.addFiles('summarizer_core', '2.0.0', 'a Core ML bundle');
    await publishNow(await project.session());
    expect(readDownload(project, 'iOS').assetPacks.map(({ id }) => id)).toEqual([PACK, 'summarizer_core']);
    expect(readDownload(project, 'iOS').assetPacks[1]?.userInfo).toEqual({
      sha256: readLogEntry(project, 1).packs[1]?.sha256,
      build: '2.0.0',
    });
    expect(readRuns(log).map(([first]) => first)).toEqual(['foundation-models', 'package']);
  } finally {
    delete process.env['BA_PACKAGE_STAND_IN_LOG'];
  }
});

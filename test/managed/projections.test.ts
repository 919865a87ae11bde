import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import { gatherAuditState } from '../../src/audit/gather.ts';
import { promote } from '../../src/flow.ts';
import { checkManifestFile } from '../../src/manifest/check.ts';
import { generateManifests } from '../../src/manifest/generate.ts';
import { parseOsVersion } from '../../src/model/os-version.ts';
import { policiesFor } from '../../src/policy/policies.ts';
import { prunePacks } from '../../src/prune/prune.ts';
import { readRevisionMark } from '../../src/release/projection.ts';
import { resolveFromRelease } from '../../src/resolve/from-release.ts';
import { startServer } from '../../src/serve/server.ts';
import { verifyOnRequest } from '../../src/verify/verify.ts';
import { publishNow, readLogEntry } from '../support/project.ts';
import { targetOn } from '../support/s3/target.ts';
import { scratchFolder } from '../support/scratch.ts';
import {
  type ManagedProject,
  makeManagedProject,
  readDownload,
  readDownloadBytes,
} from './managed-project.ts';

const PACK = 'fmadapter-summarizer-9799725';
const pathOf = ({ cdn }: ManagedProject, name: string): string => join(cdn, 'v1/channels/stable', name);

/** Two revisions, with the download manifest of iOS left at the first. */
async function laggingProject(): Promise<ManagedProject> {
  const project = await makeManagedProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  const first = readDownloadBytes(project, 'iOS');
  await project.add('summarizer', '1.1.0');
  await publishNow(await project.session());
  writeFileSync(pathOf(project, 'iOS.json'), first);
  return project;
}

const findings = async (project: ManagedProject) => {
  const session = await project.session();
  const state = await gatherAuditState(session, { asOf: new Date('2026-12-02'), only: [], full: false });
  return audit(state).filter(({ code }) => /projection|missing/.test(code));
};

describe('audit', () => {
  test('reports a platform that lags, and the packs that it still serves', async () => {
    const project = await laggingProject();
    expect(await findings(project)).toMatchObject([
      { code: 'projection-behind', message: expect.stringContaining('v1/channels/stable/iOS.json') },
    ]);
    const [old] = readLogEntry(project, 1).packs;
    const { store } = (await project.session()).channel;
    await store.remove(old?.key ?? '');
    expect((await findings(project)).map(({ code }) => code)).toEqual(['pack-missing', 'projection-behind']);
  });

  test('reports a platform that nobody of ours wrote, also before the first release', async () => {
    const project = await laggingProject();
    writeFileSync(pathOf(project, 'macOS.json'), '{"assetPacks":[]}');
    expect(
      (await findings(project)).map(({ code, message }) => [code, /\w+OS\.json/.exec(message)?.[0]]),
    ).toEqual([
      ['projection-foreign', 'macOS.json'],
      ['projection-behind', 'iOS.json'],
    ]);
    const empty = await makeManagedProject(scratchFolder(), ['summarizer']);
    mkdirSync(join(empty.cdn, 'v1/channels/stable'), { recursive: true });
    writeFileSync(pathOf(empty, 'iOS.json'), '{"assetPacks":[]}');
    expect(await findings(empty)).toMatchObject([
      { code: 'projection-foreign', fix: expect.stringContaining('fmrelease adopt') },
    ]);
  });
});

describe('the next command that writes', () => {
  test('replaces a manifest of somebody else on a platform that it has no packs for, and is free after that', async () => {
    const project = await makeManagedProject(scratchFolder(), ['summarizer']);
    await publishNow(await project.session());
    writeFileSync(
      pathOf(project, 'visionOS.json'),
      JSON.stringify({ assetPacks: [{ id: 'old', version: 3 }] }),
    );
    await project.add('summarizer', '1.1.0');
    await expect(publishNow(await project.session())).rejects.toMatchObject({ code: 'PROJECTION_FOREIGN' });
    await publishNow(await project.session(), { allowForeign: true });
    expect(readDownload(project, 'visionOS').assetPacks).toEqual([]);
    await project.add('summarizer', '1.2.0');
    expect(await publishNow(await project.session())).toMatchObject({ revision: 3, problems: [] });
  });

  test('repairs a platform that lags', async () => {
    const project = await laggingProject();
    expect(await publishNow(await project.session())).toMatchObject({ committed: false, problems: [] });
    expect(readRevisionMark(readDownloadBytes(project, 'iOS'))).toBe(2);
  });

  test('prunes nothing while a platform lags, and stops where one is foreign', async () => {
    const project = await laggingProject();
    const later = await project.session({ now: '2027-12-01T12:00:00Z' });
    expect((await prunePacks(later, { act: false })).packs).toEqual([]);
    writeFileSync(pathOf(project, 'iOS.json'), '{"assetPacks":[]}');
    await expect(prunePacks(later, { act: false })).rejects.toMatchObject({ code: 'PROJECTION_FOREIGN' });
  });

  test('does not promote over a download manifest of somebody else', async () => {
    const project = await laggingProject();
    mkdirSync(join(project.cdn, 'v1/channels/beta'), { recursive: true });
    writeFileSync(join(project.cdn, 'v1/channels/beta/iOS.json'), '{"assetPacks":[]}');
    const session = await project.session({ channel: 'beta' });
    const promotion = { from: 'stable', only: [], remove: [], liftHolds: [] };
    await expect(promote(session, promotion, { message: null })).rejects.toMatchObject({
      code: 'CHANNEL_NOT_ADOPTED',
    });
  });
});

describe('verify', () => {
  const failed = async (project: ManagedProject) => {
    const checks = await verifyOnRequest(await project.session(), { full: false, only: [], from: 'origin' });
    return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
  };

  test('names a platform that lags, is absent, is damaged or lists something else', async () => {
    const project = await laggingProject();
    expect(await failed(project)).toEqual(['iOS.json manifest revision: serves revision 1, expected 2']);
    writeFileSync(pathOf(project, 'iOS.json'), '{}');
    expect(await failed(project)).toEqual([expect.stringContaining('"assetPacks" is missing')]);
    writeFileSync(pathOf(project, 'iOS.json'), '{"assetPacks":[]}');
    expect(await failed(project)).toEqual([expect.stringContaining('names no revision')]);
    writeFileSync(pathOf(project, 'iOS.json'), '{"assetPacks":[]\n}\n\t \n');
    expect(await failed(project)).toEqual([`iOS.json: lacks ${PACK}: devices delete it`]);
  });
});

describe('over the edge', () => {
  test('resolve goes by what the system reads, and says so', async () => {
    const project = await laggingProject();
    const server = await startServer({
      root: project.cdn,
      host: '127.0.0.1',
      port: 0,
      basePath: '/',
      onRequest: () => undefined,
    });
    onTestFinished(() => server.close());
    const { channel } = await project.session({ target: { publicUrl: server.url } });
    const device = { platform: 'iOS', os: parseOsVersion('26.4'), adapter: 'summarizer' } as const;
    const read = () => resolveFromRelease(channel, { source: 'edge', revision: null }, device);
    const lagging = await read();
    expect(lagging.pack).toMatchObject({
      id: PACK,
      version: 1,
      sha256: readLogEntry(project, 1).packs[0]?.sha256,
    });
    expect(lagging.trail.at(-1)).toContain('where manifest.json has v2');
    writeFileSync(pathOf(project, 'iOS.json'), '{"assetPacks":[]}');
    expect(await read()).toMatchObject({ state: 'covered', pack: null });
    expect((await read()).trail.at(-1)).toContain('the system downloads nothing');
  });

  test('the key of shipped apps is served as a manifest is: asked for every time', async () => {
    const projections = { iOS: { stable: 'legacy/ios.json' } };
    const project = await makeManagedProject(scratchFolder(), ['summarizer'], { projections });
    await publishNow(await project.session());
    const options = {
      root: project.cdn,
      host: '127.0.0.1',
      port: 0,
      basePath: '/',
      onRequest: () => undefined,
    };
    const server = await startServer({ ...options, projections: new Set(['legacy/ios.json']) });
    onTestFinished(() => server.close());
    for (const key of ['legacy/ios.json', 'v1/channels/stable/iOS.json'])
      expect((await fetch(`${server.url}${key}`)).headers.get('cache-control')).toBe('no-cache');
  });
});

test('the publisher of a bucket may write the key of shipped apps, and nobody may remove it', () => {
  const projections = { iOS: { stable: 'legacy/ios.json' } };
  const target = targetOn({ endpoint: 'https://s3.example.com', bucketName: 'models' }, { projections });
  const policies = policiesFor(target, { janitorArn: 'j', administratorArn: 'a' });
  const about = (name: keyof typeof policies) =>
    policies[name].Statement.filter(({ Resource }) =>
      Resource.some((one) => one.endsWith('/app/legacy/ios.json')),
    );
  expect(about('publisher').map(({ Sid }) => Sid)).toEqual(['Write']);
  expect(about('reader').map(({ Sid }) => Sid)).toEqual(['Serve']);
  expect(about('bucket').map(({ Sid }) => Sid)).toEqual(['CompareAndSwap', 'NoRemovalOfTheLog']);
});

describe('manifest', () => {
  test('generates one per platform, before the first release and after it', async () => {
    const project = await makeManagedProject(scratchFolder(), ['summarizer']);
    const keys = ['manifest.json', 'iOS.json', 'macOS.json'].map((name) => `v1/channels/stable/${name}`);
    const before = await generateManifests(await project.session(), []);
    expect(before.map(({ key }) => key)).toEqual(keys);
    await publishNow(await project.session());
    const after = await generateManifests(await project.session(), []);
    expect(after).toEqual(before);
    expect(after[1]?.content).toEqual(JSON.parse(readFileSync(pathOf(project, 'iOS.json'), 'utf8')));
    expect(await checkManifestFile(pathOf(project, 'iOS.json'), after)).toEqual([]);
  });

  test('agrees with what the tool itself writes, but for folders of URLs and our userInfo', async () => {
    const project = await makeManagedProject(scratchFolder(), ['summarizer']);
    await publishNow(await project.session());
    const files = await generateManifests(await project.session(), []);
    const [pack] = readLogEntry(project, 1).packs;
    const golden = join(project.root, 'iOS.json');
    const words = ['--ios', '--download-base-url', 'https://cdn.example.com/r7', '-o', golden];
    const archive = join(project.cdn, pack?.key ?? '');
    const made = spawnSync(project.tool, [
      'download-manifest',
      'create',
      archive,
      '--asset-pack-versions',
      '1',
      ...words,
    ]);
    expect(made.status, made.stderr.toString()).toBe(0);
    expect(await checkManifestFile(golden, files)).toEqual([]);
    writeFileSync(golden, readFileSync(golden, 'utf8').replace('"version":1', '"version":0'));
    expect(await checkManifestFile(golden, files)).toEqual([
      `assetPacks.${PACK}.version: expected 1, found 0`,
    ]);
    const nameless = join(project.root, 'golden.json');
    writeFileSync(nameless, readFileSync(golden));
    await expect(checkManifestFile(nameless, files)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { inspectAdapter } from '../../src/adapter/inspect.ts';
import { type AdoptResult, adoptChannel, planAdoption } from '../../src/adopt/adopt.ts';
import { fetchAllowed } from '../../src/adopt/fetch.ts';
import { pairWithPlatforms } from '../../src/adopt/read-manifests.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { Session } from '../../src/session.ts';
import { makeManagedProject, readDownload, readDownloadBytes } from '../managed/managed-project.ts';
import { makeAdapter } from '../support/make-adapter.ts';
import { planNow, publishNow, readLogEntry } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { claimOf, fileOf, manifestOf, publishByHand } from './by-hand.ts';

const ID = 'fmadapter-summarizer-9799725';

async function adopt(
  session: Session,
  sources: readonly string[],
  hosts: readonly string[] = [],
): Promise<AdoptResult> {
  const adoption = await planAdoption(session, pairWithPlatforms(sources, []), hosts);
  return adoptChannel(session, adoption, { message: 'taken over' });
}

test('a channel is taken over with the same ids, versions and bytes', async () => {
  const hand = await publishByHand();
  const entry = hand.putAdapter('summarizer', 7);
  const text = manifestOf(entry);
  const source = hand.put('ios.json', text);
  const project = await makeManagedProject(scratchFolder());
  const result = await adopt(await project.session(), [source]);
  expect(result).toMatchObject({ revision: 1, committed: true, problems: [], verified: true });
  const log = readLogEntry(project, 1);
  expect(log).toMatchObject({ kind: 'adopt', message: 'taken over', adopted: { iOS: sha256Of(text) } });
  expect(log.packs).toMatchObject([
    { id: ID, version: 7, downloadSize: entry.downloadSize, adapter: 'summarizer', build: '0.0.0-adopted.7' },
  ]);
  const [served] = readDownload(project, 'iOS').assetPacks;
  expect(served).toMatchObject({ id: ID, version: 7, downloadSize: entry.downloadSize });
  expect(result.remarks).toEqual([expect.stringContaining('which this target does not write')]);
});

test('with the proposed matrix entries a publish builds nothing, uploads nothing and keeps the versions', async () => {
  const hand = await publishByHand();
  const source = hand.put('iOS.json', manifestOf(hand.putAdapter('summarizer', 7)));
  const project = await makeManagedProject(scratchFolder());
  const { proposal } = await adopt(await project.session(), [source]);
  const same = makeAdapter(scratchFolder(), { metadata: { description: 'v7' } });
  const { digest, sizeBytes } = await inspectAdapter(same, (await project.session()).io);
  expect(proposal.adapters['summarizer']?.builds).toMatchObject([{ digest, sizeBytes }]);
  const matrix = { formatVersion: 1, systemModels: [], ...proposal };
  writeFileSync(join(project.root, 'fmrelease.matrix.json'), JSON.stringify(matrix));
  const session = await project.session({ packTool: () => Promise.reject(new Error('not needed')) });
  expect((await planNow(session)).uploads).toEqual([]);
  expect(await publishNow(session)).toMatchObject({
    revision: 2,
    committed: true,
    uploadedBytes: 0,
    problems: [],
  });
  expect(readLogEntry(project, 2).packs).toEqual(readLogEntry(project, 1).packs);
});

test('version 0, which the tool writes unless it is told, stays 0, and the next is 1', async () => {
  const hand = await publishByHand();
  const source = hand.put('iOS.json', manifestOf(hand.putAdapter('summarizer', 0)));
  const project = await makeManagedProject(scratchFolder());
  await adopt(await project.session(), [source]);
  expect(readLogEntry(project, 1).packs[0]?.version).toBe(0);
  await project.add('summarizer', '1.0.0');
  await publishNow(await project.session());
  expect(readLogEntry(project, 2).packs[0]?.version).toBe(1);
});

test('the key that shipped apps read is taken over where the manifest stood, and never counts as foreign', async () => {
  const hand = await publishByHand();
  const text = manifestOf(hand.putAdapter('summarizer', 7));
  const projections = { iOS: { stable: 'legacy/ios.json' } };
  const project = await makeManagedProject(scratchFolder(), [], { projections });
  const legacy = join(project.cdn, 'legacy/ios.json');
  mkdirSync(dirname(legacy), { recursive: true });
  writeFileSync(legacy, text);
  await project.add('summarizer', '1.0.0');
  await expect(publishNow(await project.session())).rejects.toMatchObject({ code: 'CHANNEL_NOT_ADOPTED' });
  const result = await adopt(await project.session(), [hand.put('iOS.json', text)]);
  expect(result.problems).toEqual([]);
  expect(readFileSync(legacy)).toEqual(readDownloadBytes(project, 'iOS'));
  // As if the first run had died before it rolled that key forward.
  writeFileSync(legacy, text);
  expect(await publishNow(await project.session())).toMatchObject({ revision: 2, problems: [] });
  expect(readFileSync(legacy)).toEqual(readDownloadBytes(project, 'iOS'));
});

test('versions that differ by platform take the highest, and say what that costs', async () => {
  const hand = await publishByHand();
  const old = hand.putAdapter('summarizer', 3);
  const newer = hand.putAdapter('summarizer', 5);
  const sources = [hand.put('iOS.json', manifestOf(newer)), hand.put('macOS.json', manifestOf(old))];
  const project = await makeManagedProject(scratchFolder());
  const result = await adopt(await project.session(), sources);
  expect(result.remarks[0]).toBe(
    `"${ID}" becomes v5 everywhere: devices on macOS, which has v3, download it once more.`,
  );
  for (const platform of ['iOS', 'macOS'] as const)
    expect(readDownload(project, platform).assetPacks).toMatchObject([{ id: ID, version: 5 }]);
  expect(readLogEntry(project, 1).packs[0]?.recipe.platforms).toEqual(['iOS', 'macOS']);
});

test('the same command again finds its own commit; another one is refused', async () => {
  const hand = await publishByHand();
  const source = hand.put('iOS.json', manifestOf(hand.putAdapter('summarizer', 7)));
  const project = await makeManagedProject(scratchFolder());
  await adopt(await project.session(), [source]);
  rmSync(join(project.cdn, 'v1/channels/stable/iOS.json'));
  expect(await adopt(await project.session(), [source])).toMatchObject({
    alreadyCommitted: true,
    revision: 1,
  });
  expect(readDownload(project, 'iOS').assetPacks).toHaveLength(1);
  hand.put('iOS.json', manifestOf());
  await expect(adopt(await project.session(), [source])).rejects.toMatchObject({
    code: 'CHANNEL_EXISTS',
    exitCode: 6,
  });
});

test('a pack that cannot be looked into is adopted as it is, and says so', async () => {
  const hand = await publishByHand();
  const bytes = 'pbze and then nothing that can be read here';
  const entry = {
    id: ID,
    version: 2,
    downloadSize: bytes.length,
    url: hand.put(`packs/${ID}`, bytes),
    downloadPolicy: { onDemand: {} },
    host: { thirdParty: {} },
    userInfo: { ...claimOf(bytes), lineage: 'x' },
  };
  const project = await makeManagedProject(scratchFolder());
  const result = await adopt(await project.session(), [hand.put('iOS.json', manifestOf(entry))]);
  expect(result.proposal.adapters).toEqual({});
  expect(result.remarks).toEqual([
    `"${ID}" loses lineage of its userInfo: an app that reads it must do without.`,
    expect.stringContaining('does not write'),
    expect.stringContaining('could not be looked into'),
  ]);
  expect(readDownload(project, 'iOS').assetPacks[0]?.userInfo).toMatchObject(claimOf(bytes));
});

test('a redirect is followed to a host that was named, and to no other', async () => {
  const [hand, other] = [await publishByHand(), await publishByHand()];
  const entry = other.putAdapter('summarizer', 1);
  const url = hand.put(`packs/${ID}`, { redirect: entry.url });
  const source = hand.put('iOS.json', manifestOf({ ...entry, url }));
  const project = await makeManagedProject(scratchFolder());
  await expect(adopt(await project.session(), [source])).rejects.toMatchObject({
    code: 'USAGE',
    fix: `Pass --host ${other.host} if packs may be fetched from there.`,
  });
  expect(existsSync(join(project.cdn, 'v1/channels'))).toBe(false);
  expect(await adopt(await project.session(), [source], [other.host])).toMatchObject({ committed: true });
});

test.each([
  {
    why: 'the same id and version with other bytes',
    code: 'ADOPTION_CONFLICT',
    spoil: (entry: object, put: Put) => [
      entry,
      { ...entry, url: put('packs/other', 'x'.repeat(sizeOf(entry))) },
    ],
  },
  {
    why: 'the same id and version with another size',
    code: 'ADOPTION_CONFLICT',
    spoil: (entry: object) => [entry, { ...entry, downloadSize: 5 }],
  },
  {
    why: 'a pack that is absent',
    code: 'PACK_MISSING',
    spoil: (entry: object, _: Put, url: string) => [{ ...entry, url: `${url}nowhere` }],
  },
  {
    why: 'a pack with another size than its manifest says',
    code: 'SIZE_MISMATCH',
    spoil: (entry: object) => [{ ...entry, downloadSize: 5 }],
  },
  {
    why: 'a pack with another digest than its manifest says',
    code: 'DIGEST_MISMATCH',
    spoil: (entry: object) => [{ ...entry, userInfo: claimOf('something else') }],
  },
  {
    why: 'a pack on a host that nobody has named',
    code: 'USAGE',
    spoil: (entry: object) => [{ ...entry, url: 'https://elsewhere.example/pack' }],
  },
  {
    why: 'a pack over plain http',
    code: 'USAGE',
    spoil: (entry: object) => [{ ...entry, url: 'http://elsewhere.example/pack' }],
  },
  {
    why: 'a policy that Apple refuses',
    code: 'MANIFEST_INVALID',
    spoil: (entry: object) => [{ ...entry, downloadPolicy: { onDemand: null } }],
  },
])('$why → $code, and nothing is committed', async ({ code, spoil }) => {
  const hand = await publishByHand();
  const entry = hand.putAdapter('summarizer', 4);
  const manifests = spoil(entry, hand.put, hand.url).map((spoilt) =>
    JSON.stringify({ assetPacks: [spoilt] }),
  );
  const sources = manifests.map((text, index) => hand.put(index === 0 ? 'iOS.json' : 'macOS.json', text));
  const project = await makeManagedProject(scratchFolder());
  await expect(adopt(await project.session(), sources)).rejects.toMatchObject({ code });
  expect(existsSync(join(project.cdn, 'v1/channels'))).toBe(false);
});

type Put = (path: string, content: string) => string;
const sizeOf = (entry: object): number =>
  'downloadSize' in entry && typeof entry.downloadSize === 'number' ? entry.downloadSize : 0;

test('what cannot be a manifest is refused, whatever it is', async () => {
  const project = await makeManagedProject(scratchFolder());
  const session = await project.session();
  const cases = [
    [fileOf('iOS.json', '{"assetPacks": {}}'), 'MANIFEST_INVALID'],
    [fileOf('iOS.json', `{"assetPacks": []}${' '.repeat(1 << 20)}`), 'MANIFEST_INVALID'],
    [join(project.root, 'iOS.json'), 'FILE_NOT_FOUND'],
    [`${(await publishByHand()).url}iOS.json`, 'FILE_NOT_FOUND'],
    ['ftp://127.0.0.1/iOS.json', 'USAGE'],
  ] as const;
  for (const [source, code] of cases) await expect(adopt(session, [source])).rejects.toMatchObject({ code });
  expect(() => pairWithPlatforms(['a.json'], [])).toThrow('does not say which platform');
  expect(() => pairWithPlatforms(['a.json', 'b.json'], ['iOS'])).toThrow('expected one --platform for each');
  expect(() => pairWithPlatforms(['a.json', 'iOS.json'], ['iOS', 'iOS'])).toThrow(
    'Two manifests are for iOS',
  );
  expect(() => pairWithPlatforms([], [])).toThrow('No manifest');
});

test('credentials in a URL are refused before anything is asked, and never repeated', async () => {
  const project = await makeManagedProject(scratchFolder());
  const session = await project.session();
  const hand = await publishByHand();
  const entry = hand.putAdapter('summarizer', 1);
  const withSecret = (url: string): string => url.replace('http://', 'http://user:hunter2@');
  const sources = [
    withSecret(hand.put('iOS.json', manifestOf(entry))),
    hand.put('macOS.json', manifestOf({ ...entry, url: withSecret(entry.url) })),
    'http://user:hunter2@[bad/iOS.json?token=hunter2',
  ];
  for (const source of sources) {
    const error: unknown = await adopt(session, [source]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'USAGE' });
    expect(String(error)).not.toContain('hunter2');
  }
});

test('a pipe or a device is no manifest, and nothing waits for it', async () => {
  const session = await (await makeManagedProject(scratchFolder())).session();
  const pipe = join(scratchFolder(), 'iOS.json');
  execFileSync('mkfifo', [pipe]);
  const release = setTimeout(() => closeSync(openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)), 3_000);
  await expect(adopt(session, [pipe])).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  clearTimeout(release);
  const device = planAdoption(session, pairWithPlatforms(['/dev/null'], ['iOS']), []);
  await expect(device).rejects.toMatchObject({ message: expect.stringContaining('a device') });
});

test('a redirect to what is no URL, and an answer of 403, are told as they are', async () => {
  const hand = await publishByHand();
  const session = await (await makeManagedProject(scratchFolder())).session();
  const away = hand.put('iOS.json', { redirect: 'https://' });
  await expect(adopt(session, [away])).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: `${away} redirects to what is no URL.`,
  });
  const closed = hand.put('macOS.json', { status: 403 });
  await expect(adopt(session, [closed])).rejects.toMatchObject({
    code: 'STORE_PERMISSION',
    message: `${closed} answered 403: it may not be read, or is absent.`,
  });
});

test('a host is the same in capitals', async () => {
  const session = await (await makeManagedProject(scratchFolder())).session();
  const places = pairWithPlatforms([fileOf('iOS.json', manifestOf())], []);
  expect((await planAdoption(session, places, ['CDN.Example.com:8443'])).hosts).toContain(
    'cdn.example.com:8443',
  );
});

test('a transfer whose bytes nobody asked for ends when it is cancelled', async () => {
  let closed = false;
  const server = createServer((request, response) => {
    request.socket.once('close', () => (closed = true));
    response.writeHead(200).write('some');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const found = await fetchAllowed(`http://${host}/pack`, new Set([host]));
  await found?.cancel();
  await expect.poll(() => closed).toBe(true);
});

test('only managed hosting has manifests to adopt, and another one in the way is named', async () => {
  const source = fileOf('iOS.json', manifestOf());
  const unmanaged = await makeManagedProject(scratchFolder(), [], { hosting: 'unmanaged' });
  await expect(adopt(await unmanaged.session(), [source])).rejects.toMatchObject({
    code: 'TARGET_NOT_SUPPORTED',
  });
  const project = await makeManagedProject(scratchFolder());
  const inTheWay = join(project.cdn, 'v1/channels/stable/macOS.json');
  mkdirSync(dirname(inTheWay), { recursive: true });
  writeFileSync(inTheWay, '{"assetPacks":[]} ');
  await expect(adopt(await project.session(), [source])).rejects.toMatchObject({
    code: 'CHANNEL_NOT_ADOPTED',
    message: expect.stringContaining('v1/channels/stable/macOS.json'),
  });
});

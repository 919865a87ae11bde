import { expect, onTestFinished, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import type { Device } from '../../src/matrix/resolve.ts';
import { parseOsVersion } from '../../src/model/os-version.ts';
import type { Platform } from '../../src/model/platform.ts';
import { resolveFromMatrix } from '../../src/resolve/from-matrix.ts';
import { resolveFromRelease } from '../../src/resolve/from-release.ts';
import { pickAdapter } from '../../src/resolve/pick-adapter.ts';
import { resolveDevice } from '../../src/resolve/resolve-device.ts';
import type { ResolveResult } from '../../src/resolve/result.ts';
import { startServer } from '../../src/serve/server.ts';
import type { OpenChannel } from '../../src/session.ts';
import { makeProject, type Project, publishNow } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

const OS_26 = '9799725ff8e851184037110b422d891ad3b92ec1';

/**
 * A project whose three adapters know every outcome: `summarizer` is covered and ends with OS 26, `tagger` is declined
 * on 26.5 in favour of `summarizer`, `writer` is not offered on macOS and has a fallback of its own past OS 26.
 */
async function publishedProject(): Promise<{ readonly project: Project; readonly channel: OpenChannel }> {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger', 'writer']);
  project.editMatrix((matrix) => {
    const { summarizer, tagger, writer } = matrix.adapters;
    if (summarizer === undefined || tagger === undefined || writer === undefined)
      throw new Error('no such adapter');
    const declined = { systemModel: 'os26.5', none: { adapter: 'summarizer' }, reason: 'worse there' };
    return {
      ...matrix,
      adapters: {
        summarizer,
        tagger: { ...tagger, serve: [...tagger.serve, declined] },
        writer: { ...writer, platforms: ['iOS'] },
      },
    };
  });
  const server = await startServer({
    root: project.cdn,
    host: '127.0.0.1',
    port: 0,
    basePath: '/',
    onRequest: () => undefined,
  });
  onTestFinished(() => server.close());
  const session = await project.session({ target: { publicUrl: server.url } });
  await publishNow(session);
  return { project, channel: session.channel };
}

/** Every device of the grid: platforms, OS versions at and around every boundary, and what a device may know. */
function devices(): readonly (Device & { readonly adapter: string })[] {
  const platforms: readonly Platform[] = ['iOS', 'macOS'];
  const versions = [
    '26.0',
    '26.0.1',
    '26.3.9',
    '26.4',
    '26.4.1',
    '26.5',
    '26.10',
    '26.99.99',
    '27.0',
    '27.1',
    '28.0',
  ];
  const knowledge: readonly Pick<Device, 'signature' | 'variant'>[] = [
    {},
    { signature: OS_26 },
    { signature: OS_26.slice(0, 7) },
    { variant: 'core3' },
    { variant: 'coreAdvanced3' },
  ];
  return ['summarizer', 'tagger', 'writer'].flatMap((adapter) =>
    platforms.flatMap((platform) =>
      versions.flatMap((text) => {
        const os = parseOsVersion(text);
        const fitting = knowledge.filter(
          ({ signature, variant }) => (os[0] > 26 ? signature : variant) === undefined,
        );
        return fitting.map((known) => ({ adapter, platform, os, ...known }));
      }),
    ),
  );
}

const answerOf = ({ source: _, revision: __, trail: ___, ...answer }: ResolveResult) => answer;

test('matrix, log and edge give every device of a grid the same', async () => {
  const { project, channel } = await publishedProject();
  const { config } = await project.session();
  const states = new Set<string>();
  for (const device of devices()) {
    const name = JSON.stringify(device);
    const matrix = await resolveFromMatrix(config, channel, device);
    const log = await resolveFromRelease(channel, { source: 'log', revision: null }, device);
    const edge = await resolveFromRelease(channel, { source: 'edge', revision: null }, device);
    expect(answerOf(log), name).toEqual(answerOf(matrix));
    expect(answerOf(edge), name).toEqual(answerOf(matrix));
    expect([matrix.revision, log.revision, edge.revision], name).toEqual([null, 1, 1]);
    states.add(`${matrix.state} ${JSON.stringify(matrix.fallback)}`);
  }
  expect(states).toEqual(
    new Set(['covered null', 'sunset "base-model"', 'declined {"adapter":"summarizer"}', 'not-offered null']),
  );
});

test('the pack of an answer is the one that a device can fetch, at the revision that was asked for', async () => {
  const { project, channel } = await publishedProject();
  await project.add('summarizer', '2.0.0');
  const session = await project.session({ target: { publicUrl: channel.target.publicUrl } });
  const { packs } = await publishNow(session);
  const device = { adapter: 'summarizer', platform: 'iOS', os: parseOsVersion('26.1') } as const;
  const newest = await resolveFromRelease(channel, { source: 'edge', revision: null }, device);
  const pack = packs.find(({ id }) => id === 'fmadapter-summarizer-9799725');
  expect(newest).toMatchObject({
    build: '2.0.0',
    revision: 2,
    pack: { url: pack?.url, sha256: pack?.sha256, version: 2 },
  });
  const body = await (await fetch(newest.pack?.url ?? '')).arrayBuffer();
  expect(body.byteLength).toBe(newest.pack?.downloadSize);
  const before = await resolveFromRelease(channel, { source: 'log', revision: 1 }, device);
  expect(before).toMatchObject({ build: '1.0.0', revision: 1, pack: { version: 1 } });
});

test('a build that is not published yet has a pack id and no more', async () => {
  const { project, channel } = await publishedProject();
  await project.add('summarizer', '2.0.0');
  const { config } = await project.session();
  const device = { adapter: 'summarizer', platform: 'iOS', os: parseOsVersion('26.1') } as const;
  const nothing = {
    id: 'fmadapter-summarizer-9799725',
    version: null,
    url: null,
    sha256: null,
    downloadSize: null,
  };
  for (const place of [channel, null])
    expect(await resolveFromMatrix(config, place, device)).toMatchObject({ build: '2.0.0', pack: nothing });
});

test('a signature that nobody carries gets no build from any source', async () => {
  const { project, channel } = await publishedProject();
  const { config } = await project.session();
  const device = {
    adapter: 'summarizer',
    platform: 'iOS',
    os: parseOsVersion('26.1'),
    signature: '0'.repeat(40),
  } as const;
  const answers = [
    await resolveFromMatrix(config, channel, device),
    await resolveFromRelease(channel, { source: 'log', revision: null }, device),
    await resolveFromRelease(channel, { source: 'edge', revision: null }, device),
  ];
  for (const answer of answers)
    expect(answer).toMatchObject({ state: 'unknown-signature', build: null, pack: null });
});

test.each(['log', 'edge'] as const)('what the %s cannot tell is refused by name', async (source) => {
  const { project, channel } = await publishedProject();
  const device = { platform: 'iOS', os: parseOsVersion('26.1') } as const;
  const ask = (adapter: string | undefined, place = channel) =>
    resolveFromRelease(place, { source, revision: null }, { ...device, adapter });
  await expect(ask('nobody')).rejects.toMatchObject({ code: 'ADAPTER_UNKNOWN', exitCode: 4 });
  await expect(ask(undefined)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('summarizer, tagger'),
  });
  const beta = (await project.session({ channel: 'beta', target: channel.target })).channel;
  await expect(ask('summarizer', beta)).rejects.toMatchObject({ code: 'RELEASE_NOT_FOUND', exitCode: 4 });
  const missing = resolveFromRelease(
    channel,
    { source: 'log', revision: 7 },
    { ...device, adapter: 'summarizer' },
  );
  await expect(missing).rejects.toMatchObject({
    code: 'RELEASE_NOT_FOUND',
    message: expect.stringContaining('revision 7'),
  });
});

test('a project without a usable channel still answers from its matrix, and from nowhere else', async () => {
  const { project } = await publishedProject();
  const { config } = await project.session();
  const device = { adapter: 'summarizer', platform: 'iOS', os: parseOsVersion('26.1') } as const;
  const openSession = () => Promise.reject(new ReleaseError('TARGET_REQUIRED', 'several targets'));
  const place = { revision: null, openConfig: async () => config, openSession };
  expect(await resolveDevice(device, { source: 'matrix', ...place })).toMatchObject({
    state: 'covered',
    source: 'matrix',
  });
  await expect(resolveDevice(device, { source: 'log', ...place })).rejects.toMatchObject({
    code: 'TARGET_REQUIRED',
  });
});

test('the adapter that an identifier names must be the one that is asked for', () => {
  const query = { prefix: OS_26, adapterName: 'summarizer' };
  expect(pickAdapter(undefined, query)).toBe('summarizer');
  expect(pickAdapter('summarizer', query)).toBe('summarizer');
  expect(pickAdapter('tagger', undefined)).toBe('tagger');
  expect(() => pickAdapter('tagger', query)).toThrow('of "summarizer"');
});

import { expect, test } from 'vitest';
import { expectApp } from '../../src/doctor/app/expect-app.ts';
import { loadIntent } from '../../src/matrix/load.ts';
import { makeProject, publishNow, readManifest } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

test.each(['aar', 'zip'])(
  'the size limits of an app have room for the packs themselves, as %s',
  async (archive) => {
    const project = await makeProject(scratchFolder(), ['summarizer', 'tagger'], {
      targets: { local: { kind: 'directory', path: 'cdn', publicUrl: 'http://127.0.0.1:8787/', archive } },
    });
    const { config, channel } = await project.session();
    const { sizes } = expectApp(config, channel.target, await loadIntent(config));
    await publishNow(await project.session());
    const packs = readManifest(project).assetPacks.reduce((sum, { downloadSize }) => sum + downloadSize, 0);
    expect(sizes.all).toBeGreaterThanOrEqual(packs);
    expect(sizes.all - packs).toBeLessThan(256 * 1024);
  },
);

test('nothing that is served needs no room', async () => {
  const { config, channel } = await (await makeProject(scratchFolder(), ['summarizer'])).session();
  const intent = await loadIntent(config);
  const adapters = intent.adapters.map((adapter) => ({ ...adapter, serve: [] }));
  const { sizes } = expectApp(config, channel.target, { ...intent, adapters });
  expect(sizes).toEqual({ all: 0, essential: 0 });
});

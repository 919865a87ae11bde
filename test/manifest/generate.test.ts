import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeJson } from '../../src/json/write.ts';
import { checkManifestFile } from '../../src/manifest/check.ts';
import { generateManifests, writeManifests } from '../../src/manifest/generate.ts';
import { makeProject, publishNow, readFolder, readManifest } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

test('what is generated before a publish is what that publish serves, and the channel is not touched', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  for (const version of ['1.0.0', '2.0.0']) {
    await project.add('summarizer', version);
    const before = version === '1.0.0' ? {} : readFolder(project.cdn);
    const [generated] = await generateManifests(await project.session(), []);
    expect(version === '1.0.0' ? {} : readFolder(project.cdn)).toEqual(before);
    await publishNow(await project.session());
    expect(generated).toMatchObject({
      key: 'v1/channels/stable/manifest.json',
      content: readManifest(project),
    });
  }
});

test('without changes it is what the newest revision serves, also where no adapter file is', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  await publishNow(await project.session());
  for (const name of ['builds', '.fmrelease']) rmSync(join(project.root, name), { recursive: true });
  const [generated] = await generateManifests(await project.session({ now: '2027-01-01T00:00:00Z' }), []);
  expect(generated?.content).toEqual(readManifest(project));
});

test('--only generates the change of those adapters alone', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  for (const name of ['summarizer', 'tagger']) await project.add(name, '2.0.0');
  const [generated] = await generateManifests(await project.session(), ['tagger']);
  expect(generated?.content.assetPacks).toMatchObject([
    { adapter: 'summarizer', build: '1.0.0', version: 1 },
    { adapter: 'tagger', build: '2.0.0', version: 2 },
  ]);
});

test('a written manifest passes its own check; every field that differs is named, and the time does not count', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const manifests = await generateManifests(await project.session(), []);
  const folder = join(scratchFolder(), 'out');
  const [path = ''] = await writeManifests(folder, manifests);
  expect(readFileSync(path, 'utf8')).toBe(writeJson(manifests[0]?.content));
  expect(await checkManifestFile(path, manifests)).toEqual([]);
  const later = await generateManifests(await project.session({ now: '2027-01-01T00:00:00Z' }), []);
  expect(await checkManifestFile(path, later)).toEqual([]);
  const { content } = manifests[0] ?? {};
  const [pack] = content?.assetPacks ?? [];
  writeFileSync(
    path,
    writeJson({ ...content, revision: 7, assetPacks: [{ ...pack, version: 9 }, 'more'], extra: true }),
  );
  expect(await checkManifestFile(path, manifests)).toEqual([
    'revision: expected 1, found 7',
    'assetPacks[0].version: expected 1, found 9',
    'assetPacks[1]: expected nothing, found "more"',
    'extra: expected nothing, found true',
  ]);
});

test('a manifest that is not there, or no JSON, is said so', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const manifests = await generateManifests(await project.session(), []);
  const folder = scratchFolder();
  mkdirSync(join(folder, 'manifest.json'));
  for (const path of [join(folder, 'none.json'), join(folder, 'manifest.json')])
    await expect(checkManifestFile(path, manifests)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      exitCode: 4,
    });
  writeFileSync(join(folder, 'text'), '{');
  await expect(checkManifestFile(join(folder, 'text'), manifests)).rejects.toMatchObject({
    code: 'JSON_INVALID',
  });
});

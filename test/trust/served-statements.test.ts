import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silent } from '../../src/progress.ts';
import { encode } from '../../src/release/documents.ts';
import { platformManifestKey } from '../../src/release/layout.ts';
import { type DownloadManifest, readRevisionMark } from '../../src/release/projection.ts';
import { verifyAsTargetSays } from '../../src/verify/verify.ts';
import { makeManagedProject, readDownload } from '../managed/managed-project.ts';
import { type Project, publishNow, readLogEntry, readManifest } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { failuresOf, OLD, signBy, signedProject } from './signed-project.ts';

/** The blanks behind a download manifest: revision 1, and revision 9. */
const [FIRST, NINTH] = ['\t\n', '\t  \t\n'];

async function signedManagedProject(): Promise<Project> {
  const project = await makeManagedProject(scratchFolder(), ['summarizer', 'tagger']);
  signBy(project, OLD);
  expect(await publishNow(await project.session())).toMatchObject({ verified: true, problems: [] });
  return project;
}

function serve(project: Project, { assetPacks }: DownloadManifest, mark = FIRST): void {
  const bytes = Buffer.concat([encode({ assetPacks }), Buffer.from(mark)]);
  expect(readRevisionMark(bytes)).toBe(mark === FIRST ? 1 : 9);
  writeFileSync(join(project.cdn, platformManifestKey('stable', 'iOS')), bytes);
}

test('a download manifest with another statement than manifest.json fails', async () => {
  const project = await signedManagedProject();
  const { assetPacks } = readDownload(project, 'iOS');
  const { statements = {} } = readManifest(project);
  serve(project, { assetPacks });
  expect(await failuresOf(project)).toEqual([]);
  const [swapped = ''] = assetPacks.map(({ id }) => statements[id]).slice(1);
  for (const statement of [swapped, undefined]) {
    serve(project, {
      assetPacks: assetPacks.map((pack, index) =>
        index === 0 ? { ...pack, userInfo: { ...pack.userInfo, statement } } : pack,
      ),
    });
    expect(await failuresOf(project)).toEqual([
      {
        name: 'iOS.json',
        ok: false,
        detail: `carries another statement of ${assetPacks[0]?.id} than manifest.json`,
      },
    ]);
  }
});

test('a download manifest of a revision that nobody published fails where it is stored', async () => {
  const project = await signedManagedProject();
  serve(project, readDownload(project, 'iOS'), NINTH);
  expect(await failuresOf(project)).toEqual([
    {
      name: 'iOS.json manifest revision',
      ok: false,
      detail: 'serves revision 9, and manifest.json is at 1',
    },
  ]);
});

test('a download manifest that lists a pack twice fails', async () => {
  const project = await signedManagedProject();
  const { assetPacks } = readDownload(project, 'iOS');
  serve(project, { assetPacks: [...assetPacks, ...assetPacks.slice(0, 1)] });
  expect(await failuresOf(project)).toEqual([
    { name: 'iOS.json', ok: false, detail: `lists ${assetPacks[0]?.id} twice` },
  ]);
});

test('every statement is checked, also of packs that are not looked at', async () => {
  const project = await signedProject();
  const { channel } = await project.session();
  const checks = await verifyAsTargetSays(
    channel,
    { full: false, only: [], packs: new Set(), atLeast: 1, entry: readLogEntry(project, 1) },
    silent,
  );
  expect(checks.map(({ name }) => name)).toEqual([
    'manifest',
    'manifest signature',
    'pack fmadapter-summarizer-9799725 statement',
    'pack fmadapter-tagger-9799725 statement',
  ]);
});

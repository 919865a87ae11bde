import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LogEntry } from '../../src/model/release.ts';
import { cellsKey, logKey, manifestKey, packKey } from '../../src/release/layout.ts';
import { readLogEntry } from '../support/project.ts';
import { aScene, codesOf, type Scene } from './scene.ts';

const slot = (revision: number): string => logKey('stable', revision);

/** A channel at revision 5, each revision with a build of its own. */
const fiveRevisions = (): Promise<Scene> => aScene({ versions: ['1.1.0', '1.2.0', '1.3.0', '1.4.0'] });

const rewrite = (scene: Scene, revision: number, change: Partial<LogEntry>): void =>
  scene.putObject(slot(revision), JSON.stringify({ ...readLogEntry(scene, revision), ...change }));

function remove(scene: Scene, revisions: readonly number[]): void {
  for (const revision of revisions) rmSync(scene.pathOf(slot(revision)));
}

const faultsOf = async (scene: Scene): Promise<readonly string[]> =>
  (await scene.audit()).filter(({ code }) => code === 'log-broken').map(({ message }) => message);

describe('each break is one finding', () => {
  test.each([
    {
      why: 'a hole far behind the head',
      tear: (scene: Scene) => rmSync(scene.pathOf(slot(2))),
      says: [/revision 2 is missing\.$/],
    },
    {
      why: 'a hole right behind the head',
      tear: (scene: Scene) => rmSync(scene.pathOf(slot(4))),
      says: [/revision 4 is missing\.$/],
    },
    {
      why: 'a hole of several slots',
      tear: (scene: Scene) => remove(scene, [2, 3, 4]),
      says: [/revisions 2 to 4 are missing\.$/],
    },
    {
      why: 'a missing beginning',
      tear: (scene: Scene) => remove(scene, [1, 2]),
      says: [/revisions 1 to 2 are missing\.$/],
    },
    {
      why: 'a rewritten slot',
      tear: (scene: Scene) => rewrite(scene, 3, { message: 'it never said that' }),
      says: [/revision 4 does not follow from revision 3 as it stands\.$/],
    },
    {
      why: 'a first slot with a predecessor',
      tear: (scene: Scene) => rewrite(scene, 1, { previousSha256: '0'.repeat(64) }),
      says: [/revision 1 names an entry before it\.$/, /revision 2 does not follow/],
    },
    {
      why: 'a slot that is no log entry',
      tear: (scene: Scene) => scene.putObject(slot(3), '{ "formatVersion": 1 }'),
      says: [/log\/3\.json is not what fmrelease wrote/],
    },
    {
      why: 'a slot of another channel',
      tear: (scene: Scene) => rewrite(scene, 3, { channel: 'beta' }),
      says: [/holds revision 3 of "beta"/],
    },
    {
      why: 'a newest slot that its manifest contradicts',
      tear: (scene: Scene) => rewrite(scene, 5, { packs: [] }),
      says: [/revision 5 names other packs than its manifest\.$/],
    },
    {
      why: 'lost cells of the head',
      tear: (scene: Scene) => rmSync(scene.pathOf(cellsKey(readLogEntry(scene, 5).cellsSha256))),
      says: [/the cells of revision 5, is missing\.$/],
    },
  ])('$why', async ({ tear, says }) => {
    const scene = await fiveRevisions();
    tear(scene);
    const faults = await faultsOf(scene);
    expect(faults).toHaveLength(says.length);
    for (const [index, pattern] of says.entries()) expect(faults[index]).toMatch(pattern);
  });
});

describe('a log that does not tell its head', () => {
  const torn = async (): Promise<Scene> => {
    const scene = await fiveRevisions();
    rmSync(scene.pathOf(slot(4)));
    return scene;
  };

  test('says nothing about drift or signing, which nobody can know', async () => {
    const scene = await torn();
    scene.editAdapter((adapter) => ({
      ...adapter,
      serve: [{ systemModel: 'afm3-core', none: 'base-model' }],
    }));
    expect(codesOf(await scene.audit())).toEqual([
      'evidence-stale',
      'gap',
      'inferred-row',
      'log-broken',
      'sunset',
    ]);
  });

  test('still has its served packs looked at', async () => {
    const scene = await torn();
    rmSync(scene.pathOf(scene.packOf(5).key));
    expect(codesOf(await scene.audit())).toContain('pack-missing');
  });

  test('leaves published builds published: a fresh checkout has no errors beside the log', async () => {
    const scene = await torn();
    rmSync(join(scene.root, 'builds'), { recursive: true });
    const errors = (await scene.audit()).filter(({ severity }) => severity === 'error');
    expect(codesOf(errors)).toEqual(['log-broken']);
  });

  test('can be asked about an adapter that only it knows', async () => {
    const scene = await torn();
    scene.editMatrix((matrix) => ({ ...matrix, adapters: {} }));
    expect(codesOf(await scene.audit({ only: ['summarizer'] }))).toEqual(['log-broken']);
  });
});

describe('no pack is an orphan while a log is broken', () => {
  test('of the audited channel', async () => {
    const scene = await fiveRevisions();
    rmSync(scene.pathOf(slot(2)));
    expect(codesOf(await scene.audit())).not.toContain('orphan-pack');
  });

  test('of another channel', async () => {
    const scene = await aScene();
    await scene.publish({ channel: 'beta' });
    scene.putObject(packKey('0'.repeat(64), 'some-pack'), 'named by no revision');
    expect(codesOf(await scene.audit())).toContain('orphan-pack');
    scene.putObject(logKey('beta', 1), '{}');
    expect(codesOf(await scene.audit())).not.toContain('orphan-pack');
    expect(codesOf(await scene.audit())).not.toContain('log-broken');
  });
});

test('a log whose newest slots are gone leaves a manifest that nothing explains', async () => {
  const scene = await fiveRevisions();
  rmSync(scene.pathOf(slot(5)));
  expect(codesOf(await scene.audit())).toContain('projection-foreign');
});

describe('a channel that was never published', () => {
  test('is unpublished, and nothing else is the matter with it', async () => {
    const scene = await aScene({ published: false });
    const findings = await scene.audit({ full: true });
    expect(codesOf(findings)).toEqual(['evidence-stale', 'inferred-row', 'sunset', 'unpublished']);
    expect(findings.find(({ code }) => code === 'unpublished')?.message).toContain(
      'nothing is published yet',
    );
  });

  test('beside one that was, shares its packs', async () => {
    const scene = await aScene();
    expect(codesOf(await scene.audit({ channel: 'beta' }))).not.toContain('orphan-pack');
  });

  test('but has a manifest, is foreign', async () => {
    const scene = await aScene({ published: false });
    scene.putObject(manifestKey('stable'), '{ "assetPacks": [] }');
    expect(codesOf(await scene.audit())).toContain('projection-foreign');
  });
});

test('a lagging manifest has the packs that it still serves looked at', async () => {
  const scene = await aScene();
  const first = readFileSync(scene.pathOf(manifestKey('stable')));
  await scene.add('summarizer', '1.1.0');
  await scene.publish();
  appendFileSync(scene.pathOf(scene.packOf(1).key), '!');
  expect(codesOf(await scene.audit())).not.toContain('size-mismatch');
  scene.putObject(manifestKey('stable'), first);
  expect(codesOf(await scene.audit())).toEqual(
    expect.arrayContaining(['size-mismatch', 'projection-behind']),
  );
});

test('a version that fell and rose again is history', async () => {
  const scene = await fiveRevisions();
  const versions = [1, 5, 2, 3, 6];
  const versioned = (entry: LogEntry): LogEntry => ({
    ...entry,
    packs: entry.packs.map((pack) => ({ ...pack, version: versions[entry.revision - 1] ?? 0 })),
  });
  scene.rewriteLog(versioned);
  expect(codesOf(await scene.audit())).not.toContain('version-fell');
  versions[4] = 4;
  scene.rewriteLog(versioned);
  const fell = (await scene.audit()).filter(({ code }) => code === 'version-fell');
  expect(fell).toMatchObject([
    { message: '"fmadapter-summarizer-9799725" is version 4 in revision 5, but was 5 in revision 2.' },
  ]);
});

test('publishing another build, as the finding says, mends a version that fell', async () => {
  const scene = await fiveRevisions();
  scene.rewriteLog((entry) => ({
    ...entry,
    packs: entry.packs.map((pack) => ({ ...pack, version: 6 - entry.revision })),
  }));
  expect(codesOf(await scene.audit())).toContain('version-fell');
  await scene.add('summarizer', '2.0.0');
  await scene.publish();
  expect(codesOf(await scene.audit())).not.toContain('version-fell');
});

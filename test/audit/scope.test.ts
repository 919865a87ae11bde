import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import { gatherAuditState } from '../../src/audit/gather.ts';
import { logKey, manifestKey, packKey } from '../../src/release/layout.ts';
import { NOON } from '../support/project.ts';
import { aScene, codesOf, type Scene } from './scene.ts';

/** Breaks whatever can be broken about `translator`, and nothing about `summarizer`. */
async function breakTranslator(scene: Scene): Promise<void> {
  const translator = scene.packOf(1, 'translator');
  rmSync(scene.pathOf(translator.key));
  scene.putObject(packKey('1'.repeat(64), translator.id), 'named by no revision');
  rmSync(join(scene.root, 'builds'), { recursive: true });
  await scene.add('summarizer', '1.0.0');
  scene.editAdapter(
    (adapter) => ({
      ...adapter,
      platforms: ['iOS', 'macOS', 'iPadOS'],
      builds: adapter.builds.flatMap((build) => [build, { ...build, version: '1.0.0+twin' }]),
      serve: [{ systemModel: 'os26.0', version: '1.0.0' }],
    }),
    'translator',
  );
}

test('with --only, the faults of other adapters do not show', async () => {
  const scene = await aScene({ adapters: ['summarizer', 'translator'] });
  await breakTranslator(scene);
  const all = codesOf(await scene.audit());
  const rest = ['evidence-stale', 'inferred-row', 'sunset', 'unsigned'];
  expect(all).toEqual(
    [
      'build-missing',
      'duplicate-version',
      'gap',
      'orphan-pack',
      'pack-missing',
      'platform-invalid',
      'unpublished',
      ...rest,
    ].sort(),
  );
  expect(codesOf(await scene.audit({ only: ['summarizer'] }))).toEqual(rest);
  expect(codesOf(await scene.audit({ only: ['translator'] }))).toEqual(all);
  expect(await scene.audit({ only: ['summarizer', 'translator'] })).toEqual(await scene.audit());
});

test('what every adapter rests on shows in every scope', async () => {
  const scene = await aScene({ adapters: ['summarizer', 'translator'] });
  scene.editMatrix((matrix) => ({
    ...matrix,
    systemModels: [
      {
        id: 'mine',
        os: { iOS: '>=26.3 <26.4' },
        baseModelSignature: null,
        adapterSupport: 'supported',
        certainty: 'proved',
      },
    ],
  }));
  scene.putObject(manifestKey('stable'), '{}');
  const codes = codesOf(await scene.audit({ only: ['summarizer'] }));
  expect(codes).toEqual(expect.arrayContaining(['os-overlap', 'projection-foreign', 'unsigned']));
});

test('an adapter whose name another one starts with has its own faults alone', async () => {
  const scene = await aScene({ adapters: ['sum', 'summarizer'] });
  scene.editAdapter((adapter) => ({ ...adapter, platforms: ['iPadOS', 'iOS'] }), 'summarizer');
  expect(codesOf(await scene.audit({ only: ['sum'] }))).not.toContain('platform-invalid');
  expect(codesOf(await scene.audit({ only: ['summarizer'] }))).toContain('platform-invalid');
});

test('an adapter that is named like the channel hides nothing of the channel', async () => {
  const scene = await aScene({ adapters: ['summarizer', 'stable'], versions: ['1.1.0'] });
  rmSync(scene.pathOf(logKey('stable', 1)));
  const codes = codesOf(await scene.audit({ only: ['summarizer'] }));
  expect(codes).toEqual(expect.arrayContaining(['log-broken']));
  expect((await scene.audit({ only: ['summarizer'] })).filter(({ code }) => code === 'sunset')).toMatchObject(
    [{ subject: 'summarizer' }],
  );
});

test('a channel that moved shows in every scope, also where an adapter is named like it', async () => {
  const scene = await aScene({ adapters: ['summarizer', 'stable'] });
  const session = await scene.session({ target: { publicUrl: 'https://elsewhere.example.com/' } });
  const state = await gatherAuditState(session, { asOf: new Date(NOON), only: ['summarizer'], full: false });
  expect(audit(state).filter(({ code }) => code === 'unpublished')).toMatchObject([
    { subject: 'targets.local.publicUrl' },
  ]);
});

test('an adapter that only the channel still has can be asked about', async () => {
  const scene = await aScene({ adapters: ['summarizer', 'translator'] });
  scene.editMatrix(({ adapters: { translator: _, ...adapters }, ...matrix }) => ({ ...matrix, adapters }));
  const about = await scene.audit({ only: ['translator'] });
  expect(about).toMatchObject([{ code: 'published-only' }, { code: 'unsigned' }]);
  expect(codesOf(await scene.audit({ only: ['summarizer'] }))).not.toContain('published-only');
});

test('a name that nobody knows is an error', async () => {
  const scene = await aScene();
  await expect(scene.audit({ only: ['sumarizer'] })).rejects.toMatchObject({ code: 'ADAPTER_UNKNOWN' });
});

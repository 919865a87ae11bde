import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OTHER_SIGNATURE, SIGNATURE } from '../support/builders.ts';
import { planNow } from '../support/project.ts';
import { aScene, type Scene } from './scene.ts';

const drift = async (scene: Scene): Promise<readonly string[]> =>
  (await scene.audit())
    .filter(({ code }) => code === 'unpublished' || code === 'published-only')
    .map(({ code, subject }) => `${code} ${subject}`);

/** Edits of a published project with `summarizer` and `translator`, and the drift that each makes. */
const EDITS: readonly {
  readonly why: string;
  readonly edit: (scene: Scene) => Promise<void> | void;
  readonly drifts: readonly string[];
}[] = [
  { why: 'no edit', edit: () => undefined, drifts: [] },
  {
    why: 'another build',
    edit: ({ add }) => add('summarizer', '1.1.0'),
    drifts: ['unpublished summarizer'],
  },
  {
    why: 'the same bytes under another build version',
    edit: ({ editAdapter }) =>
      editAdapter((adapter) => ({
        ...adapter,
        builds: adapter.builds.map((build) => ({ ...build, version: '1.0.1' })),
        serve: [{ baseModelSignature: SIGNATURE, version: '1.0.1' }],
      })),
    drifts: ['unpublished summarizer'],
  },
  {
    why: 'a registered build that nothing serves',
    edit: async ({ add, editAdapter }) => {
      await add('summarizer', '1.1.0');
      editAdapter((adapter) => ({
        ...adapter,
        serve: [{ baseModelSignature: SIGNATURE, version: '1.0.0' }],
      }));
    },
    drifts: [],
  },
  {
    why: 'a download policy',
    edit: ({ editAdapter }) =>
      editAdapter((adapter) => ({
        ...adapter,
        downloadPolicy: { essential: { installationEventTypes: ['firstInstallation'] } },
      })),
    drifts: ['unpublished summarizer'],
  },
  {
    why: 'a platform',
    edit: ({ editAdapter }) => editAdapter((adapter) => ({ ...adapter, platforms: ['iOS'] })),
    drifts: ['unpublished summarizer'],
  },
  {
    why: 'a decision that changes no pack',
    edit: ({ editAdapter }) =>
      editAdapter((adapter) => ({
        ...adapter,
        serve: [...adapter.serve, { systemModel: 'os26.5', none: 'base-model' }],
      })),
    drifts: ['unpublished summarizer'],
  },
  {
    why: 'a decision that changes nothing',
    edit: ({ editAdapter }) =>
      editAdapter((adapter) => ({
        ...adapter,
        serve: [...adapter.serve, { baseModelSignature: OTHER_SIGNATURE, none: 'base-model' }],
      })),
    drifts: [],
  },
  {
    why: 'a served build taken out',
    edit: ({ editAdapter }) =>
      editAdapter((adapter) => ({
        ...adapter,
        serve: [{ baseModelSignature: SIGNATURE, none: 'base-model' }],
      })),
    drifts: ['unpublished summarizer', 'published-only fmadapter-summarizer-9799725'],
  },
  {
    why: 'an adapter taken out',
    edit: ({ editMatrix }) =>
      editMatrix(({ adapters: { translator: _, ...adapters }, ...matrix }) => ({ ...matrix, adapters })),
    drifts: ['published-only fmadapter-translator-9799725'],
  },
  {
    why: 'a new adapter',
    edit: ({ add }) => add('classifier'),
    drifts: ['unpublished classifier'],
  },
  {
    why: 'narrower support',
    edit: ({ rewriteConfig }) => rewriteConfig({ support: { iOS: '>=26.0' } }),
    drifts: ['unpublished summarizer', 'unpublished translator'],
  },
  {
    why: 'another public URL',
    edit: ({ rewriteConfig }) =>
      rewriteConfig({
        targets: { local: { kind: 'directory', path: 'cdn', publicUrl: 'https://cdn.example.com/' } },
      }),
    drifts: ['unpublished targets.local.publicUrl'],
  },
];

describe('audit and plan agree on what differs', () => {
  test.each(EDITS)('after $why', async ({ edit, drifts }) => {
    const scene = await aScene({ adapters: ['summarizer', 'translator'] });
    await edit(scene);
    expect(await drift(scene)).toEqual(drifts);
    const plan = await planNow(await scene.session(), { gap: true });
    expect(plan.hasChanges).toBe(drifts.length > 0);
  });
});

test('an adapter that has no pack left is published-only by its name', async () => {
  const scene = await aScene({ adapters: ['summarizer', 'translator'] });
  const decline = [{ baseModelSignature: SIGNATURE, none: 'base-model' as const }];
  scene.editAdapter((adapter) => ({ ...adapter, serve: decline }), 'translator');
  await scene.publish({ remove: ['fmadapter-translator-9799725'] });
  scene.editMatrix(({ adapters: { translator: _, ...adapters }, ...matrix }) => ({ ...matrix, adapters }));
  expect(await drift(scene)).toEqual(['published-only translator']);
  expect((await planNow(await scene.session())).hasChanges).toBe(true);
});

test('a pack that is missing from the store is no drift: the matrix and the head still agree', async () => {
  const scene = await aScene();
  rmSync(scene.pathOf(scene.packOf(1).key));
  expect(await drift(scene)).toEqual([]);
});

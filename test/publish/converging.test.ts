import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import type { MatrixDocument } from '../../src/generated/matrix.ts';
import { logKey, manifestKey } from '../../src/release/layout.ts';
import { makeProject, type Project, planNow, publishNow, readLogEntry } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

const SIGNATURE = '9799725ff8e851184037110b422d891ad3b92ec1';

const published = async (adapters: readonly string[] = ['summarizer', 'tagger']): Promise<Project> => {
  const project = await makeProject(scratchFolder(), adapters);
  await publishNow(await project.session());
  return project;
};

test('a saved plan does not lift a hold that it has not seen', async () => {
  const project = await published();
  await project.add('summarizer', '2.0.0');
  const plan = await planNow(await project.session(), { liftHolds: ['tagger'] });
  await rollBack(await project.session(), { to: 'none', only: ['tagger'] }, { message: null });
  await expect(publishNow(await project.session(), { plan })).rejects.toMatchObject({ code: 'PLAN_STALE' });
  expect(readLogEntry(project, 2).holds).toMatchObject([{ adapter: 'tagger' }]);
});

test('a saved plan over a foreign manifest finishes on the second try, with the same permit', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const plan = await planNow(await project.session());
  mkdirSync(join(project.cdn, 'v1/channels/stable'), { recursive: true });
  writeFileSync(join(project.cdn, manifestKey('stable')), '{"assetPacks": []}');
  const broken = await project.session({
    store: (own) => ({ ...own, replace: () => Promise.resolve('lost') }),
  });
  const first = await publishNow(broken, { plan, allowForeign: true });
  expect(first).toMatchObject({ committed: true, verified: false });
  const second = await publishNow(await project.session(), { plan, allowForeign: true });
  expect(second).toMatchObject({ alreadyCommitted: true, verified: true, problems: [] });
});

test('two runs of one saved plan at once: one commits, the other finds its commit', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const plan = await planNow(await project.session());
  const later = await project.session({ now: '2026-12-02T12:00:00Z' });
  const results = await Promise.all([
    publishNow(await project.session(), { plan }),
    publishNow(later, { plan }),
  ]);
  expect(results.map(({ committed }) => committed)).toEqual([true, true]);
  expect(results.filter(({ alreadyCommitted }) => alreadyCommitted)).toHaveLength(1);
  expect(new Set(results.map(({ revision }) => revision))).toEqual(new Set([1]));
});

test('a plan that another revision has followed says which one stands', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const plan = await planNow(await project.session());
  await publishNow(await project.session(), { plan });
  await project.add('summarizer', '2.0.0');
  await publishNow(await project.session());
  const again = await publishNow(await project.session(), { plan });
  expect(again).toMatchObject({ revision: 1, alreadyCommitted: true, supersededBy: 2 });
});

test.each([1, 2])(
  'a log without revision %i stops a publish, and the hole is not filled',
  async (missing) => {
    const project = await published(['summarizer']);
    for (const version of ['2.0.0', '3.0.0']) {
      await project.add('summarizer', version);
      await publishNow(await project.session());
    }
    const slot = join(project.cdn, logKey('stable', missing));
    rmSync(slot);
    await project.add('summarizer', '4.0.0');
    await expect(publishNow(await project.session())).rejects.toMatchObject({ code: 'LOG_BROKEN' });
    expect(() => readFileSync(slot)).toThrow('ENOENT');
    expect(() => readLogEntry(project, 4)).toThrow();
  },
);

test('lifting a hold is a change of its own; an empty matrix on an empty channel is none', async () => {
  const project = await published();
  await rollBack(await project.session(), { to: 'none', only: ['tagger'] }, { message: null });
  project.editMatrix((matrix) => ({
    ...matrix,
    adapters: { summarizer: matrix.adapters['summarizer'] as never },
  }));
  const plan = await planNow(await project.session(), { liftHolds: ['tagger'], remove: [] });
  expect(plan.hasChanges).toBe(true);
  const empty = await makeProject(scratchFolder(), ['summarizer']);
  empty.editMatrix((matrix) => ({ ...matrix, adapters: {} }));
  expect(await publishNow(await empty.session())).toMatchObject({ committed: false, revision: null });
});

test('a lift for a name that nobody knows is refused', async () => {
  const project = await published();
  await expect(planNow(await project.session(), { liftHolds: ['nobody'] })).rejects.toMatchObject({
    code: 'ADAPTER_UNKNOWN',
    exitCode: 4,
  });
});

test('a release alone resolves a declined system model as the matrix does', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  project.editMatrix((matrix) => {
    const adapter = matrix.adapters['summarizer'];
    if (adapter === undefined) throw new Error('the project has a summarizer');
    const serve = [...adapter.serve, { systemModel: 'os26.4', none: 'base-model' as const }];
    return { ...matrix, adapters: { summarizer: { ...adapter, serve } } };
  });
  await publishNow(await project.session());
  const { resolveFromRelease } = await import('../../src/resolve/from-release.ts');
  const { channel } = await project.session();
  const device = { platform: 'iOS', os: [26, 4, 0], signature: SIGNATURE, adapter: 'summarizer' } as const;
  const answer = await resolveFromRelease(channel, { source: 'log', revision: null }, device);
  expect(answer).toMatchObject({ state: 'declined', systemModel: 'os26.4', pack: null });
});

test('a build that is registered by hand must be sound before it is packed', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const other = '0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f';
  project.editMatrix(
    (matrix) => JSON.parse(JSON.stringify(matrix).replaceAll(SIGNATURE, other)) as MatrixDocument,
  );
  await expect(planNow(await project.session(), { gap: true })).rejects.toMatchObject({
    code: 'ADAPTER_UNSOUND',
    exitCode: 6,
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyCommand } from '../../src/cli/apply-command.ts';
import { writeJson } from '../../src/json/write.ts';
import { readPlanFile } from '../../src/plan/file.ts';
import { makeProject, planNow, publishNow } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

test('what lies outside the scope is told and does not block', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  project.editMatrix((matrix) => {
    const tagger = matrix.adapters['tagger'];
    if (tagger === undefined) throw new Error('the project has a tagger');
    return { ...matrix, adapters: { ...matrix.adapters, tagger: { ...tagger, serve: [] } } };
  });
  const plan = await planNow(await project.session(), { only: ['summarizer'] });
  expect(plan.blockers).toEqual([]);
  expect(plan.outOfScope).toEqual([
    { adapter: 'tagger', message: expect.stringMatching(/^"tagger" has \d+ gaps\.$/) },
  ]);
  expect((await planNow(await project.session(), { gap: true })).outOfScope).toEqual([]);
});

test('the command that applies a plan says everything that the plan was asked', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger'], {
    channels: ['stable', 'beta'],
  });
  const beta = await project.session({ channel: 'beta' });
  const plan = await planNow(beta, { only: ['tagger'] });
  expect(applyCommand(plan, { target: 'local', only: ['tagger'] })).toBe(
    'fmrelease publish --yes --target local --channel beta --only tagger',
  );
  expect(applyCommand(plan, { out: 'p.json', only: ['tagger'] })).toBe('fmrelease publish p.json --yes');
  await publishNow(await project.session());
  project.editMatrix((matrix) => ({ ...matrix, adapters: {} }));
  const removal = await planNow(await project.session(), { only: ['tagger'] });
  expect(applyCommand(removal, { out: 'p.json' })).toBe(
    'fmrelease publish p.json --yes --allow-remove fmadapter-tagger-9799725',
  );
});

test.each(['changes', 'cellChanges', 'blockers', 'allow', 'nextRevision', 'target'] as const)(
  'a plan whose %s was edited is refused',
  async (field) => {
    const project = await makeProject(scratchFolder(), ['summarizer']);
    const plan = await planNow(await project.session());
    const values = {
      changes: [],
      cellChanges: [],
      blockers: [{ code: 'BUILD_HELD', subject: 'x', message: 'x', fix: 'x' }],
      allow: { remove: ['x'], gap: true },
      nextRevision: 7,
      target: 'other',
    };
    const path = join(project.root, 'plan.json');
    writeFileSync(path, writeJson({ ...plan, [field]: values[field] }));
    await expect(readPlanFile(path)).rejects.toMatchObject({ code: 'PLAN_INVALID', exitCode: 6 });
  },
);

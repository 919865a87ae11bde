import { expect, test } from 'vitest';
import { rollBack } from '../../src/flow.ts';
import { makeProject, planNow, publishNow, readLogEntry } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

test('a plan that is published already lifts no hold, and says so', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  await project.add('tagger', '2.0.0');
  await publishNow(await project.session());
  await rollBack(await project.session(), { to: 1, only: ['tagger'] }, { message: null });
  await project.add('summarizer', '2.0.0');
  const plan = await planNow(await project.session(), { only: ['summarizer'] });
  expect(await publishNow(await project.session(), { plan })).toMatchObject({ revision: 4 });
  await expect(publishNow(await project.session(), { plan, liftHolds: ['tagger'] })).rejects.toMatchObject({
    code: 'PLAN_STALE',
    message:
      'This plan is published already, as revision 4, and "tagger" is still held: --lift-hold was not part of it.',
    fix: 'Run `fmrelease plan --lift-hold tagger --out <file>` and publish that plan.',
  });
  expect(readLogEntry(project, 4).holds).toHaveLength(1);
  const again = await publishNow(await project.session(), { plan, liftHolds: ['summarizer'] });
  expect(again).toMatchObject({ alreadyCommitted: true, revision: 4 }); // nothing of it is held
});

test('a lift that was given beside the plan is there when the same command runs again', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  await publishNow(await project.session());
  await project.add('tagger', '2.0.0');
  await publishNow(await project.session());
  await rollBack(await project.session(), { to: 1, only: ['tagger'] }, { message: null });
  const plan = await planNow(await project.session());
  const lifting = { plan, liftHolds: ['tagger'] };
  expect(await publishNow(await project.session(), lifting)).toMatchObject({ committed: true, revision: 4 });
  expect(await publishNow(await project.session(), lifting)).toMatchObject({ alreadyCommitted: true });
});

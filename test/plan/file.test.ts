import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeOfPlan } from '../../src/cli/plan-place.ts';
import { writeJson } from '../../src/json/write.ts';
import type { Plan } from '../../src/model/plan.ts';
import { readPlanFile, writePlanFile } from '../../src/plan/file.ts';
import { planResult } from '../../src/plan/result.ts';
import { makeProject, planNow } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

async function savedPlan(): Promise<{ readonly plan: Plan; readonly path: string }> {
  const project = await makeProject(scratchFolder(), ['summarizer']);
  const plan = await planNow(await project.session());
  const path = join(project.root, 'plan.json');
  await writePlanFile(path, plan);
  return { plan, path };
}

test('a saved plan comes back as it was, and its bytes are canonical', async () => {
  const { plan, path } = await savedPlan();
  expect(await readPlanFile(path)).toEqual(plan);
  expect(readFileSync(path, 'utf8')).toBe(writeJson(plan));
});

test('what `plan --json` prints is the plan without what only `publish` needs', async () => {
  const { plan } = await savedPlan();
  const { formatVersion: _, base: __, change: ___, allow: ____, digest: _____, ...rest } = plan;
  expect(planResult(plan)).toEqual(rest);
});

test.each<{ readonly edit: string; readonly change: (plan: Plan) => unknown }>([
  { edit: 'another build', change: (plan) => ({ ...plan, change: withPacks(plan, { build: '6.6.6' }) }) },
  {
    edit: 'another digest',
    change: (plan) => ({ ...plan, change: withPacks(plan, { buildDigest: `sha256:${'0'.repeat(64)}` }) }),
  },
  { edit: 'another path', change: (plan) => ({ ...plan, change: withPacks(plan, { path: '/etc' }) }) },
  { edit: 'an adapter less', change: (plan) => ({ ...plan, change: { ...plan.change, adapters: [] } }) },
  {
    edit: 'a lifted hold',
    change: (plan) => ({ ...plan, change: { ...plan.change, liftHolds: ['summarizer'] } }),
  },
  { edit: 'an allowed removal', change: (plan) => ({ ...plan, allow: { remove: ['x'], gap: false } }) },
  { edit: 'a change fewer to review', change: (plan) => ({ ...plan, changes: [], cellChanges: [] }) },
  { edit: 'another target', change: (plan) => ({ ...plan, target: 'cdn' }) },
  { edit: 'another channel', change: (plan) => ({ ...plan, channel: 'beta' }) },
  { edit: 'another base', change: (plan) => ({ ...plan, base: { revision: 1, sha256: '0'.repeat(64) } }) },
  { edit: 'another operation', change: (plan) => ({ ...plan, operation: '0'.repeat(64) }) },
])('a plan that was edited ($edit) is refused', async ({ change }) => {
  const { plan, path } = await savedPlan();
  writeFileSync(path, writeJson(change(plan)));
  await expect(readPlanFile(path)).rejects.toMatchObject({
    code: 'PLAN_INVALID',
    exitCode: 6,
    message: expect.stringContaining('was edited'),
  });
});

test.each([
  { file: 'no JSON', content: '{"formatVersion": 1,' },
  { file: 'JSON of something else', content: '{"formatVersion": 1}' },
  { file: 'a newer format', content: '{"formatVersion": 2}' },
  { file: 'an empty file', content: '' },
])('$file is PLAN_INVALID', async ({ content }) => {
  const path = join(scratchFolder(), 'plan.json');
  writeFileSync(path, content);
  await expect(readPlanFile(path)).rejects.toMatchObject({
    code: 'PLAN_INVALID',
    fix: expect.stringContaining('plan'),
  });
});

test('a missing plan is FILE_NOT_FOUND, a folder PLAN_INVALID', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'folder'));
  await expect(readPlanFile(join(folder, 'none.json'))).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    exitCode: 4,
  });
  await expect(readPlanFile(join(folder, 'folder'))).rejects.toMatchObject({ code: 'PLAN_INVALID' });
});

test('a saved plan goes where it was made for; naming another place or a scope is refused', async () => {
  const { plan } = await savedPlan();
  const typed = (flag: string, input: string) => [{ type: 'flag', flag, input }];
  const place = { target: 'local', channel: 'stable' };
  expect(placeOfPlan(plan, [])).toEqual(place);
  expect(placeOfPlan(plan, [...typed('target', 'local'), ...typed('channel', 'stable')])).toEqual(place);
  for (const [flag, input] of [
    ['channel', 'beta'],
    ['target', 'cdn'],
    ['only', 'summarizer'],
  ] as const)
    expect(() => placeOfPlan(plan, typed(flag, input))).toThrow(`--${flag} ${input} was passed`);
});

const withPacks = ({ change }: Plan, pack: object) => ({
  ...change,
  adapters: change.adapters.map((state) => ({
    ...state,
    packs: state.packs.map((planned) => ({ ...planned, ...pack })),
  })),
});

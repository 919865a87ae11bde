import type { Plan } from '../model/plan.ts';

/** The fields of `plan --json`: the plan without the change that `publish` works from. */
export type PlanResult = Omit<Plan, 'formatVersion' | 'base' | 'change' | 'allow' | 'digest'>;

/** Returns what `plan --json` prints of a plan. */
export function planResult({
  formatVersion: _,
  base: __,
  change: ___,
  allow: ____,
  digest: _____,
  ...result
}: Plan): PlanResult {
  return result;
}

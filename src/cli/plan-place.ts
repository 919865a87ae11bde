import { ReleaseError } from '../errors.ts';
import type { Plan } from '../model/plan.ts';

/** A word of the command line as the parser has read it; flags from the environment are not among them. */
export interface TypedToken {
  readonly type: string;
  readonly flag?: string;
  readonly input: string;
}

/**
 * Returns where a saved plan goes. Naming the same place again is fine; another place, or another scope, is refused:
 * the plan is what was reviewed.
 *
 * @throws ReleaseError `USAGE`
 */
export function placeOfPlan(plan: Plan, typed: readonly TypedToken[]): Pick<Plan, 'target' | 'channel'> {
  const other = typed.find(
    ({ type, flag, input }) =>
      type === 'flag' &&
      (flag === 'only' ||
        (flag === 'target' && input !== plan.target) ||
        (flag === 'channel' && input !== plan.channel)),
  );
  if (other === undefined) return { target: plan.target, channel: plan.channel };
  throw new ReleaseError(
    'USAGE',
    `The plan is for ${plan.target}/${plan.channel} as it was reviewed, but --${other.flag ?? ''} ${other.input} was passed.`,
    { fix: 'Leave the flag out, or make another plan with it.' },
  );
}

import { ReleaseError } from '../errors.ts';
import type { TypedToken } from './plan-place.ts';

/** The two channels of a promotion, as they were typed. */
export interface PromotionChannels {
  readonly from: string;
  readonly to: string;
}

/**
 * Reads `--from` and `--to`. `--channel` has no part in a promotion: one that says something else is a mistake.
 *
 * @throws ReleaseError `USAGE`
 */
export function readPromotionChannels(
  { from, to }: PromotionChannels,
  typed: readonly TypedToken[],
): PromotionChannels {
  if (from === to)
    throw new ReleaseError('USAGE', `--from and --to both name "${from}".`, {
      fix: 'Name two channels.',
    });
  const other = typed.find(({ type, flag, input }) => type === 'flag' && flag === 'channel' && input !== to);
  if (other !== undefined)
    throw new ReleaseError('USAGE', `--channel ${other.input} and --to ${to} name two channels to change.`, {
      fix: 'Leave --channel out: a promotion goes from --from to --to.',
    });
  return { from, to };
}

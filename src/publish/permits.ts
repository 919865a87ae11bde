import { ReleaseError } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Hold } from '../model/release.ts';

/** What the person who publishes permits on top of the plan. */
export interface PublishPermits {
  readonly remove: readonly string[];
  readonly gap: boolean;
  /** Adapters whose held builds may be published again. */
  readonly liftHolds: readonly string[];
}

/**
 * Refuses a plan whose gaps or removals nobody has permitted.
 *
 * @throws ReleaseError `COVERAGE_GAP` or `REMOVAL_NOT_ALLOWED`, each with all its subjects
 */
export function refuseUnpermitted(plan: Plan, permits: PublishPermits): void {
  const gaps =
    permits.gap || plan.allow.gap ? [] : plan.blockers.filter(({ code }) => code === 'COVERAGE_GAP');
  const [gap] = gaps;
  if (gap !== undefined) {
    throw new ReleaseError('COVERAGE_GAP', gaps.map(({ message }) => message).join(' '), {
      fix: `${gap.fix} Or pass --allow-gap.`,
      details: gaps.map(({ message, fix }) => `${message} ${fix}`),
    });
  }
  const allowed = new Set([...permits.remove, ...plan.allow.remove]);
  const ids = plan.changes
    .filter(({ kind, packId }) => kind === 'remove' && !allowed.has(packId))
    .map(({ packId }) => packId);
  if (ids.length === 0) return;
  throw new ReleaseError(
    'REMOVAL_NOT_ALLOWED',
    `This release drops ${ids.join(', ')}: devices delete a pack that leaves the manifest.`,
    {
      fix: `Pass ${ids.map((id) => `--allow-remove ${id}`).join(' ')}, or keep ${ids.length === 1 ? 'it' : 'them'} in the matrix.`,
      details: ids,
    },
  );
}

/**
 * Returns what a publish makes of the holds of the head that it follows: lifted ones go.
 *
 * The returned function throws ReleaseError `BUILD_HELD` when the plan would serve a build that is still held, also
 * one that was held after the plan was made.
 */
export function holdsAfterPublish(
  plan: Plan,
  { liftHolds }: PublishPermits,
): (holds: readonly Hold[]) => readonly Hold[] {
  const lifted = new Set([...plan.change.liftHolds, ...liftHolds]);
  const packs = plan.change.adapters.flatMap((state) => state.packs);
  return (holds) => {
    const standing = holds.filter(({ adapter }) => !lifted.has(adapter));
    const held = packs.filter((pack) =>
      standing.some((hold) => pack.adapter === hold.adapter && pack.buildDigest === hold.buildDigest),
    );
    const [first] = held;
    if (first === undefined) return standing;
    throw new ReleaseError(
      'BUILD_HELD',
      `${held.map(({ adapter, build }) => `Build ${build} of "${adapter}"`).join(', ')} ${held.length === 1 ? 'is' : 'are'} held: a rollback took ${held.length === 1 ? 'it' : 'them'} back.`,
      {
        fix: `Serve another build, or pass --lift-hold ${first.adapter}.`,
      },
    );
  };
}

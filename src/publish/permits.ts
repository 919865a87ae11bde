import { ReleaseError } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Hold, PackRecord, Release } from '../model/release.ts';

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
  refuseRemovals(
    [
      ...plan.changes.filter(({ kind }) => kind === 'remove').map(({ packId }) => packId),
      ...plan.leaving.map(({ packId }) => packId),
    ],
    [...permits.remove, ...plan.allow.remove],
  );
}

/**
 * Refuses to drop pack ids that nobody has allowed to go.
 *
 * @throws ReleaseError `REMOVAL_NOT_ALLOWED` with every such id
 */
export function refuseRemovals(removed: readonly string[], allowed: readonly string[]): void {
  const ids = [...new Set(removed)].filter((id) => !allowed.includes(id));
  if (ids.length === 0) return;
  throw new ReleaseError(
    'REMOVAL_NOT_ALLOWED',
    `This release drops ${ids.join(', ')}: devices delete a pack that leaves the manifest.`,
    {
      fix: `Pass ${ids.map((id) => `--allow-remove ${id}`).join(' ')}, or keep ${ids.length === 1 ? 'it' : 'them'}.`,
      details: ids,
    },
  );
}

/** The adapters whose holds a publish lifts: those of the plan and those of the command line. */
export const liftedBy = (plan: Plan, { liftHolds }: PublishPermits): readonly string[] => [
  ...new Set([...plan.change.liftHolds, ...liftHolds]),
];

/**
 * Refuses to call a plan done when it is published already and the command line lifts holds that still stand.
 *
 * @throws ReleaseError `PLAN_STALE`
 */
export function refuseLateLifts(
  plan: Plan,
  { liftHolds }: Pick<PublishPermits, 'liftHolds'>,
  { done, head = done }: { readonly done: Release | null; readonly head?: Release | null },
): void {
  const standing = new Set((head?.entry.holds ?? []).map(({ adapter }) => adapter));
  const late = liftHolds.filter((name) => standing.has(name) && !plan.change.liftHolds.includes(name));
  if (late.length === 0) return;
  throw new ReleaseError(
    'PLAN_STALE',
    `This plan is published already, as revision ${done?.entry.revision ?? 0}, and ${late.map((name) => `"${name}"`).join(', ')} ${late.length === 1 ? 'is' : 'are'} still held: --lift-hold was not part of it.`,
    {
      fix: `Run \`fmrelease plan ${late.map((name) => `--lift-hold ${name}`).join(' ')} --out <file>\` and publish that plan.`,
    },
  );
}

/** The holds of `head` without those of `lifted` adapters. */
export const standingHolds = (head: Release | null, lifted: readonly string[]): readonly Hold[] =>
  (head?.entry.holds ?? []).filter(({ adapter }) => !lifted.includes(adapter));

/**
 * Refuses to serve a build that `head` holds and nobody lifts, also one that was held after the plan was made.
 *
 * @throws ReleaseError `BUILD_HELD` with every such build
 */
export function refuseHeld(
  packs: readonly Pick<PackRecord, 'adapter' | 'build' | 'buildDigest'>[],
  lifted: readonly string[],
  head: Release | null,
): void {
  const standing = standingHolds(head, lifted);
  const held = packs.filter((pack) =>
    standing.some((hold) => pack.adapter === hold.adapter && pack.buildDigest === hold.buildDigest),
  );
  const [first] = held;
  if (first === undefined) return;
  throw new ReleaseError(
    'BUILD_HELD',
    `${held.map(({ adapter, build }) => `Build ${build} of "${adapter}"`).join(', ')} ${held.length === 1 ? 'is' : 'are'} held: a rollback took ${held.length === 1 ? 'it' : 'them'} back.`,
    {
      fix: `Serve another build, or pass --lift-hold ${first.adapter}.`,
    },
  );
}

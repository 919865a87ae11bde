import type { Plan } from './model/plan.ts';
import type { Release } from './model/release.ts';
import { assemblePlan } from './plan/assemble.ts';
import { gatherPlanFacts, type PlanWishes } from './plan/gather.ts';
import { type PruneResult, prunePacks } from './prune/prune.ts';
import { claimPublishedPacks, openClaims } from './publish/claim-packs.ts';
import { findOperation } from './publish/commit.ts';
import { commitChange, openChange } from './publish/commit-change.ts';
import { finishPublish, type PublishResult } from './publish/finish.ts';
import { refuseForeign } from './publish/foreign.ts';
import {
  liftedBy,
  type PublishPermits,
  refuseHeld,
  refuseLateLifts,
  refuseUnpermitted,
  standingHolds,
} from './publish/permits.ts';
import { type Promotion, planPromotion } from './publish/plan-promotion.ts';
import { planRollback, type RollbackTarget } from './publish/plan-rollback.ts';
import { openSeal, requireTrustedSource } from './publish/seal.ts';
import { uploadPacks } from './publish/upload.ts';
import { readHead } from './release/read-channel.ts';
import { foreignObjects, readWholeChannel } from './release/whole-channel.ts';
import type { Session } from './session.ts';
import { vouchesIn } from './trust/vouch.ts';

/** How a publish shall go beyond what its plan says. */
export interface PublishOptions extends PublishPermits {
  readonly allowForeign: boolean;
  readonly message: string | null;
  readonly concurrency: number;
  /** True for a plan from a file: when what it touches has moved, the plan is stale. */
  readonly saved: boolean;
}

/** config → matrix → plan: what publishing would change. Writes nothing but the digest cache. */
export async function planChannel(session: Session, wishes: PlanWishes): Promise<Plan> {
  return assemblePlan(await gatherPlanFacts(session, wishes));
}

/**
 * plan → pack → publish → verify: makes the packs present, commits the next revision, rolls the projection forward,
 * and looks at what is served. Running it again after any crash finishes the same release.
 */
export async function publishPlan(
  session: Session,
  plan: Plan,
  options: PublishOptions,
): Promise<PublishResult> {
  const { store, name } = session.channel;
  await store.prepare();
  const channel = await readWholeChannel(session.channel);
  const { release: head } = channel;
  const done = await findOperation(store, plan, head);
  const { allowForeign } = options;
  if (done !== null) {
    refuseLateLifts(plan, options, { done, head });
    const outcome = { committed: true, alreadyCommitted: true, release: done, ignored: [] } as const;
    return finishPublish(session, { outcome, allowForeign, head });
  }
  refuseForeign(channel, name, allowForeign);
  refuseUnpermitted(plan, options);
  const liftHolds = liftedBy(plan, options);
  const seal = await openSeal(session, { head });
  const settled = isUnchanged(plan, head, liftHolds) && foreignObjects(channel).length === 0;
  if (settled && !(await seal.isDueOn(head)))
    return finishPublish(session, { outcome: { ...NOTHING_TO_DO, release: head } });
  const packs = plan.change.adapters.flatMap((state) => state.packs);
  refuseHeld(packs, liftHolds, head); // before a byte is uploaded; the commit asks again on its own head
  const claims = await openClaims(store, session.io.wallClock);
  const uploads = await uploadPacks(session, {
    packs,
    published: await claimPublishedPacks(store, claims, {
      head,
      needs: packs,
      vouches: vouchesIn(session.channel),
    }),
    claims,
    concurrency: options.concurrency,
  });
  const outcome = await commitChange(session, {
    kind: 'publish',
    operation: plan.operation,
    message: options.message,
    base: plan.base,
    adapters: plan.change.adapters.map((state) => ({
      ...state,
      packs: state.packs.flatMap(({ id }) => uploads.packs.get(id) ?? []),
    })),
    liftHolds,
    holdsAfter: (now) => {
      refuseHeld(packs, liftHolds, now);
      return standingHolds(now, liftHolds);
    },
    evenIfEqual: (now) => plan.change.refreshUrls || seal.isDueOn(now),
    seal,
    claims,
    movedCode: options.saved ? 'PLAN_STALE' : 'CHANNEL_MOVED',
    foreign: foreignObjects(channel),
  });
  if (outcome.alreadyCommitted) refuseLateLifts(plan, options, { done: outcome.release });
  return finishPublish(session, { outcome, uploads, allowForeign });
}

/** A rollback: a new revision with older content, or none; what it takes back is held. Reads no local files. */
export async function rollBack(
  session: Session,
  target: RollbackTarget,
  { message }: Pick<PublishOptions, 'message'>,
): Promise<PublishResult> {
  const { store, name: channel } = session.channel;
  const { head, claims } = await openChange(session);
  const { source, ...change } = await planRollback(store, { channel, head, claims }, target);
  if (source !== null) await requireTrustedSource(session, source, head ?? source);
  const seal = await openSeal(session, { head, replacesHead: target.only.length === 0 });
  const rollback = { ...change, kind: 'rollback', message, evenIfEqual: seal.isDueOn, seal, claims } as const;
  return finishPublish(session, { outcome: await commitChange(session, rollback) });
}

/** A promotion: what another channel of the target serves, as a new revision of this one. Nothing is uploaded. */
export async function promote(
  session: Session,
  promotion: Promotion,
  { message }: Pick<PublishOptions, 'message'>,
): Promise<PublishResult> {
  const { store, name: channel } = session.channel;
  const { head, claims } = await openChange(session);
  const { release: source } = await readHead(store, promotion.from);
  const change = await planPromotion(store, { channel, head, source, claims }, promotion);
  if (source !== null) await requireTrustedSource(session, source);
  const seal = await openSeal(session, { head });
  const outcome = await commitChange(session, { ...change, kind: 'promote', message, seal, claims });
  return finishPublish(session, { outcome, promoted: source });
}

/** What nothing needs any more: marked, and removed a day later. Without `act` it only tells. */
export async function prune(session: Session, { act }: { readonly act: boolean }): Promise<PruneResult> {
  if (act) await session.channel.store.prepare();
  return prunePacks(session, { act });
}

/** True when the plan was made from this very head and found nothing to change, and no pack missing. */
const isUnchanged = (plan: Plan, head: Release | null, liftHolds: readonly string[]): boolean =>
  plan.change.adapters.length === 0 &&
  !plan.change.refreshUrls &&
  liftHolds.length === 0 &&
  head !== null &&
  plan.base?.sha256 === head.entrySha256;

const NOTHING_TO_DO = { committed: false, alreadyCommitted: false, ignored: [] } as const;

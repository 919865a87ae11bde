import type {
  AdapterChange as AdapterChangeJson,
  Blocker as BlockerJson,
  CellChange as CellChangeJson,
  CellOutcome as CellOutcomeJson,
  Change as ChangeJson,
  Coverage as CoverageJson,
  LeavingPack as LeavingPackJson,
  PackChange as PackChangeJson,
  Plan as PlanJson,
  PlannedPack as PlannedPackJson,
} from '../generated/plan.ts';
import type { DeepReadonly } from './readonly.ts';

/** What publishing would change, bound to the revision it was made from. A saved plan is this, as canonical JSON. */
export type Plan = DeepReadonly<PlanJson>;

/** The change itself: the state that each touched adapter shall have. Re-applied on a newer head when nothing it touches moved. */
export type Change = DeepReadonly<ChangeJson>;

/** The state that one adapter shall have on the channel; no packs and no cells withdraws it. */
export type AdapterChange = DeepReadonly<AdapterChangeJson>;

/** A pack that the release shall serve, and the build it is made from. */
export type PlannedPack = DeepReadonly<PlannedPackJson>;

/** One pack id before and after. */
export type PackChange = DeepReadonly<PackChangeJson>;

/** A pack that leaves a platform's download manifest. */
export type LeavingPack = DeepReadonly<LeavingPackJson>;

/** One cell before and after. */
export type CellChange = DeepReadonly<CellChangeJson>;

/** What a cell gets: its state, pack, build and fallback. */
export type CellOutcome = DeepReadonly<CellOutcomeJson>;

/** Every cell of the supported OS versions and how many are gaps or rest on inference. */
export type Coverage = DeepReadonly<CoverageJson>;

/** Why this plan would be refused. */
export type Blocker = DeepReadonly<BlockerJson>;

/** Why the next revision signs what stands there already: the newest one is unsigned, or signed by or for another. */
export type DueSignature = Plan['signatureDue'];

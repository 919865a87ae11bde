import { promote, prune, publishPlan, rollBack } from '../../src/flow.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { PublishResult } from '../../src/publish/finish.ts';
import type { Session } from '../../src/session.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { planBuild, sessionOf } from './simulated-project.ts';

/** One of two commands that meet. Its name is the message of the entry that it writes. */
export interface Bystander {
  readonly name: string;
  /** What the release serves, by adapter, once it has committed. */
  readonly serves: Readonly<Record<string, string>>;
  /** Notes its operation and the revision that it was planned on; returns null when it commits nothing by nature. */
  readonly run: Run;
  /** The same, given later. By default it is the same. */
  readonly again?: Run;
}

type Run = (
  store: ReleaseStore,
  note: (operation: string, basedOn: number) => void,
) => Promise<PublishResult | null>;

/** Two commands, and the channel on which they meet. */
export interface PairCase {
  readonly name: string;
  readonly prepare: (store: ReleaseStore) => Promise<void>;
  readonly first: Bystander;
  readonly second: Bystander;
  /** The codes by which one may lose; both may not. */
  readonly losesBy: readonly string[];
  /** True for saved plans: who lost has to plan anew. */
  readonly stale: boolean;
  /** The endings that there must be among all interleavings. */
  readonly mustEnd: readonly string[];
}

/** A publish of one build, planned by the command itself. */
const publishing = (adapter: string, build: string, name = `${adapter} ${build}`): Bystander => ({
  name,
  serves: { [adapter]: build },
  run: async (store, note) => {
    const plan = await planBuild(sessionOf(store), adapter, build);
    note(plan.operation, plan.base?.revision ?? 0);
    return publishPlan(sessionOf(store), plan, { ...OPTIONS, message: name });
  },
});

/** A publish of a plan that was made before anybody did anything: `plans` remembers it. */
const publishingSaved = (plans: Map<string, Plan>, adapter: string, build: string): Bystander => ({
  ...publishing(adapter, build),
  run: (store, note) => {
    const plan = plans.get(build);
    if (plan === undefined) throw new Error(`there is no plan for ${build}`);
    note(plan.operation, plan.base?.revision ?? 0);
    return publishPlan(sessionOf(store), plan, { ...OPTIONS, saved: true, message: `${adapter} ${build}` });
  },
});

const rollingBack = (to: number, serves: Bystander['serves']): Bystander => ({
  name: `rollback to ${to}`,
  serves,
  run: (store) =>
    rollBack(sessionOf(store), { to, only: Object.keys(serves) }, { message: `rollback to ${to}` }),
});

const promoting = (serves: Bystander['serves']): Bystander => ({
  name: 'promotion',
  serves,
  run: (store) => {
    const promotion = { from: 'nightly', only: Object.keys(serves), remove: [], liftHolds: [] };
    return promote(sessionOf(store), promotion, { message: 'promotion' });
  },
});

/** Publishes builds one after the other. */
async function publishAll(store: ReleaseStore, builds: readonly string[], channel = 'stable'): Promise<void> {
  for (const one of builds) {
    const [adapter = '', build = ''] = one.split(' ');
    const session = sessionOf(store, channel);
    await publishPlan(session, await planBuild(session, adapter, build), { ...OPTIONS, message: 'before' });
  }
}

const onto =
  (...builds: readonly string[]) =>
  (store: ReleaseStore): Promise<void> =>
    publishAll(store, builds);

const BOTH_LAND = { losesBy: [], stale: false, mustEnd: ['committed + committed'] };
const ONE_LANDS = {
  losesBy: ['CHANNEL_MOVED'],
  stale: false,
  mustEnd: ['committed + committed', 'committed + CHANNEL_MOVED', 'CHANNEL_MOVED + committed'],
};

function savedPlans(): PairCase {
  const plans = new Map<string, Plan>();
  return {
    name: 'two saved plans for one adapter',
    prepare: async (store) => {
      await publishAll(store, ['alpha 1.0.0', 'beta 1.0.0']);
      for (const build of ['2.0.0', '3.0.0'])
        plans.set(build, await planBuild(sessionOf(store), 'alpha', build));
    },
    first: publishingSaved(plans, 'alpha', '2.0.0'),
    second: publishingSaved(plans, 'alpha', '3.0.0'),
    losesBy: ['PLAN_STALE'],
    stale: true,
    mustEnd: ['committed + PLAN_STALE', 'PLAN_STALE + committed'],
  };
}

/** A build comes back whose pack is due to be removed. */
function sweeping(): PairCase {
  const at = (store: ReleaseStore, hours: number): Session => {
    const session = sessionOf(store);
    const clock = (): Date => new Date(Date.parse('2026-12-01T12:00:00Z') + hours * 3_600_000);
    return {
      ...session,
      config: { ...session.config, retention: { revisions: 1, builds: 0, days: 0 } },
      io: { ...session.io, now: clock, wallClock: clock },
    };
  };
  const publishAt =
    (hours: number): Run =>
    async (store, note) => {
      const session = at(store, hours);
      const plan = await planBuild(session, 'alpha', '1.0.0');
      note(plan.operation, plan.base?.revision ?? 0);
      return publishPlan(session, plan, { ...OPTIONS, message: 'alpha 1.0.0' });
    };
  const pruneAt =
    (hours: number): Run =>
    async (store) => {
      await prune(at(store, hours), { act: true });
      return null;
    };
  return {
    name: 'a publish and a sweep of the pack that it serves again',
    prepare: async (store) => {
      await publishAll(store, ['alpha 1.0.0', 'alpha 2.0.0']);
      await prune(at(store, 1), { act: true });
    },
    first: { name: 'alpha 1.0.0', serves: { alpha: '1.0.0' }, run: publishAt(26), again: publishAt(28) },
    second: { name: 'prune', serves: {}, run: pruneAt(26) },
    losesBy: ['PACK_BEING_PRUNED'],
    stale: false,
    mustEnd: ['committed + done', 'PACK_BEING_PRUNED + done'],
  };
}

const swapped = (pair: PairCase): PairCase => ({
  ...pair,
  name: `${pair.name}, the other way round`,
  first: pair.second,
  second: pair.first,
  mustEnd: pair.mustEnd.map((ending) => ending.split(' + ').reverse().join(' + ')),
});

const MIXED: readonly PairCase[] = [
  {
    name: 'a publish and a rollback of other adapters',
    prepare: onto('alpha 1.0.0', 'beta 1.0.0', 'alpha 2.0.0'),
    first: publishing('beta', '2.0.0'),
    second: rollingBack(2, { alpha: '1.0.0' }),
    ...BOTH_LAND,
  },
  {
    name: 'a publish and a rollback of one adapter',
    prepare: onto('alpha 1.0.0', 'beta 1.0.0', 'alpha 2.0.0'),
    first: publishing('alpha', '3.0.0'),
    second: rollingBack(2, { alpha: '1.0.0' }),
    ...ONE_LANDS,
  },
  {
    name: 'a publish and a promotion of other adapters',
    prepare: async (store) => {
      await publishAll(store, ['alpha 1.0.0', 'beta 1.0.0']);
      await publishAll(store, ['alpha 3.0.0'], 'nightly');
    },
    first: publishing('beta', '2.0.0'),
    second: promoting({ alpha: '3.0.0' }),
    ...BOTH_LAND,
  },
  {
    name: 'a publish and a promotion of one adapter',
    prepare: async (store) => {
      await publishAll(store, ['alpha 1.0.0', 'beta 1.0.0']);
      await publishAll(store, ['alpha 3.0.0'], 'nightly');
    },
    first: publishing('alpha', '2.0.0'),
    second: promoting({ alpha: '3.0.0' }),
    ...ONE_LANDS,
  },
  sweeping(),
];

/** Every meeting of two commands. Where they differ in kind, each is the one that waits in turn. */
export const PAIR_CASES: readonly PairCase[] = [
  {
    name: 'two first publishes of other adapters',
    prepare: onto(),
    first: publishing('alpha', '1.0.0'),
    second: publishing('beta', '1.0.0'),
    ...BOTH_LAND,
  },
  {
    name: 'two publishes of other adapters',
    prepare: onto('alpha 1.0.0', 'beta 1.0.0'),
    first: publishing('alpha', '2.0.0'),
    second: publishing('beta', '2.0.0'),
    ...BOTH_LAND,
  },
  {
    name: 'two publishes of one adapter in two builds',
    prepare: onto('alpha 1.0.0', 'beta 1.0.0'),
    first: publishing('alpha', '2.0.0'),
    second: publishing('alpha', '3.0.0'),
    ...ONE_LANDS,
  },
  savedPlans(),
  {
    name: 'the same publish twice',
    prepare: onto('alpha 1.0.0', 'beta 1.0.0'),
    first: publishing('alpha', '2.0.0', 'one'),
    second: publishing('alpha', '2.0.0', 'other'),
    losesBy: [],
    stale: false,
    mustEnd: ['committed + nothing', 'committed + found', 'nothing + committed', 'found + committed'],
  },
  ...MIXED.flatMap((pair) => [pair, swapped(pair)]),
];

const OPTIONS = {
  remove: [],
  gap: true,
  liftHolds: [],
  allowForeign: false,
  concurrency: 1,
  saved: false,
  message: null as string | null,
};

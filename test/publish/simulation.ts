import { ReleaseError } from '../../src/errors.ts';
import { type PublishOptions, publishPlan } from '../../src/flow.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { PublishResult } from '../../src/publish/finish.ts';
import type { Session } from '../../src/session.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { interceptStore, type StoreCall, unavailable } from '../support/faulty-store.ts';
import { type MemoryStore, openMemoryStore } from '../support/memory-store.ts';
import { HistoryChecker } from './history-checker.ts';
import { ADAPTERS, planBuild, readBuiltPack, sessionOf, warmUp } from './simulated-project.ts';

/** What is run: the real publisher on a sound store, or one with a bug that the checker must find. */
export interface Variant {
  /** The flow that a publisher runs. */
  readonly publish?: (session: Session, plan: Plan, options: PublishOptions) => Promise<PublishResult>;
  /** The store that all publishers share. */
  readonly shared?: (store: MemoryStore) => ReleaseStore;
  /** The store as one run of one publisher sees it; each call that this makes of `store` is a step of its own. */
  readonly own?: (store: ReleaseStore) => ReleaseStore;
  /** Share of all writes that a fault befalls; of reads it is a tenth. */
  readonly faults?: number;
  /** Managed hosting also has a download manifest per platform. */
  readonly hosting?: 'managed';
}

/** What a history came to: every violation, and its steps as one text each. */
export interface History {
  readonly violations: readonly string[];
  readonly trace: readonly string[];
}

/**
 * Runs 2 to 4 publishers against one store in memory, one store call at a time in an order that `seed` decides, with
 * requests that never arrive, arrive without a reply, arrive much later, and publishers that are killed and started
 * again without any memory. After every step the checker looks at what a device could see.
 */
export async function simulate(seed: number, variant: Variant = {}): Promise<History> {
  await warmUp();
  const random = randomOf(seed);
  const memory = openMemoryStore({ readUpload: readBuiltPack });
  const checker = new HistoryChecker(memory.objects);
  const trace: string[] = [];
  const shared = variant.shared?.(memory) ?? memory;
  const world: World = { random, memory, shared, checker, trace, variant, waiting: [], late: [] };
  const count = 2 + Math.floor(random() * 3);
  const crew = ADAPTERS.slice(0, count).map((adapter) => new Publisher(adapter, world));
  for (let step = 0; crew.some((publisher) => !publisher.done); step++) {
    if (step > MAX_STEPS) {
      checker.violations.add('no progress');
      break;
    }
    await takeStep(world, step < CALM_AFTER ? (variant.faults ?? 0.2) : 0);
  }
  for (const { act } of world.late.splice(0)) await act();
  for (const publisher of crew) publisher.stop();
  checker.checkStep();
  checker.checkEnd(crew.map(({ adapter, goal }) => ({ adapter, build: goal })));
  return { violations: [...checker.violations], trace };
}

interface World {
  readonly random: () => number;
  readonly memory: MemoryStore;
  readonly shared: ReleaseStore;
  readonly checker: HistoryChecker;
  readonly trace: string[];
  readonly variant: Variant;
  /** Store calls that publishers wait for. */
  readonly waiting: Waiting[];
  /** Writes whose senders gave up, and that may still arrive. */
  readonly late: Waiting[];
}

interface Waiting {
  readonly owner: Publisher;
  readonly call: StoreCall;
  readonly act: () => Promise<void>;
  readonly fail: () => void;
  readonly answer: () => void;
}

/** One command line that is started until it has published what it wants: build 1.0.0, and alpha 2.0.0 after that. */
class Publisher {
  readonly adapter: string;
  goal = '1.0.0';
  done = false;
  sleepsUntil = 0;
  readonly #world: World;
  #run = 0;
  #saved: Plan | null = null;
  /** The operation that each run planned, by its message. */
  readonly #plans = new Map<string, string>();

  constructor(adapter: string, world: World) {
    this.adapter = adapter;
    this.#world = world;
    this.start();
  }

  /** Starts the command anew. What ran before never hears of anything again. */
  start(): void {
    this.#run += 1;
    const message = `${this.adapter} run ${this.#run}`;
    void this.#command(message, this.#run).catch((error: unknown) => {
      this.#world.checker.violations.add(`a bug: ${String(error)}`);
      this.done = true;
    });
  }

  stop(): void {
    this.#run += 1;
  }

  isCurrent(run: number): boolean {
    return run === this.#run;
  }

  async #command(message: string, run: number): Promise<void> {
    const { variant, checker, shared } = this.#world;
    const gated = this.#gated(shared, run);
    const session = sessionOf(variant.own?.(gated) ?? gated, 'stable', variant.hosting);
    const options = { ...OPTIONS, message };
    let plan = this.#saved;
    try {
      plan ??= await planBuild(session, this.adapter, this.goal);
      this.#plans.set(message, plan.operation);
      if (this.#world.random() < 0.5) this.#saved = plan;
      const saved = this.#saved !== null;
      const result = await (variant.publish ?? publishPlan)(session, plan, { ...options, saved });
      checker.ended(message, result.committed ? 'committed' : 'nothing to do', plan.operation);
      // A commit whose projection could not follow ends with exit code 9: the command is run again.
      if (result.problems.length === 0) this.#next();
      else this.start();
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      checker.ended(message, error.code === 'COMMIT_UNKNOWN' ? 'unknown' : 'not committed', '');
      if (error.code === 'DIGEST_MISMATCH') removeDamagedPacks(this.#world.memory);
      if (error.code === 'PLAN_STALE' || error.code === 'CHANNEL_MOVED')
        this.#judgeConflict(error.code, plan);
      this.start();
    }
  }

  /**
   * Nobody else touches this adapter, so only a late write of an earlier run can have moved it: and if that run had
   * the very same plan, this one ought to have found its commit.
   */
  #judgeConflict(code: string, plan: Plan | null): void {
    const own = this.#world.checker
      .messagesAfter(plan?.base?.revision ?? 0)
      .filter((one) => this.#plans.has(one));
    const same = own.some((one) => this.#plans.get(one) === plan?.operation);
    if (own.length === 0 || same)
      this.#world.checker.violations.add(`I4: ${code} although nobody else changed it`);
    this.#saved = null;
  }

  #next(): void {
    this.#saved = null;
    this.done = this.goal === '2.0.0' || this.adapter !== ADAPTERS[0];
    if (this.done) return;
    this.goal = '2.0.0';
    this.start();
  }

  /** A store each of whose calls waits until the simulation lets it happen. */
  #gated(store: ReleaseStore, run: number): ReleaseStore {
    const { waiting } = this.#world;
    return interceptStore(store, <T>(call: StoreCall, act: () => Promise<T>) => {
      if (!this.isCurrent(run)) return new Promise<T>(() => undefined);
      return new Promise<T>((resolve, reject) => {
        let answer = (): void => undefined;
        waiting.push({
          owner: this,
          call,
          act: async () => {
            answer = await act().then(
              (value) => () => resolve(value),
              (error: unknown) => () => reject(error instanceof Error ? error : new Error(String(error))),
            );
          },
          answer: () => answer(),
          fail: () => reject(unavailable(call)),
        });
      });
    });
  }
}

async function takeStep(world: World, faults: number): Promise<void> {
  const { random, waiting, late, checker, trace } = world;
  for (let quiet = 0; waiting.length === 0 && quiet < 50; quiet++) await settle();
  if (late.length > 0 && random() < 0.2) {
    const [write] = late.splice(Math.floor(random() * late.length), 1);
    trace.push(`late ${write?.call.key ?? ''}`);
    await write?.act();
  } else {
    const next = pickNext(world);
    const share = next?.call.mutates === true ? faults : faults / 10;
    if (next !== undefined) await letHappen(next, pickFault(random, share), { waiting, late, trace });
  }
  await settle();
  checker.checkStep();
}

/** Any call that waits; now and then its publisher then sleeps for a while, so that others overtake it by far. */
function pickNext({ random, waiting, trace }: World): Waiting | undefined {
  const awake = waiting.filter(({ owner }) => owner.sleepsUntil <= trace.length);
  const candidates = awake.length > 0 ? awake : waiting;
  const next = candidates[Math.floor(random() * candidates.length)];
  if (next === undefined) return undefined;
  waiting.splice(waiting.indexOf(next), 1);
  if (random() < 0.03) next.owner.sleepsUntil = trace.length + Math.floor(random() * 120);
  return next;
}

type NetworkFault = 'none' | 'lost' | 'reply lost' | 'late' | 'killed before' | 'killed after';

function pickFault(random: () => number, share: number): NetworkFault {
  const chance = random() / share;
  if (!(chance < 1)) return 'none';
  return FAULTS[Math.floor(chance * FAULTS.length)] ?? 'none';
}

async function letHappen(
  next: Waiting,
  fault: NetworkFault,
  { waiting, late, trace }: Pick<World, 'waiting' | 'late' | 'trace'>,
): Promise<void> {
  const { owner, call, act, fail, answer } = next;
  trace.push(`${owner.adapter} ${call.method} ${call.key} ${fault}`);
  switch (fault) {
    case 'none':
      await act();
      return answer();
    case 'lost':
      return fail();
    case 'reply lost':
      await act();
      return fail();
    case 'late':
      if (call.mutates) late.push(next);
      return fail();
    case 'killed before':
    case 'killed after':
      if (fault === 'killed after') await act();
      for (const other of waiting.filter((one) => one.owner === owner))
        waiting.splice(waiting.indexOf(other), 1);
      return owner.start();
  }
}

/** What the message of such a failure tells the operator to do. */
function removeDamagedPacks({ objects }: MemoryStore): void {
  for (const [key, bytes] of objects)
    if (key.startsWith('v1/packs/') && !key.includes(sha256Of(bytes))) objects.delete(key);
}

/** Lets everything run that waits for nothing but other code. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Mulberry32: equal seeds, equal numbers. */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 7919) + 17;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const OPTIONS = { remove: [], gap: true, liftHolds: [], allowForeign: false, concurrency: 2 };
const FAULTS: readonly NetworkFault[] = ['lost', 'reply lost', 'late', 'killed before', 'killed after'];

/** From this step on nothing goes wrong any more, and everybody must come to an end. */
const CALM_AFTER = 600;
const MAX_STEPS = 3_000;

import { ReleaseError } from '../../src/errors.ts';
import { prune, publishPlan, rollBack } from '../../src/flow.ts';
import type { LogEntry } from '../../src/model/release.ts';
import { openReferences } from '../../src/prune/references.ts';
import type { Session } from '../../src/session.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { planBuild, readBuiltPack, sessionOf, warmUp } from '../publish/simulated-project.ts';
import { interceptStore, type StoreCall, unavailable } from '../support/faulty-store.ts';
import { openMemoryStore } from '../support/memory-store.ts';

/** A bug that the checker must find: what one side sees of the store, or of the time. */
export interface PruneVariant {
  readonly prunersStore?: (store: ReleaseStore) => ReleaseStore;
  readonly publishersStore?: (store: ReleaseStore) => ReleaseStore;
}

/** What a history came to. */
export interface PruneHistory {
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  /** Packs that were removed: a history without any says little. */
  readonly swept: number;
}

/**
 * Runs two publishers, each on a channel of its own, and two pruners against one store in memory, one store call at a
 * time in an order that `seed` decides. Publishers publish builds old and new and roll back; hours pass between
 * commands and seconds between calls; requests are lost, answered into the void, or arrive up to twenty minutes late;
 * everybody is killed now and then, or suspended for a day in the middle of a command. After every step whatever a channel serves must be there.
 */
export async function simulatePruning(seed: number, variant: PruneVariant = {}): Promise<PruneHistory> {
  await warmUp();
  const world = new World(seed, variant);
  const actors = [
    new Actor(world, 'publisher', (session) => publishSomething(session, 'alpha', world.random), 'stable'),
    new Actor(world, 'publisher', (session) => publishSomething(session, 'beta', world.random), 'nightly'),
    new Actor(world, 'pruner', (session) => prune(session, { act: true }), 'stable'),
    new Actor(world, 'pruner', (session) => prune(session, { act: true }), 'nightly'),
  ];
  for (let step = 0; step < STEPS; step++) await world.takeStep(actors);
  for (const actor of actors) actor.stop();
  for (const { act } of world.late.splice(0)) await act();
  world.checkServed();
  await world.checkEnd();
  return { violations: [...world.violations], trace: world.trace, swept: world.swept };
}

/** Publishes any of three builds, or takes back what was published. */
async function publishSomething(session: Session, adapter: string, random: () => number): Promise<void> {
  if (random() < 0.2) {
    const to = 1 + Math.floor(random() * 4);
    await rollBack(session, { to, only: [] }, { message: null });
    return;
  }
  const plan = await planBuild(session, adapter, `${1 + Math.floor(random() * 4)}.0.0`);
  const permits = { remove: [], gap: true, liftHolds: [adapter], allowForeign: false };
  await publishPlan(session, plan, { ...permits, message: null, concurrency: 1, saved: false });
}

interface Waiting {
  readonly owner: Actor;
  readonly call: StoreCall;
  /** When it may be sent: in the future while its process is suspended. */
  readonly since: number;
  readonly act: () => Promise<void>;
  readonly fail: () => void;
  readonly answer: () => void;
}

class World {
  readonly random: () => number;
  readonly memory = openMemoryStore({ readUpload: readBuiltPack });
  readonly waiting: Waiting[] = [];
  readonly late: Waiting[] = [];
  readonly trace: string[] = [];
  readonly violations = new Set<string>();
  readonly variant: PruneVariant;
  nowMs = Date.parse('2026-12-01T00:00:00Z');
  swept = 0;

  constructor(seed: number, variant: PruneVariant) {
    this.random = randomOf(seed);
    this.variant = variant;
  }

  session(store: ReleaseStore, channel: string): Session {
    const session = sessionOf(store, channel);
    const clock = (): Date => new Date(this.nowMs);
    return {
      ...session,
      config: { ...session.config, retention: { revisions: 1, builds: 0, days: 0 } },
      io: { ...session.io, now: clock, wallClock: clock },
    };
  }

  async takeStep(actors: readonly Actor[]): Promise<void> {
    for (const actor of actors) actor.wakeIfDue();
    for (let quiet = 0; this.waiting.length === 0 && quiet < 20; quiet++) await settle();
    if (this.late.length === 0 && this.waiting.every(({ since }) => since > this.nowMs)) {
      const next = [...actors.map(({ wakesAt }) => wakesAt), ...this.waiting.map(({ since }) => since)];
      this.nowMs = Math.max(this.nowMs, Math.min(...next.map((at) => at ?? Number.POSITIVE_INFINITY)));
      return;
    }
    this.nowMs += Math.floor(this.random() * (this.random() < 0.04 ? 10 * MINUTE : MINUTE / 3));
    const overdue = this.late.find(({ since }) => this.nowMs - since > 15 * MINUTE);
    const arrives = overdue ?? (this.random() < 0.15 ? this.late[0] : undefined);
    if (arrives !== undefined) {
      this.late.splice(this.late.indexOf(arrives), 1);
      this.note(`late ${arrives.owner.role} ${arrives.call.method} ${arrives.call.key}`);
      await arrives.act();
    } else {
      await this.letHappen(this.#next());
    }
    await settle();
    this.checkServed();
  }

  #next(): Waiting | undefined {
    const ready = this.waiting.filter(({ since }) => since <= this.nowMs);
    const patientNoMore = ready.find(({ since }) => this.nowMs - since > 12 * MINUTE);
    const next = patientNoMore ?? ready[Math.floor(this.random() * ready.length)];
    if (next !== undefined) this.waiting.splice(this.waiting.indexOf(next), 1);
    return next;
  }

  async letHappen(next: Waiting | undefined): Promise<void> {
    if (next === undefined) return;
    const { owner, call } = next;
    const chance = this.random();
    const share = call.mutates ? 0.12 : 0.01;
    const fault = chance < share ? FAULTS[Math.floor((chance / share) * FAULTS.length)] : undefined;
    this.note(`${owner.role} ${owner.channel} ${call.method} ${call.key} ${fault ?? ''}`);
    if (call.method === 'remove' && call.key.startsWith('v1/packs/')) this.swept += 1;
    switch (fault) {
      case undefined:
        await next.act();
        return next.answer();
      case 'lost':
        return next.fail();
      case 'reply lost':
        await next.act();
        return next.fail();
      case 'late':
        if (call.mutates) this.late.push({ ...next, since: this.nowMs });
        return next.fail();
      case 'killed before':
      case 'killed after':
        if (fault === 'killed after') await next.act();
        return owner.kill();
    }
  }

  /**
   * Now, or rarely a day and more from now: a machine falls asleep with a command on it. Not between the last look at
   * the clock and what hangs on it, which is what nobody can defend against.
   */
  sendingTime({ method, key }: StoreCall): number {
    const hangsOnClock = method === 'remove' || (method === 'create' && key.includes('/log/'));
    const isSuspended = !hangsOnClock && this.random() < 0.01;
    return this.nowMs + (isSuspended ? Math.floor(this.random() * 40 * HOUR) : 0);
  }

  note(text: string): void {
    this.trace.push(`${new Date(this.nowMs).toISOString().slice(5, 16)} ${text}`);
  }

  /** Everything that a channel's newest entry and its manifest name must be there. */
  checkServed(): void {
    for (const channel of ['stable', 'nightly']) {
      const newest = this.#entries(channel).at(-1);
      for (const { key } of newest?.packs ?? [])
        if (!this.memory.objects.has(key)) this.violations.add(`${channel} has a release whose pack is gone`);
      const manifest = this.memory.objects.get(`v1/channels/${channel}/manifest.json`);
      if (manifest === undefined) continue;
      const { assetPacks }: { readonly assetPacks: readonly { readonly url: string }[] } = JSON.parse(
        Buffer.from(manifest).toString(),
      );
      for (const { url } of assetPacks)
        if (!this.memory.objects.has(url.slice(url.indexOf('v1/'))))
          this.violations.add(`${channel} serves a pack that is gone`);
    }
  }

  /** Once it is quiet, three prunes a day apart leave what retention keeps and nothing else. */
  async checkEnd(): Promise<void> {
    const session = this.session(this.memory, 'stable');
    for (const channel of ['stable', 'nightly']) {
      const adapter = channel === 'stable' ? 'alpha' : 'beta';
      const own = this.session(this.memory, channel);
      const plan = await planBuild(own, adapter, '9.0.0');
      const permits = { remove: [], gap: true, liftHolds: [adapter], allowForeign: false };
      this.nowMs += 2 * HOUR;
      await publishPlan(own, plan, { ...permits, message: null, concurrency: 1, saved: false });
    }
    for (let day = 0; day < 4; day++) {
      this.nowMs += 26 * HOUR;
      await prune(session, { act: true });
    }
    const { kept } = await openReferences(this.memory, {
      retention: session.config.retention,
      target: session.channel.target,
      now: session.io.wallClock,
    }).read();
    const packs = [...this.memory.objects.keys()].filter((key) => key.startsWith('v1/packs/'));
    if (packs.some((key) => !kept.has(key)))
      this.violations.add('a pack that nothing keeps is never removed');
    this.checkServed();
  }

  #entries(channel: string): readonly LogEntry[] {
    const entries: LogEntry[] = [];
    for (let revision = 1; ; revision++) {
      const bytes = this.memory.objects.get(`v1/channels/${channel}/log/${revision}.json`);
      if (bytes === undefined) return entries;
      entries.push(JSON.parse(Buffer.from(bytes).toString()));
    }
  }
}

/** Somebody who gives one command after the other, with hours in between. */
class Actor {
  readonly role: 'publisher' | 'pruner';
  readonly channel: string;
  /** When it gives its next command; null while one runs. */
  wakesAt: number | null = 0;
  readonly #world: World;
  readonly #command: (session: Session) => Promise<unknown>;
  #run = 0;

  constructor(
    ...[world, role, command, channel]: [World, Actor['role'], (session: Session) => Promise<unknown>, string]
  ) {
    this.#world = world;
    this.role = role;
    this.#command = command;
    this.channel = channel;
  }

  wakeIfDue(): void {
    if (this.wakesAt === null || this.wakesAt > this.#world.nowMs) return;
    this.wakesAt = null;
    const run = ++this.#run;
    const { variant } = this.#world;
    const gated = this.#gated(run);
    const isPruner = this.role === 'pruner';
    const store = (isPruner ? variant.prunersStore : variant.publishersStore)?.(gated) ?? gated;
    const session = this.#world.session(store, this.channel);
    void this.#command(session)
      .catch((error: unknown) => {
        if (!(error instanceof ReleaseError)) this.#world.violations.add(`a bug: ${String(error)}`);
      })
      .then(() => {
        if (run === this.#run) this.#sleep();
      });
  }

  kill(): void {
    const { waiting } = this.#world;
    this.stop();
    for (const call of waiting.filter(({ owner }) => owner === this))
      waiting.splice(waiting.indexOf(call), 1);
    this.#sleep();
  }

  stop(): void {
    this.#run += 1;
  }

  /** Everybody's jobs start on the same hours, as jobs do: that is when they meet. */
  #sleep(): void {
    const { nowMs, random } = this.#world;
    const shifts = 1 + Math.floor(random() * (this.role === 'pruner' ? 3 : 5));
    this.wakesAt = (Math.ceil(nowMs / SHIFT) + shifts - 1) * SHIFT + Math.floor(random() * 8 * MINUTE);
  }

  #gated(run: number): ReleaseStore {
    const world = this.#world;
    return interceptStore(world.memory, <T>(call: StoreCall, act: () => Promise<T>) => {
      if (run !== this.#run) return new Promise<T>(() => undefined);
      return new Promise<T>((resolve, reject) => {
        let answer = (): void => undefined;
        world.waiting.push({
          owner: this,
          call,
          since: world.sendingTime(call),
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

const FAULTS = ['lost', 'reply lost', 'late', 'killed before', 'killed after'] as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SHIFT = 13 * HOUR;
const STEPS = 900;

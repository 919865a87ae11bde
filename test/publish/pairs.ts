import { ReleaseError } from '../../src/errors.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { interceptStore } from '../support/faulty-store.ts';
import { type MemoryStore, openMemoryStore } from '../support/memory-store.ts';
import { HistoryChecker } from './history-checker.ts';
import type { Bystander, PairCase } from './pair-cases.ts';
import { readBuiltPack, warmUp } from './simulated-project.ts';

/** What all interleavings of two commands came to. */
export interface PairReport {
  readonly pairs: number;
  /** How the two ended, `committed + CHANNEL_MOVED` and so on, and how often. */
  readonly endings: ReadonlyMap<string, number>;
  readonly violations: readonly string[];
}

/**
 * Runs two commands against one store, one store call at a time, in every order of the form: the first makes `i` calls,
 * the second `j`, the first goes on to its end, and then the second. A device looks after every write; at rest the log
 * must hold what was said to be committed and nothing else, each entry only what its command changes; and who lost
 * must win when it tries again.
 */
export async function interleaveAll(
  pair: PairCase,
  around: (store: ReleaseStore) => ReleaseStore = (store) => store,
): Promise<PairReport> {
  await warmUp();
  const base = openMemoryStore({ readUpload: readBuiltPack });
  await pair.prepare(base);
  const violations: string[] = [];
  const endings = new Map<string, number>();
  let pairs = 0;
  for (let [i, firstEnded] = [0, false]; !firstEnded; i++)
    for (let [j, secondEnded] = [0, false]; !secondEnded; j++) {
      const one = await interleave(pair, { base: base.objects, around, i, j });
      [firstEnded, secondEnded] = [one.firstEnded, one.secondEnded || one.firstEnded];
      pairs += 1;
      const ending = one.endings.join(' + ');
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
      for (const what of one.violations) violations.push(`${pair.name}, i = ${i}, j = ${j}: ${what}`);
    }
  return { pairs, endings, violations };
}

interface Interleaving {
  readonly base: ReadonlyMap<string, Uint8Array>;
  readonly around: (store: ReleaseStore) => ReleaseStore;
  readonly i: number;
  readonly j: number;
}

async function interleave(pair: PairCase, { base, around, i, j }: Interleaving) {
  const memory = openMemoryStore({ readUpload: readBuiltPack, objects: new Map(base) });
  const checker = new HistoryChecker(memory.objects);
  checker.checkStep();
  const watched = interceptStore(memory, async (call, act) => {
    const reply = await act();
    if (call.mutates) checker.checkStep();
    return reply;
  });
  const [first, second] = [pair.first, pair.second].map((command) => new Stepped(watched, command, around));
  if (first === undefined || second === undefined) throw new Error('two are needed');
  await first.advance(i);
  const firstEnded = first.hasEnded;
  await second.advance(j);
  const secondEnded = second.hasEnded;
  const ends = [await first.finish(), await second.finish()];
  for (const { command, verdict, operation } of ends)
    if (verdict !== null) checker.ended(command.name, verdict, operation);
  checker.checkStep();
  const violations = [
    ...judgeEnds(pair, ends),
    ...judgeLog(memory, base, ends),
    ...(await tryAgain(pair, watched, ends)),
  ];
  checker.checkStep();
  checker.checkEnd([]);
  return {
    firstEnded,
    secondEnded,
    endings: ends.map(({ ending }) => ending),
    violations: [...violations, ...checker.violations],
  };
}

/** How a command ended, in its own words. */
export interface End {
  readonly command: Bystander;
  /** `committed`, `found` (by an earlier run of the same), `nothing`, or the code of an error. */
  readonly ending: string;
  readonly verdict: 'committed' | 'nothing to do' | 'not committed' | null;
  readonly operation: string;
  readonly basedOn: number;
}

/** A command whose store calls happen when they are let. */
class Stepped {
  hasEnded = false;
  readonly #end: Promise<End>;
  readonly #held: (() => void)[] = [];
  #allowed = 0;
  #atRest: () => void = () => undefined;

  constructor(store: ReleaseStore, command: Bystander, around: (store: ReleaseStore) => ReleaseStore) {
    const gated = interceptStore(store, async (_, act) => {
      while (this.#allowed === 0)
        await new Promise<void>((resolve) => {
          this.#held.push(resolve);
          this.#atRest();
        });
      this.#allowed -= 1;
      return act();
    });
    this.#end = Promise.resolve()
      .then(() => endOf(command, around(gated)))
      .finally(() => {
        this.hasEnded = true;
        this.#atRest();
      });
  }

  /** Resolves when so many calls are made and it waits for leave to make the next one, or has ended. */
  async advance(calls: number): Promise<void> {
    if (this.hasEnded) return;
    const rest = new Promise<void>((resolve) => {
      this.#atRest = () => {
        if (this.#allowed === 0 || this.hasEnded) resolve();
      };
    });
    this.#allowed += calls;
    for (const go of this.#held.splice(0)) go();
    await rest;
  }

  async finish(): Promise<End> {
    await this.advance(Number.POSITIVE_INFINITY);
    return this.#end;
  }
}

async function endOf(command: Bystander, store: ReleaseStore): Promise<End> {
  const said = { operation: '', basedOn: 0 };
  try {
    const result = await command.run(store, (operation, basedOn) =>
      Object.assign(said, { operation, basedOn }),
    );
    if (result === null) return { command, ending: 'done', verdict: null, ...said };
    const ending = result.alreadyCommitted ? 'found' : result.committed ? 'committed' : 'nothing';
    return { command, ending, verdict: result.committed ? 'committed' : 'nothing to do', ...said };
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return { command, ending: error.code, verdict: 'not committed', ...said };
  }
}

function judgeEnds({ losesBy }: PairCase, ends: readonly End[]): readonly string[] {
  const lost = ends.filter(({ ending }) => !WINS.has(ending));
  const strange = lost
    .filter(({ ending }) => !losesBy.includes(ending))
    .map(({ ending }) => `ended by ${ending}`);
  return lost.length === ends.length ? [...strange, 'both lost'] : strange;
}

/** Every new entry is of one command that says so, changes what that command changes, and rests on what it had seen. */
function judgeLog(
  { objects }: MemoryStore,
  base: Interleaving['base'],
  ends: readonly End[],
): readonly string[] {
  const faults: string[] = [];
  const entries: LogEntry[] = [];
  for (let revision = 1; objects.has(logKey(revision)); revision++)
    entries.push(JSON.parse(Buffer.from(objects.get(logKey(revision)) ?? '').toString()));
  const old = entries.filter(({ revision }) => base.has(logKey(revision))).length;
  const said = ends.filter(({ ending }) => ending === 'committed').length;
  if (entries.length - old !== said)
    faults.push(`${said} said "committed", the log grew by ${entries.length - old}`);
  for (const [index, entry] of entries.entries()) {
    if (index < old) continue;
    const end = ends.find(({ command, ending }) => command.name === entry.message && ending === 'committed');
    if (end === undefined) faults.push(`nobody says to have written revision ${entry.revision}`);
    else faults.push(...judgeEntry(entries, index, end));
  }
  return faults;
}

function judgeEntry(
  entries: readonly LogEntry[],
  index: number,
  { command, basedOn }: End,
): readonly string[] {
  const [entry, before] = [entries[index], entries[index - 1]];
  if (entry === undefined) return [];
  const builds = (one: LogEntry | undefined): Record<string, string> =>
    Object.fromEntries(one?.packs.map(({ adapter, build }) => [adapter, build]) ?? []);
  const expected = { ...builds(before), ...command.serves };
  const faults: string[] = [];
  if (JSON.stringify(sorted(builds(entry))) !== JSON.stringify(sorted(expected)))
    faults.push(
      `${command.name} left ${JSON.stringify(builds(entry))}, expected ${JSON.stringify(expected)}`,
    );
  const since = entries
    .slice(basedOn, index)
    .flatMap((one, at) => changed(builds(entries[basedOn + at - 1]), builds(one)));
  if (basedOn > 0 && since.some((adapter) => adapter in command.serves))
    faults.push(`${command.name} was planned on revision ${basedOn} and overwrote what came after it`);
  return faults;
}

const changed = (before: Record<string, string>, after: Record<string, string>): readonly string[] =>
  Object.keys(after).filter((adapter) => before[adapter] !== after[adapter]);

const sorted = (builds: Record<string, string>) => Object.entries(builds).sort();

/** Who lost to another gives the same command again, and nobody disturbs it. */
async function tryAgain(
  { stale }: PairCase,
  store: ReleaseStore,
  ends: readonly End[],
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { command, ending } of ends) {
    if (WINS.has(ending)) continue;
    const again = await endOf({ ...command, run: command.again ?? command.run }, store);
    const isFine = stale ? again.ending === 'PLAN_STALE' : WINS.has(again.ending);
    if (!isFine) faults.push(`${command.name} lost by ${ending}, and tried again ends by ${again.ending}`);
  }
  return faults;
}

const logKey = (revision: number): string => `v1/channels/stable/log/${revision}.json`;

interface LogEntry {
  readonly revision: number;
  readonly message: string;
  readonly packs: readonly { readonly adapter: string; readonly build: string }[];
}

const WINS: ReadonlySet<string> = new Set(['committed', 'found', 'nothing', 'done']);

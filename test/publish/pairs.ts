import { ReleaseError } from '../../src/errors.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { interceptStore, type StoreCall } from '../support/faulty-store.ts';
import { type MemoryStore, openMemoryStore } from '../support/memory-store.ts';
import { HistoryChecker, type Verdict } from './history-checker.ts';
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
 *
 * To stop before a call that the other command's calls do not touch is to stop after it: such orders are left out,
 * unless `all` of them are wanted.
 */
export async function interleaveAll(
  pair: PairCase,
  { around = (store: ReleaseStore) => store, all = false } = {},
): Promise<PairReport> {
  await warmUp();
  const base = openMemoryStore({ readUpload: readBuiltPack });
  await pair.prepare(base);
  const violations: string[] = [];
  const endings = new Map<string, number>();
  let pairs = 0;
  const play = async (i: number, j: number): Promise<Played> => {
    const played = await interleave(pair, { base: base.objects, around, i, j });
    pairs += 1;
    endings.set(played.ending, (endings.get(played.ending) ?? 0) + 1);
    for (const what of played.violations) violations.push(`${pair.name}, i = ${i}, j = ${j}: ${what}`);
    return played;
  };
  const [firstThenSecond, secondThenFirst] = [await play(WHOLE, 0), await play(0, WHOLE)];
  const known = [firstThenSecond, secondThenFirst];
  const [ofFirst, ofSecond] = [known.flatMap(({ first }) => first), known.flatMap(({ second }) => second)];
  const stops = (calls: readonly StoreCall[], other: readonly StoreCall[]): readonly number[] =>
    [...calls.keys()].filter((at) => all || meets(calls[at], other));
  for (const i of [...stops(firstThenSecond.first, ofSecond), WHOLE]) {
    const { second } = await play(i, WHOLE);
    for (const j of i === WHOLE ? [] : stops(second, ofFirst)) await play(i, j);
  }
  return { pairs, endings, violations };
}

/** True when the calls of the other command could tell whether this one came before or after them. */
const meets = (call: StoreCall | undefined, others: readonly StoreCall[]): boolean =>
  call !== undefined &&
  others.some(
    (other) => (call.mutates || other.mutates) && (covers(call, other.key) || covers(other, call.key)),
  );

const covers = ({ method, key }: StoreCall, other: string): boolean =>
  method === 'list' || method === 'folders' ? other.startsWith(key) : other === key;

interface Interleaving {
  readonly base: ReadonlyMap<string, Uint8Array>;
  readonly around: (store: ReleaseStore) => ReleaseStore;
  readonly i: number;
  readonly j: number;
}

interface Played {
  /** The calls of the two, in order. */
  readonly first: readonly StoreCall[];
  readonly second: readonly StoreCall[];
  readonly ending: string;
  readonly violations: readonly string[];
}

async function interleave(pair: PairCase, { base, around, i, j }: Interleaving): Promise<Played> {
  const memory = openMemoryStore({ readUpload: readBuiltPack, objects: new Map(base) });
  const checker = new HistoryChecker(memory.objects);
  checker.checkStep();
  const watched = interceptStore(memory, async (call, act) => {
    const reply = await act();
    if (call.mutates) checker.checkStep();
    return reply;
  });
  const first = new Stepped(watched, pair.first, around);
  const second = new Stepped(watched, pair.second, around);
  await first.advance(i);
  await second.advance(j);
  const ends = [await first.finish(), await second.finish()];
  for (const { command, verdict, operation } of ends)
    if (verdict === 'not committed' || operation !== '') checker.ended(command.name, verdict, operation);
  checker.checkStep();
  const judged = [...judgeEnds(pair, ends), ...judgeLog(memory, base, ends)];
  for (const { command } of ends) checker.ended(command.name, 'unknown', ''); // the next run says the same message
  const violations = [...judged, ...(await tryAgain(pair, watched, ends))];
  checker.checkStep();
  checker.checkEnd([]);
  return {
    first: first.calls,
    second: second.calls,
    ending: ends.map(({ ending }) => ending).join(' + '),
    violations: [...violations, ...checker.violations],
  };
}

/** How a command ended, in its own words. */
export interface End {
  readonly command: Bystander;
  /** `committed`, `found` (by an earlier run of the same), `nothing`, or the code of an error. */
  readonly ending: string;
  readonly verdict: Verdict;
  readonly operation: string;
  readonly basedOn: number;
}

/** A command whose store calls happen when they are let. */
class Stepped {
  readonly calls: StoreCall[] = [];
  #hasEnded = false;
  readonly #end: Promise<End>;
  readonly #held: (() => void)[] = [];
  #allowed = 0;
  #atRest: () => void = () => undefined;

  constructor(store: ReleaseStore, command: Bystander, around: (store: ReleaseStore) => ReleaseStore) {
    const gated = interceptStore(store, async (call, act) => {
      this.calls.push(call);
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
        this.#hasEnded = true;
        this.#atRest();
      });
  }

  /** Resolves when so many calls are made and it waits for leave to make the next one, or has ended. */
  async advance(calls: number): Promise<void> {
    if (this.#hasEnded) return;
    const rest = new Promise<void>((resolve) => {
      this.#atRest = () => {
        if (this.#allowed === 0 || this.#hasEnded) resolve();
      };
    });
    this.#allowed += calls;
    for (const go of this.#held.splice(0)) go();
    await rest;
  }

  async finish(): Promise<End> {
    await this.advance(WHOLE);
    return this.#end;
  }
}

async function endOf(command: Bystander, store: ReleaseStore): Promise<End> {
  const said = { operation: '', basedOn: 0 };
  try {
    const result = await command.run(store, (operation, basedOn) =>
      Object.assign(said, { operation, basedOn }),
    );
    if (result === null) return { command, ending: 'done', verdict: 'nothing to do', ...said };
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

/** More calls than any command makes. */
const WHOLE = Number.POSITIVE_INFINITY;

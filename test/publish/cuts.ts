import { ReleaseError } from '../../src/errors.ts';
import type { PublishResult } from '../../src/publish/finish.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { makeProject } from '../support/project.ts';
import { RETENTION, type Scenario, type Stage } from './command-scenarios.ts';
import type { Verdict } from './history-checker.ts';
import { type NaiveRelease, readNaively } from './naive-reader.ts';
import { contentOf, countRevisions, difference } from './store-content.ts';

/** Where a command is cut off: at its `at`-th operation, counted from 1, in one of that operation's phases. */
export interface Cut {
  readonly at: number;
  readonly phase: string;
  /** What the operation was in the run that nobody disturbed. */
  readonly operation: string;
}

/** A store that can be cut off, and whose content can be put back. */
export interface CutPlace {
  /** Every object by its key below the prefix. */
  readonly objects: () => ReadonlyMap<string, Uint8Array>;
  /** Uploads that were begun and not finished, one text each. */
  readonly unfinished: () => readonly string[];
  /** Remembers everything; what it returns puts it back. */
  readonly save: () => () => void;
  /** Opens the store anew. Nothing reaches it, and nobody hears of it, after the cut. */
  readonly open: (cut: Cut | null) => ReleaseStore;
  /** Every place at which what ran since the last `open` can be cut. */
  readonly cuts: () => readonly Cut[];
}

/** How a scenario is played. */
export interface CutOptions {
  readonly root: string;
  readonly weightBytes?: number;
  /** A bug: what a run sees of the store. */
  readonly around?: (store: ReleaseStore) => ReleaseStore;
}

/** What all cuts of one command came to. */
export interface CutReport {
  readonly cuts: number;
  /** Different contents of the store that cuts left behind. */
  readonly states: number;
  readonly claims: ReadonlySet<Verdict>;
  readonly violations: readonly string[];
}

/**
 * Gives a command once undisturbed, and then once for every operation and phase with the store gone from there on. After
 * each cut a device must read the old or the new release whole, what the command said of itself must be true, and the
 * same command given again must leave, to the byte, what the undisturbed one left. What lies in the store decides what
 * a command given again does, so that this is tried once for each content that a cut leaves behind.
 */
export async function cutEverywhere(
  place: CutPlace,
  scenario: Scenario,
  { root, weightBytes = 0, around = asItIs }: CutOptions,
): Promise<CutReport> {
  const project = await makeProject(root, [], { retention: RETENTION });
  const open =
    (cut: Cut | null): Stage['open'] =>
    ({ channel = 'stable', around: wrap = asItIs, hoursLater = 0 } = {}) =>
      project.session({ channel, now: hourAfterNoon(hoursLater), store: () => wrap(place.open(cut)) });
  const { run, hoursLater = 0 } = await scenario.prepare({ project, open: open(null), weightBytes });
  const give = async (cut: Cut | null): Promise<PublishResult> =>
    run(await open(cut)({ around, hoursLater }));
  const restore = place.save();
  const before = look(place);
  await give(null);
  const cuts = place.cuts();
  const after = look(place);
  const report = { violations: new Set<string>(), claims: new Set<Verdict>() };
  const converged = new Map<string, string | null>();
  for (const cut of cuts) {
    restore();
    const note = (what: string): unknown =>
      report.violations.add(`${scenario.name}, cut at ${cut.at} ${cut.phase} (${cut.operation}): ${what}`);
    const { verdict, result } = await claimOf(() => give(cut));
    report.claims.add(verdict);
    const now = look(place);
    for (const what of judge({ before, after, now }, verdict, result)) note(what);
    const content = now.content.join('\n');
    if (!converged.has(content)) converged.set(content, await converge(place, () => give(null), after));
    const trouble = converged.get(content);
    if (typeof trouble === 'string') note(trouble);
  }
  return {
    cuts: cuts.length,
    states: converged.size,
    claims: report.claims,
    violations: [...report.violations],
  };
}

/** What a store holds at one moment. */
interface Look {
  readonly content: readonly string[];
  readonly revisions: number;
  /** What a device reads of the channel; a text when it cannot. */
  readonly served: NaiveRelease | string | null;
}

interface Looks {
  readonly before: Look;
  readonly after: Look;
  readonly now: Look;
}

function judge(
  { before, after, now }: Looks,
  verdict: Verdict,
  result: PublishResult | null,
): readonly string[] {
  const grown = now.revisions - before.revisions;
  const faults: string[] = [];
  if (![before, after].some(({ served }) => JSON.stringify(served) === JSON.stringify(now.served)))
    faults.push(`a device reads ${JSON.stringify(now.served)}`);
  if (grown > after.revisions - before.revisions) faults.push(`the log grew by ${grown}`);
  if (verdict === 'committed' && now.revisions !== after.revisions)
    faults.push('it said "committed" and is not');
  if (verdict === 'not committed' && grown > 0) faults.push('it said "not committed" and is');
  if (verdict === 'nothing to do' && after.revisions !== before.revisions && grown > 0)
    faults.push('it said "nothing to do" and committed');
  if (result?.verified === true && JSON.stringify(now.served) !== JSON.stringify(after.served))
    faults.push('it said "verified" and is not served');
  return faults;
}

/** Gives the command again: null, or how the end differs from the undisturbed one. */
async function converge(
  place: CutPlace,
  again: () => Promise<PublishResult>,
  after: Look,
): Promise<string | null> {
  const { verdict, result } = await claimOf(again);
  if (result === null || result.problems.length > 0)
    return `given again it ends as ${verdict}: ${result?.problems.join(' ') ?? ''}`;
  const { content } = look(place);
  const isSame = content.join('\n') === after.content.join('\n');
  return isSame ? null : `given again it ends ${difference(after.content, content)}`;
}

/** What a run says of itself. */
async function claimOf(
  run: () => Promise<PublishResult>,
): Promise<{ readonly verdict: Verdict; readonly result: PublishResult | null }> {
  try {
    const result = await run();
    return { verdict: result.committed ? 'committed' : 'nothing to do', result };
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return { verdict: error.code === 'COMMIT_UNKNOWN' ? 'unknown' : 'not committed', result: null };
  }
}

function look(place: CutPlace): Look {
  const objects = place.objects();
  return {
    content: [...contentOf(objects), ...place.unfinished()],
    revisions: countRevisions(objects),
    served: readOrExplain(objects),
  };
}

function readOrExplain(objects: ReadonlyMap<string, Uint8Array>): Look['served'] {
  try {
    return readNaively((key) => objects.get(key));
  } catch (error) {
    return error instanceof Error ? error.message : 'nothing that can be read';
  }
}

const asItIs = (store: ReleaseStore): ReleaseStore => store;

const hourAfterNoon = (hours: number): string =>
  new Date(Date.parse('2026-12-01T12:00:00Z') + hours * 3_600_000).toISOString();

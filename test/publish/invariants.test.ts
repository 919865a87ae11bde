import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import { publishPlan, rollBack } from '../../src/flow.ts';
import { sha256Of } from '../../src/model/digest.ts';
import { manifestKey } from '../../src/release/layout.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { interceptStore, type StoreCall, unavailable } from '../support/faulty-store.ts';
import { type MemoryStore, openMemoryStore } from '../support/memory-store.ts';
import { makeProject, planNow, publishNow, readFolder } from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';
import { HistoryChecker } from './history-checker.ts';
import { withoutAdapter } from './matrix-edits.ts';
import { getFrom, readNaively } from './naive-reader.ts';
import { planBuild, readBuiltPack, sessionOf } from './simulated-project.ts';

const publishBuild = async (store: ReleaseStore, build: string) => {
  const session = sessionOf(store);
  return publishPlan(session, await planBuild(session, 'alpha', build), OPTIONS);
};

/** A store in memory on which alpha 1.0.0 is published, unless `first` is what is to come. */
async function publishedStore(first: boolean): Promise<MemoryStore> {
  const memory = openMemoryStore({ readUpload: readBuiltPack });
  if (!first) await publishBuild(memory, '1.0.0');
  return memory;
}

/** How many store calls planning and publishing take. */
async function countCalls(first: boolean, build: string): Promise<number> {
  let calls = 0;
  const counting = interceptStore(await publishedStore(first), (_, act) => {
    calls += 1;
    return act();
  });
  await publishBuild(counting, build);
  return calls;
}

const snapshot = ({ objects }: MemoryStore): Readonly<Record<string, string>> =>
  Object.fromEntries([...objects].map(([key, bytes]) => [key, sha256Of(bytes)] as const).sort());

test('I1: at every write of a first publish, an update, a rollback and a removal, a device reads a whole release', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  const seen: (number | undefined)[] = [];
  const watched = {
    store: (own: ReleaseStore) =>
      interceptStore(own, async (call, act) => {
        const reply = await act();
        if (call.mutates) seen.push(readNaively(getFrom(project.cdn))?.revision);
        return reply;
      }),
  };
  await publishNow(await project.session(watched));
  for (const name of ['summarizer', 'tagger']) await project.add(name, '2.0.0');
  await publishNow(await project.session(watched));
  await rollBack(await project.session(watched), { to: 1, only: ['tagger'] }, { message: null });
  project.editMatrix(withoutAdapter('tagger'));
  await publishNow(await project.session(watched), { remove: ['fmadapter-tagger-9799725'] });
  expect([...new Set(seen)]).toEqual([undefined, 1, 2, 3, 4]);
});

test('I2: logs are contiguous and never rewritten, projections never go back, versions never fall', async () => {
  const step = fc.record({
    channel: fc.constantFrom('stable', 'beta'),
    act: fc.oneof(
      fc.record({ publish: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ rollBackTo: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant('none' as const)) }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const memory = openMemoryStore({ readUpload: readBuiltPack });
      const checkers = {
        stable: new HistoryChecker(memory.objects),
        beta: new HistoryChecker(memory.objects, 'beta'),
      };
      for (const { channel, act } of steps) {
        const session = sessionOf(memory, channel);
        if ('publish' in act) {
          const plan = await planBuild(session, 'alpha', `${act.publish}.0.0`);
          await publishPlan(session, plan, { ...OPTIONS, liftHolds: ['alpha'] });
        } else {
          await rollBack(session, { to: act.rollBackTo, only: [] }, { message: null }).catch(expectNotFound);
        }
        for (const checker of Object.values(checkers)) checker.checkStep();
      }
      const violations = Object.values(checkers).flatMap((checker) => [...checker.violations]);
      expect(violations.filter((violation) => !violation.startsWith('lost update'))).toEqual([]);
    }),
    { numRuns: 150, seed: 26 },
  );
});

test('I3: equal inputs and one clock make equal packs, plans, log entries and manifests', async () => {
  const [here, there] = await Promise.all(
    ['a', 'b/c'].map(async (place) => {
      const project = await makeProject(`${scratchFolder()}/${place}`, ['tagger', 'summarizer']);
      const plan = await planNow(await project.session());
      await publishNow(await project.session());
      await project.add('summarizer', '2.0.0');
      const update = await planNow(await project.session());
      await publishNow(await project.session(), { only: ['summarizer'] });
      return { plans: [plan, update], cdn: readFolder(project.cdn) };
    }),
  );
  expect(here).toEqual(there);
  expect(Object.keys(here?.cdn ?? {}).filter((path) => /\/(packs|log)\/.*[^/]$/.test(path))).toHaveLength(5);
});

test.each([
  { publish: 'a first publish', first: true, build: '1.0.0' },
  { publish: 'an update', first: false, build: '2.0.0' },
])(
  'I4: whatever call of $publish goes unanswered, what it says of its commit is true',
  async ({ first, build }) => {
    const calls = await countCalls(first, build);
    for (const fault of ['lost', 'reply lost', 'late'] as const)
      for (let at = 1; at <= calls; at++) {
        const memory = await publishedStore(first);
        const late: (() => Promise<unknown>)[] = [];
        const store = interceptStore(memory, failingAt(at, { fault, late }));
        const said = await publishBuild(store, build).then(
          ({ committed }) => committed,
          (error: unknown) => (isUnknown(error) ? null : false),
        );
        const slots = () =>
          [...memory.objects.keys()].filter((key) => key.includes('/log/')).length - (first ? 0 : 1);
        const why = `${fault} at call ${at}`;
        if (said !== null) expect(slots(), why).toBe(said ? 1 : 0);
        for (const write of late) await write();
        if (said !== null) expect(slots(), why).toBe(said ? 1 : 0);
        const again = await publishBuild(memory, build);
        expect(again.problems, why).toEqual([]);
        expect(slots(), why).toBe(1);
      }
  },
);

test('I5: planning writes nothing but the digest cache, and no publish or rollback deletes or changes an object', async () => {
  const project = await makeProject(scratchFolder(), ['summarizer', 'tagger']);
  const own = ([path]: readonly [string, string]): boolean => !path.startsWith('.fmrelease');
  const before = Object.entries(readFolder(project.root)).filter(own);
  await planNow(await project.session());
  expect(Object.entries(readFolder(project.root)).filter(own)).toEqual(before);
  const acts = [
    async () => publishNow(await project.session()),
    async () => {
      await project.add('summarizer', '2.0.0');
      return publishNow(await project.session());
    },
    async () => rollBack(await project.session(), { to: 1, only: [] }, { message: null }),
    async () => rollBack(await project.session(), { to: 'none', only: [] }, { message: null }),
  ];
  let objects: Readonly<Record<string, string>> = {};
  for (const act of acts) {
    await act();
    const { [manifestKey('stable')]: _, ...after } = readFolder(project.cdn);
    expect(after).toMatchObject(objects);
    objects = after;
  }
});

test.each([
  { publish: 'a first publish', first: true, build: '1.0.0' },
  { publish: 'an update', first: false, build: '2.0.0' },
])('I6: $publish that crashes at any call ends the same when it is run again', async ({ first, build }) => {
  const calls = await countCalls(first, build);
  const undisturbed = await publishedStore(first);
  await publishBuild(undisturbed, build);
  for (const fault of ['crash before', 'crash after'] as const)
    for (let at = 1; at <= calls; at++) {
      const memory = await publishedStore(first);
      const old = snapshot(memory);
      await new Promise<void>((crashed) => {
        const store = interceptStore(memory, failingAt(at, { fault, late: [], crashed }));
        void publishBuild(store, build);
      });
      const whole = readNaively((key) => memory.objects.get(key));
      expect([first ? undefined : 1, first ? 1 : 2], `${fault} ${at}`).toContain(whole?.revision);
      expect(snapshot(memory), `${fault} ${at}`).toMatchObject(whole?.revision === 2 ? {} : old);
      await publishBuild(memory, build);
      expect(snapshot(memory), `${fault} ${at}`).toEqual(snapshot(undisturbed));
    }
});

interface Failure {
  readonly fault: 'lost' | 'reply lost' | 'late' | 'crash before' | 'crash after';
  readonly late: (() => Promise<unknown>)[];
  readonly crashed?: () => void;
}

/** Lets the call with this number fail, counted from 1. */
function failingAt(at: number, { fault, late, crashed }: Failure) {
  let calls = 0;
  return async <T>(call: StoreCall, act: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls !== at) return act();
    if (fault === 'reply lost' || fault === 'crash after') await act();
    if (fault === 'late' && call.mutates) late.push(act);
    crashed?.();
    if (crashed !== undefined) return new Promise<T>(() => undefined);
    throw unavailable(call);
  };
}

const isUnknown = (error: unknown): boolean =>
  error instanceof ReleaseError && error.code === 'COMMIT_UNKNOWN';

function expectNotFound(error: unknown): void {
  expect(error).toMatchObject({ code: 'RELEASE_NOT_FOUND' });
}

const OPTIONS = {
  remove: [],
  gap: true,
  liftHolds: [],
  allowForeign: false,
  message: null,
  concurrency: 2,
  saved: false,
};

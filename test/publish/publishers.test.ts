import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { publishPlan } from '../../src/flow.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { LogEntry } from '../../src/model/release.ts';
import { rememberImmutable } from '../../src/release/remember-immutable.ts';
import type { Session } from '../../src/session.ts';
import { findDisorder, type ProjectionRead, type Publish } from '../support/linearizable.mjs';
import { type FakeS3, startFakeS3 } from '../support/s3/server.ts';
import { HASTY, openOn } from '../support/s3/target.ts';
import { scratchFolder } from '../support/scratch.ts';
import { planBuild, sessionOf } from './simulated-project.ts';

// All of them: FMRELEASE_ROUNDS=50. `node bench/publishers.mjs` does it with processes.
const ROUNDS = Number(process.env['FMRELEASE_ROUNDS'] ?? 4);
const TEAMS = Array.from({ length: 8 }, (_, index) => `team_${index}`);

test(`8 publishers, ${ROUNDS} rounds, one channel of a bucket: all commit, nothing is lost, one order fits`, async () => {
  const fake = await startFakeS3();
  const folder = scratchFolder();
  const publishes: Publish[] = [];
  const reading = readWhile(fake);
  try {
    for (let round = 1; round <= ROUNDS; round++)
      publishes.push(...(await Promise.all(TEAMS.map((team) => publishOnce({ fake, folder, team, round })))));
  } finally {
    reading.stop();
  }
  const reads = await reading.done;
  await fake.close();
  const entries = entriesOf(fake);
  expect(publishes).toHaveLength(8 * ROUNDS);
  expect(entries).toHaveLength(8 * ROUNDS);
  expect(reads.length).toBeGreaterThan(ROUNDS);
  expect(findDisorder({ publishes, reads, entries })).toEqual([]);
}, 900_000);

test.each<{ readonly fault: RegExp; readonly change: (sightings: Sightings) => Sightings }>([
  {
    fault: /two publishes have one/,
    change: (s) => ({ ...s, publishes: [...s.publishes, first(s.publishes)] }),
  },
  {
    fault: /nobody’s/,
    change: (s) => ({ ...s, publishes: s.publishes.filter(({ revision }) => revision !== 2) }),
  },
  { fault: /ends elsewhere/, change: (s) => ({ ...s, publishes: s.publishes.slice(0, 2) }) },
  { fault: /has a hole/, change: (s) => ({ ...s, entries: s.entries.slice(1) }) },
  {
    fault: /not what its publisher/,
    change: (s) => ({ ...s, publishes: edit(s.publishes, 2, { message: 'x' }) }),
  },
  {
    fault: /revision 1 began after 3 had/,
    change: (s) => ({ ...s, publishes: edit(s.publishes, 1, { invokedAt: 7, returnedAt: 8 }) }),
  },
  {
    fault: /a read saw revision 1 after 2/,
    change: (s) => ({ ...s, reads: [{ startedAt: 4.5, revision: 1 }] }),
  },
  {
    fault: /revision 2 is not the one/,
    change: (s) => ({ ...s, publishes: edit(s.publishes, 2, { build: '9' }) }),
  },
  {
    fault: /revision 3 is not the one/,
    change: (s) => ({ ...s, entries: edit(s.entries, 3, { packs: [{ adapter: 'a', build: '2' }] }) }),
  },
])('the check of the order finds $fault', ({ fault, change }) => {
  expect(findDisorder(SOUND)).toEqual([]);
  expect(findDisorder(change(SOUND)).join('\n')).toMatch(fault);
});

type Sightings = Parameters<typeof findDisorder>[0];

const publish = (adapter: string, build: string, revision: number): Publish => ({
  ...{ adapter, build, revision, message: `m${revision}` },
  ...{ invokedAt: 2 * revision - 1, returnedAt: 2 * revision },
});

/** Three publishes one after the other. */
const SOUND: Sightings = {
  publishes: [publish('a', '1', 1), publish('b', '1', 2), publish('a', '2', 3)],
  reads: [
    { startedAt: 0, revision: 0 },
    { startedAt: 4.5, revision: 2 },
  ],
  entries: [
    { revision: 1, message: 'm1', packs: [{ adapter: 'a', build: '1' }] },
    {
      revision: 2,
      message: 'm2',
      packs: [
        { adapter: 'a', build: '1' },
        { adapter: 'b', build: '1' },
      ],
    },
    {
      revision: 3,
      message: 'm3',
      packs: [
        { adapter: 'a', build: '2' },
        { adapter: 'b', build: '1' },
      ],
    },
  ],
};

const first = <T>([item]: readonly T[]): T => {
  if (item === undefined) throw new Error('none');
  return item;
};

const edit = <T extends { readonly revision: number }>(
  items: readonly T[],
  revision: number,
  changes: Partial<T>,
): readonly T[] => items.map((item) => (item.revision === revision ? { ...item, ...changes } : item));

async function publishOnce({
  fake,
  folder,
  team,
  round,
}: {
  readonly fake: FakeS3;
  readonly folder: string;
  readonly team: string;
  readonly round: number;
}): Promise<Publish> {
  const build = `${round}.0.0`;
  const message = `${team} ${build}`;
  const session = sessionIn(folder, fake);
  const invokedAt = performance.now();
  const plan = await planBuild(session, team, build);
  const result = await publishPlan(session, plan, { ...OPTIONS, message });
  const returnedAt = performance.now();
  expect(result).toMatchObject({ committed: true, alreadyCommitted: false, problems: [] });
  return { adapter: team, build, message, revision: result.revision ?? 0, invokedAt, returnedAt };
}

/** A session of a process of its own: a client, a store and a cache that nobody shares. */
function sessionIn(folder: string, fake: FakeS3): Session {
  const session = sessionOf(rememberImmutable(openOn(fake, {}, { patience: PATIENT_ENOUGH })));
  const cache: Session['io']['cache'] = {
    ...session.io.cache,
    find: async ({ buildDigest }) => {
      const bytes = `pack of ${buildDigest}`;
      const file = join(folder, sha256Of(bytes));
      writeFileSync(file, bytes);
      return { file, sha256: sha256Of(bytes), sizeBytes: Buffer.byteLength(bytes) };
    },
  };
  return { ...session, io: { ...session.io, cache } };
}

/** Reads the projection over and over, as a device does. */
function readWhile({ endpoint, bucketName }: FakeS3) {
  const state = { isOver: false };
  const url = `${endpoint}/${bucketName}/app/v1/channels/stable/manifest.json`;
  const done = (async () => {
    const reads: ProjectionRead[] = [];
    while (!state.isOver) {
      const startedAt = performance.now();
      const response = await fetch(url);
      const body = await response.text();
      reads.push({ startedAt, revision: response.status === 200 ? Number(JSON.parse(body).revision) : 0 });
      await sleep(5);
    }
    return reads;
  })();
  const stop = (): void => {
    state.isOver = true;
  };
  return { done, stop };
}

const entriesOf = ({ bucket }: FakeS3): readonly LogEntry[] =>
  [...bucket.objects]
    .filter(([key]) => key.startsWith('app/v1/channels/stable/log/'))
    .map(([, { bytes }]) => {
      const entry: LogEntry = JSON.parse(bytes.toString());
      return entry;
    })
    .sort((a, b) => a.revision - b.revision);

const OPTIONS = {
  ...{ remove: [], gap: true, liftHolds: [], allowForeign: false },
  ...{ concurrency: 2, saved: false },
};
const PATIENT_ENOUGH = { ...HASTY, stallMs: 10_000, budgetMs: 60_000 };

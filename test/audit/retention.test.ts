import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retainedKeys } from '../../src/audit/retention.ts';
import type { LogEntry } from '../../src/model/release.ts';
import type { Slot } from '../../src/release/read-channel.ts';
import { aScene } from './scene.ts';

/** A log whose entries name these packs, written `adapter build`, one entry a day from 2026-01-01 unless dated. */
function aLog(
  entries: readonly { readonly packs: readonly string[]; readonly at?: string }[],
): readonly Slot[] {
  return entries.map(({ packs, at }, index) => ({
    entrySha256: '',
    entry: {
      ...EMPTY_ENTRY,
      revision: index + 1,
      createdAt: at ?? new Date(Date.UTC(2026, 0, 1 + index)).toISOString().replace('.000Z', 'Z'),
      packs: packs.map((name) => {
        const [adapter = '', build = '', signature = null] = name.split(' ');
        return {
          ...A_PACK,
          adapter,
          build,
          key: name,
          buildDigest: `sha256:${build}`,
          baseModelSignature: signature,
        };
      }),
    },
  }));
}

const kept = (log: readonly Slot[], rule: Partial<typeof DEFAULT> = {}, asOf = '2026-12-01T00:00:00Z') =>
  [...retainedKeys(log, { ...DEFAULT, ...rule }, new Date(asOf))].sort();

const DEFAULT = { revisions: 10, builds: 2, days: 30 };

test('entries that share their packs, as those of a known log do, keep what entries of their own packs keep', () => {
  const anEntry = fc.record({
    packs: fc.subarray(['a 1', 'a 2', 'a 3', 'b 1', 'b 2']),
    at: fc.integer({ min: 0, max: 60 }).map((day) => dayOf2026(day)), // clocks of machines differ
  });
  const aRule = fc.record({
    revisions: fc.integer({ min: 1, max: 4 }),
    builds: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(anEntry, { maxLength: 8 }), aRule, (entries, rule) => {
      const own = aLog(entries);
      const packs = new Map(own.flatMap(({ entry }) => entry.packs.map((pack) => [pack.key, pack])));
      const shared = own.map((slot) => ({
        ...slot,
        entry: { ...slot.entry, packs: slot.entry.packs.map((pack) => packs.get(pack.key) ?? pack) },
      }));
      expect(kept(shared, rule, dayOf2026(45))).toEqual(kept(own, rule, dayOf2026(45)));
    }),
  );
});

const dayOf2026 = (day: number): string =>
  new Date(Date.UTC(2026, 0, 1 + day)).toISOString().replace('.000Z', 'Z');

describe('retention keeps', () => {
  test('the packs of the last revisions', () => {
    const log = aLog(['a 1', 'a 2', 'a 3', 'a 4', 'a 5'].map((pack) => ({ packs: [pack] })));
    expect(kept(log, { revisions: 4, builds: 1 })).toEqual(['a 2', 'a 3', 'a 4', 'a 5']);
  });

  test('the last builds of an adapter, however old their revisions are', () => {
    const log = aLog(['a 1', 'a 2', 'a 3', 'b 1', 'b 2', 'b 3'].map((pack) => ({ packs: [pack] })));
    expect(kept(log, { revisions: 1 })).toEqual(['a 2', 'a 3', 'b 2', 'b 3']);
  });

  test('the last builds of each signature', () => {
    const log = aLog(
      ['a 1 x', 'a 2 x', 'a 3 x', 'a 1 y', 'a 2 y', 'a 3 y'].map((pack) => ({ packs: [pack] })),
    );
    expect(kept(log, { revisions: 1, builds: 1 })).toEqual(['a 3 x', 'a 3 y']);
  });

  test('a build once, though it was served many times', () => {
    const log = aLog(['a 1', 'a 2', 'a 3', 'a 3', 'a 3'].map((pack) => ({ packs: [pack] })));
    expect(kept(log, { revisions: 1 })).toEqual(['a 2', 'a 3']);
  });

  test('what was the newest revision at any time of the last days', () => {
    const log = aLog([
      { packs: ['a 1'], at: '2026-06-01T00:00:00Z' },
      { packs: ['a 2'], at: '2026-06-02T00:00:00Z' },
      { packs: ['a 3'], at: '2026-11-20T00:00:00Z' },
      { packs: ['a 4'], at: '2026-11-21T00:00:00Z' },
    ]);
    expect(kept(log, { revisions: 1, builds: 1 })).toEqual(['a 2', 'a 3', 'a 4']);
    expect(kept(log, { revisions: 1, builds: 1, days: 9 })).toEqual(['a 4']);
    expect(kept(log, { revisions: 1, builds: 1, days: 10 })).toEqual(['a 3', 'a 4']);
  });

  test('nothing of an empty log', () => {
    expect(kept([])).toEqual([]);
  });
});

test('by default the eleventh revision back is orphaned once it is neither recent nor one of the last two builds', async () => {
  const scene = await aScene({ published: false });
  for (let day = 1; day <= 12; day++) {
    await scene.add('summarizer', `1.0.${day}`);
    await scene.publish({ at: `2026-10-${String(day).padStart(2, '0')}T00:00:00Z` });
  }
  const orphans = async (asOf: string) =>
    (await scene.audit({ asOf })).filter(({ code }) => code === 'orphan-pack').map(({ subject }) => subject);
  expect(await orphans('2026-10-20T00:00:00Z')).toEqual([]);
  expect(await orphans('2026-12-01T00:00:00Z')).toEqual([scene.packOf(1).key, scene.packOf(2).key].sort());
  await scene.publish({ channel: 'beta', at: '2026-10-13T00:00:00Z' });
  expect(await orphans('2026-12-01T00:00:00Z')).toHaveLength(2);
});

test('another channel that still serves a pack keeps it', async () => {
  const scene = await aScene({ config: { retention: { revisions: 1, builds: 1, days: 1 } } });
  await scene.publish({ channel: 'beta' });
  await scene.add('summarizer', '1.1.0');
  await scene.publish({ at: '2026-12-02T00:00:00Z' });
  const orphans = async () =>
    (await scene.audit({ asOf: '2027-06-01T00:00:00Z' })).filter(({ code }) => code === 'orphan-pack');
  expect(await orphans()).toEqual([]);
  await scene.publish({ channel: 'beta', at: '2026-12-03T00:00:00Z' });
  expect(await orphans()).toMatchObject([{ subject: scene.packOf(1).key }]);
});

const A_PACK: LogEntry['packs'][number] = {
  id: 'some-pack',
  version: 1,
  key: '',
  downloadSize: 1,
  sha256: '0'.repeat(64),
  adapter: '',
  build: '',
  buildDigest: '',
  recipe: { format: 'aar', compression: 'none', platforms: ['iOS'], downloadPolicy: { onDemand: {} } },
  baseModelSignature: null,
};

const EMPTY_ENTRY: LogEntry = {
  formatVersion: 1,
  channel: 'stable',
  revision: 1,
  previousSha256: null,
  operation: '0'.repeat(64),
  kind: 'publish',
  createdAt: '',
  toolVersion: '',
  source: null,
  message: null,
  packs: [],
  cellsSha256: '',
  highestVersion: {},
  holds: [],
  projections: {},
};

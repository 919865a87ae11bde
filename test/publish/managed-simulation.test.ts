import { expect, test } from 'vitest';
import { parseLogEntry } from '../../src/release/documents.ts';
import { encodeDownloadManifest } from '../../src/release/projection.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { PUBLIC_URL } from './simulated-project.ts';
import { simulate, type Variant } from './simulation.ts';

const seedsFrom = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index);

async function expectSound(seeds: readonly number[], variant: Variant): Promise<void> {
  for (const seed of seeds) {
    const { violations, trace } = await simulate(seed, { ...variant, hosting: 'managed' });
    expect(violations, `seed ${seed}, ${trace.length} steps`).toEqual([]);
  }
}

test('120 histories of managed hosting keep every invariant, of every manifest', () =>
  expectSound(seedsFrom(1, 120), {}));

test('40 histories of managed hosting keep them when half of all writes are befallen by a fault', () =>
  expectSound(seedsFrom(50_000, 40), { faults: 0.5 }));

const IOS = 'v1/channels/stable/iOS.json';
const isDownload = (key: string): boolean => key === IOS || key.startsWith('legacy/');

/** Writes a download manifest before its release is committed. */
const projectFirst = (store: ReleaseStore): ReleaseStore => ({
  ...store,
  create: async (key, bytes) => {
    if (key.includes('/log/')) {
      const entry = await parseLogEntry(bytes, key);
      const etag = (await store.read(IOS))?.etag ?? null;
      await store.replace(IOS, encodeDownloadManifest(entry, 'iOS', PUBLIC_URL), etag);
    }
    return store.create(key, bytes);
  },
});

/** Writes its own download manifest whatever stands there by now. */
const stubborn = (store: ReleaseStore): ReleaseStore => ({
  ...store,
  replace: async (key, bytes, etag) => {
    if (!isDownload(key)) return store.replace(key, bytes, etag);
    for (let known = etag; ; known = (await store.read(key))?.etag ?? null)
      if ((await store.replace(key, bytes, known)) === 'replaced') return 'replaced';
  },
});

/** Writes `manifest.json` first, and the download manifests behind it. */
function manifestFirst(store: ReleaseStore): ReleaseStore {
  const promised: (() => Promise<unknown>)[] = [];
  return {
    ...store,
    replace: async (key, bytes, etag) => {
      if (isDownload(key)) {
        promised.push(() => store.replace(key, bytes, etag));
        return 'replaced';
      }
      const outcome = await store.replace(key, bytes, etag);
      for (const write of promised.splice(0)) await write();
      return outcome;
    },
  };
}

/** Forgets the key that shipped apps read. */
const forgetful = (store: ReleaseStore): ReleaseStore => ({
  ...store,
  replace: async (key, bytes, etag) =>
    key.startsWith('legacy/') ? 'replaced' : store.replace(key, bytes, etag),
});

test.each([
  {
    bug: 'a download manifest is written before the log',
    own: projectFirst,
    expected: /I1: a download manifest that/,
  },
  { bug: 'one is written over a newer one', own: stubborn, expected: /I2: a download manifest went back/ },
  { bug: 'manifest.json is written first', own: manifestFirst, expected: /I1: manifest.json is ahead/ },
  {
    bug: 'the key of shipped apps is left out',
    own: forgetful,
    expected: /I6: a download manifest is behind/,
  },
])('the checker finds the bug: $bug', async ({ own, expected }) => {
  for (const seed of seedsFrom(1, 300)) {
    const { violations } = await simulate(seed, { own, hosting: 'managed' });
    if (violations.some((violation) => expected.test(violation))) return;
  }
  expect.unreachable('300 histories, and the checker has found nothing');
});

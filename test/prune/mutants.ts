import { TOMBSTONES_PREFIX } from '../../src/release/layout.ts';
import type { ReleaseStore, StoredObject } from '../../src/store/store.ts';
import type { PruneVariant } from './simulation.ts';

const isTombstone = (key: string): boolean => key.startsWith(TOMBSTONES_PREFIX);

/** Sees of the logs and channels only what it saw when it first looked. */
function frozenReferences(store: ReleaseStore): ReleaseStore {
  const seen = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, look: () => Promise<T>): Promise<T> => {
    const known = (seen.get(name) as Promise<T> | undefined) ?? look();
    seen.set(name, known);
    return known;
  };
  return {
    ...store,
    read: (key) => (isTombstone(key) ? store.read(key) : once(key, () => store.read(key))),
    folders: (prefix) => once(`folders ${prefix}`, () => store.folders(prefix)),
  };
}

/** Takes every tombstone for the state that it wants to see. */
const tombstonesRead =
  (change: (text: string) => string) =>
  (store: ReleaseStore): ReleaseStore => ({
    ...store,
    read: async (key): Promise<StoredObject | undefined> => {
      const found = await store.read(key);
      if (found === undefined || !isTombstone(key)) return found;
      return { ...found, bytes: Buffer.from(change(Buffer.from(found.bytes).toString())) };
    },
  });

/** Every bug of pruning that the checker must find. */
export const PRUNE_MUTANTS: readonly (PruneVariant & { readonly bug: string })[] = [
  { bug: 'references are not read again before a removal', prunersStore: frozenReferences },
  {
    bug: 'a pack is removed without saying so first',
    prunersStore: (store) => ({
      ...store,
      replace: (key, bytes, etag) =>
        isTombstone(key) && Buffer.from(bytes).includes('"sweeping"')
          ? Promise.resolve('replaced')
          : store.replace(key, bytes, etag),
    }),
  },
  {
    bug: 'a publisher claims nothing',
    publishersStore: (store) => ({
      ...store,
      list: (prefix) => (prefix === TOMBSTONES_PREFIX ? nothing() : store.list(prefix)),
    }),
  },
  {
    bug: 'a publisher relies on a pack that is being removed',
    publishersStore: tombstonesRead((text) => text.replace('"sweeping"', '"cleared"')),
  },
  {
    bug: 'a mark need not stand for a day',
    prunersStore: tombstonesRead((text) =>
      text.includes('"marked"') ? text.replace(/"since": "\d{4}/, '"since": "2001') : text,
    ),
  },
  {
    bug: 'only the channel of the command is asked what it names',
    prunersStore: (store) => ({ ...store, folders: async () => ['stable'] }),
  },
];

async function* nothing(): AsyncIterable<never> {}

import { ReleaseError } from '../errors.ts';
import { sha256Of } from '../model/digest.ts';
import type { ReleaseStore, StoredObject, WriteCondition } from './store.ts';

/** True when nobody knows whether a write was done: only reading can tell. */
export const isUnclear = (error: unknown): boolean =>
  error instanceof ReleaseError && error.code === 'STORE_UNAVAILABLE';

/**
 * Creates an object that its digest names: what is there already is the same bytes, or damaged. An answer that tells
 * nothing is settled by looking, and by writing again where nothing is.
 *
 * @throws ReleaseError `DOCUMENT_DAMAGED` when other bytes stand there
 */
export async function createContent(store: ReleaseStore, key: string, bytes: Uint8Array): Promise<void> {
  let there: StoredObject | undefined;
  for (let attempt = 1; there === undefined; attempt++) {
    try {
      if ((await store.create(key, bytes)) === 'created') return;
    } catch (error) {
      if (!isUnclear(error) || attempt >= MAX_WRITES) throw error;
    }
    there = await store.read(key);
    if (attempt >= MAX_WRITES) break;
  }
  if (there !== undefined && sha256Of(there.bytes) === sha256Of(bytes)) return;
  throw new ReleaseError(
    'DOCUMENT_DAMAGED',
    `${store.place} holds other bytes at ${key} than its name says.`,
    { fix: `Remove ${key} there by hand and run the same command again; the channel is untouched.` },
  );
}

/** The store ignores these conditions, and several may be at work. */
export const notConditional = (store: ReleaseStore, ignored: readonly WriteCondition[]): ReleaseError =>
  new ReleaseError(
    'STORE_NOT_CONDITIONAL',
    `${store.place} ignores ${ignored.join(' and ')}: two commands at once would overwrite each other.`,
    {
      fix: 'Use a store that honours conditional writes (docs/stores.md), or pass --single-writer if nothing else ever publishes to it at the same time.',
    },
  );

const MAX_WRITES = 4;

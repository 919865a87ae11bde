import type { ReleaseStore, StoredObject } from '../store/store.ts';
import { isCellsKey, revisionOf } from './layout.ts';

/**
 * A store that reads each log entry and each cells document at most once: what was read never changes, so a command
 * asks a bucket for it once. That nothing is there yet is never remembered.
 */
export function rememberImmutable(store: ReleaseStore): ReleaseStore {
  const known = new Map<string, Promise<StoredObject | undefined>>();
  const readOnce = (key: string): Promise<StoredObject | undefined> => {
    const pending = known.get(key) ?? store.read(key);
    known.set(key, pending);
    const forget = (): boolean => known.delete(key);
    pending.then((object) => object === undefined && forget(), forget);
    return pending;
  };
  const isImmutable = (key: string): boolean => isCellsKey(key) || revisionOf(key) !== undefined;
  return { ...store, read: (key) => (isImmutable(key) ? readOnce(key) : store.read(key)) };
}

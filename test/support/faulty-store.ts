import { ReleaseError } from '../../src/errors.ts';
import type { ReleaseStore } from '../../src/store/store.ts';

/** One call of a store, as a test sees it before it happens. */
export interface StoreCall {
  readonly method: Exclude<keyof ReleaseStore, 'place'>;
  /** The key or the prefix; empty for `prepare`. */
  readonly key: string;
  readonly mutates: boolean;
}

/** Stands around every call: `act` does it. What it returns or throws is what the caller gets. */
export type Interceptor = <T>(call: StoreCall, act: () => Promise<T>) => Promise<T>;

/** Puts `around` around every call of a store, the start of a stream and of a list included. */
export function interceptStore(store: ReleaseStore, around: Interceptor): ReleaseStore {
  const call = <T>(method: StoreCall['method'], key: string, act: () => Promise<T>): Promise<T> =>
    around({ method, key, mutates: MUTATING.has(method) }, act);
  return {
    place: store.place,
    provesUploads: () => call('provesUploads', '', () => store.provesUploads()),
    ignoredConditions: (key, bytes) =>
      call('ignoredConditions', key, () => store.ignoredConditions(key, bytes)),
    prepare: () => call('prepare', '', () => store.prepare()),
    head: (key) => call('head', key, () => store.head(key)),
    read: (key) => call('read', key, () => store.read(key)),
    stream: async function* (key, range) {
      yield* await call('stream', key, async () => store.stream(key, range));
    },
    create: (key, bytes) => call('create', key, () => store.create(key, bytes)),
    createFromFile: (key, upload) => call('createFromFile', key, () => store.createFromFile(key, upload)),
    replace: (key, bytes, etag) => call('replace', key, () => store.replace(key, bytes, etag)),
    list: async function* (prefix) {
      yield* await call('list', prefix, async () => store.list(prefix));
    },
    folders: (prefix) => call('folders', prefix, () => store.folders(prefix)),
    remove: (key) => call('remove', key, () => store.remove(key)),
    unfinishedUploads: async function* (prefix) {
      yield* await call('unfinishedUploads', prefix, async () => store.unfinishedUploads(prefix));
    },
    abandonUpload: (upload) => call('abandonUpload', upload.key, () => store.abandonUpload(upload)),
  };
}

/** What a call comes to: nothing special, the request is lost, or it is done and the reply is lost. */
export type Fault = 'none' | 'never-arrives' | 'reply-lost';

/** A store whose calls fail as `faultOf` says. */
export const faultyStore = (store: ReleaseStore, faultOf: (call: StoreCall) => Fault): ReleaseStore =>
  interceptStore(store, async (call, act) => {
    const fault = faultOf(call);
    if (fault === 'never-arrives') throw unavailable(call);
    const reply = await act();
    if (fault === 'reply-lost') throw unavailable(call);
    return reply;
  });

/** What a store throws when it does not answer. */
export const unavailable = ({ method, key }: Pick<StoreCall, 'method' | 'key'>): ReleaseError =>
  new ReleaseError('STORE_UNAVAILABLE', `The store did not answer ${method} ${key}.`, { fix: 'Try again.' });

/** Faults for the first calls that a test picks, one after the other; none after that. */
export function faultsFor(
  picks: (call: StoreCall) => boolean,
  ...faults: readonly Fault[]
): (call: StoreCall) => Fault {
  const left = [...faults];
  return (call) => (picks(call) ? (left.shift() ?? 'none') : 'none');
}

/** The write that commits: a log slot. */
export const isSlotWrite = ({ method, key }: StoreCall): boolean =>
  method === 'create' && key.includes('/log/');

const MUTATING: ReadonlySet<StoreCall['method']> = new Set([
  'create',
  'createFromFile',
  'replace',
  'remove',
  'abandonUpload',
]);

import { type PublishOptions, publishPlan } from '../../src/flow.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { LogEntry } from '../../src/model/release.ts';
import { encode, parseCells } from '../../src/release/documents.ts';
import { cellsKey, logKey, manifestKey } from '../../src/release/layout.ts';
import { encodeManifest } from '../../src/release/projection.ts';
import type { Session } from '../../src/session.ts';
import type { FileUpload, ReleaseStore } from '../../src/store/store.ts';
import type { MemoryStore } from '../support/memory-store.ts';
import { PUBLIC_URL, readBuiltPack } from './simulated-project.ts';
import type { Variant } from './simulation.ts';

/** A bug in the protocol or in the store, and what the checker must say of it. */
export interface Mutant extends Variant {
  readonly bug: string;
  readonly expected: RegExp;
}

const isSlot = (key: string): boolean => key.includes('/log/');

const parse = (bytes: Uint8Array): LogEntry => {
  const entry: LogEntry = JSON.parse(Buffer.from(bytes).toString('utf8'));
  return entry;
};

async function manifestOf(store: ReleaseStore, entry: LogEntry): Promise<Uint8Array> {
  const object = await store.read(cellsKey(entry.cellsSha256));
  const { cells } = await parseCells(object?.bytes ?? new Uint8Array(), 'cells');
  return encodeManifest(entry, cells, PUBLIC_URL);
}

/** Writes the projection of a release before the release is committed. */
const projectFirst = (store: ReleaseStore): ReleaseStore => ({
  ...store,
  create: async (key, bytes) => {
    if (isSlot(key)) {
      const projection = manifestKey('stable');
      const etag = (await store.read(projection))?.etag ?? null;
      await store.replace(projection, await manifestOf(store, parse(bytes)), etag);
    }
    return store.create(key, bytes);
  },
});

/** Puts a release that lost its race into the next slot as it is. */
const withoutRebase = (store: ReleaseStore): ReleaseStore => ({
  ...store,
  create: async (key, bytes) => {
    if (!isSlot(key)) return store.create(key, bytes);
    for (let entry = parse(bytes); ; ) {
      const slot = logKey('stable', entry.revision);
      const next = { ...entry, projections: { 'manifest.json': sha256Of(await manifestOf(store, entry)) } };
      if ((await store.create(slot, encode(next))) === 'created') return 'created';
      const winner = (await store.read(slot))?.bytes ?? new Uint8Array();
      if (parse(winner).operation === entry.operation) return 'exists';
      entry = { ...entry, revision: entry.revision + 1, previousSha256: sha256Of(winner) };
    }
  },
});

/** Takes an entry of its own, written by a request whose reply was lost, for somebody else's. */
function blindToOwnEntries(store: ReleaseStore): ReleaseStore {
  const own = new Set<string>();
  return {
    ...store,
    create: (key, bytes) => {
      if (isSlot(key)) own.add(parse(bytes).operation);
      return store.create(key, bytes);
    },
    read: async (key) => {
      const found = await store.read(key);
      if (found === undefined || !isSlot(key)) return found;
      const entry = parse(found.bytes);
      return own.has(entry.operation)
        ? { ...found, bytes: encode({ ...entry, operation: '0'.repeat(64) }) }
        : found;
    },
  };
}

/** Says that a pack is there and uploads it once the release is served. */
function uploadLast(store: ReleaseStore): ReleaseStore {
  const promised = new Map<string, FileUpload>();
  return {
    ...store,
    createFromFile: async (key, upload) => {
      promised.set(key, upload);
      return { outcome: 'created', sentBytes: upload.sizeBytes };
    },
    stream: (key) => {
      const upload = promised.get(key);
      return upload === undefined ? store.stream(key) : readLate(upload);
    },
    replace: async (key, bytes, etag) => {
      const outcome = await store.replace(key, bytes, etag);
      for (const [pack, upload] of promised) await store.createFromFile(pack, upload);
      return outcome;
    },
  };
}

async function* readLate({ file }: FileUpload): AsyncIterable<Uint8Array> {
  yield await readBuiltPack(file);
}

/** Takes no answer for a yes. */
const optimistic = (store: ReleaseStore): ReleaseStore => ({
  ...store,
  create: async (key, bytes) => store.create(key, bytes).catch(() => 'created' as const),
});

/** Writes its own projection whatever stands there by now. */
const stubborn = (store: ReleaseStore): ReleaseStore => ({
  ...store,
  replace: async (key, bytes, etag) => {
    for (let known = etag; ; known = (await store.read(key))?.etag ?? null)
      if ((await store.replace(key, bytes, known)) === 'replaced') return 'replaced';
  },
});

/** Every third upload arrives with a bit flipped. */
function corrupting(memory: MemoryStore, provesUploads: boolean): ReleaseStore {
  let uploads = 0;
  return {
    ...memory,
    provesUploads: async () => provesUploads,
    createFromFile: async (key, upload) => {
      const receipt = await memory.createFromFile(key, upload);
      const bytes = memory.objects.get(key);
      uploads += 1;
      if (receipt.outcome === 'created' && bytes !== undefined && uploads % 3 === 0)
        bytes[0] = (bytes[0] ?? 0) ^ 1;
      return receipt;
    },
  };
}

/** Starts the version count anew with every release. */
const withoutLedger = (store: ReleaseStore): ReleaseStore => ({
  ...store,
  create: async (key, bytes) => {
    if (!isSlot(key)) return store.create(key, bytes);
    const entry = parse(bytes);
    const fresh = { ...entry, packs: entry.packs.map((pack) => ({ ...pack, version: 1 })) };
    const projections = { 'manifest.json': sha256Of(await manifestOf(store, fresh)) };
    return store.create(key, encode({ ...fresh, projections }));
  },
});

/** A flow that gives every run an operation id of its own. */
const publishWithoutOperationId = (session: Session, plan: Plan, options: PublishOptions) =>
  publishPlan(session, { ...plan, operation: sha256Of(`${plan.operation} ${options.message}`) }, options);

/** A store that damages uploads, and the real publisher: reading back must find every one. */
export const DAMAGED_UPLOADS: Variant = { shared: (memory) => corrupting(memory, false) };

/** Every bug that the checker must find. */
export const MUTANTS: readonly Mutant[] = [
  {
    bug: 'the projection is written before the log',
    own: projectFirst,
    expected: /I1: a projection that no log entry/,
  },
  { bug: 'a lost race is not rebased', own: withoutRebase, expected: /lost update/ },
  {
    bug: 'a 412 after a lost reply counts as a lost race',
    own: blindToOwnEntries,
    expected: /I4: a run that said "not/,
  },
  {
    bug: 'an operation has no lasting id',
    publish: publishWithoutOperationId,
    expected: /I4: PLAN_STALE although nobody else/,
  },
  {
    bug: 'packs are uploaded after the commit',
    own: uploadLast,
    expected: /I1: the manifest names .* absent/,
  },
  {
    bug: 'uploads are not read back',
    shared: (memory) => corrupting(memory, true),
    expected: /I1: .* other bytes/,
  },
  {
    bug: 'versions start anew',
    own: withoutLedger,
    expected: /I2: one version stands for two packs/,
  },
  { bug: 'no answer counts as a yes', own: optimistic, expected: /I4: a run that said "committed" is not/ },
  {
    bug: 'a projection is written over a newer one',
    own: stubborn,
    expected: /I2: the projection went back/,
  },
  {
    bug: 'the store ignores If-Match',
    shared: (memory) => ({
      ...memory,
      replace: async (key, bytes) => {
        memory.objects.set(key, Uint8Array.from(bytes));
        return 'replaced';
      },
    }),
    expected: /I2: the projection went back/,
  },
  {
    bug: 'the store ignores If-None-Match',
    shared: (memory) => ({
      ...memory,
      create: async (key, bytes) => {
        memory.objects.set(key, Uint8Array.from(bytes));
        return 'created';
      },
    }),
    expected: /I2: a slot was rewritten/,
  },
];

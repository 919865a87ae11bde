import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { inspectAdapter } from '../adapter/inspect.ts';
import { ReleaseError } from '../errors.ts';
import { packIdOf, servedBuilds } from '../matrix/decide.ts';
import { loadIntent, selectAdapters } from '../matrix/load.ts';
import type { Adapter, Build } from '../model/matrix.ts';
import type { AdapterChange } from '../model/plan.ts';
import type { PackRecord } from '../model/release.ts';
import { openBuild } from '../pack/build-source.ts';
import { desiredState } from '../plan/desired.ts';
import type { Session } from '../project.ts';
import { publishedAdapters } from '../release/adapters.ts';
import { PACKS_PREFIX } from '../release/layout.ts';
import { findPublishedPacks } from '../release/published-packs.ts';
import {
  type ChannelHead,
  listChannels,
  listRevisions,
  readEntry,
  readHead,
  type Slot,
} from '../release/read-channel.ts';
import type { ReleaseStore } from '../store/store.ts';
import type { AuditState, BuildState, ChannelState } from './state.ts';

/** What to audit: the day, the scope, and whether published packs are hashed. */
export interface AuditRequest {
  readonly asOf: Date;
  readonly only: readonly string[];
  readonly full: boolean;
}

/** Reads everything that the rules look at: matrix, served builds, log, head, projection, objects. Writes nothing but the digest cache. */
export async function gatherAuditState(session: Session, request: AuditRequest): Promise<AuditState> {
  const { config, channel, io } = session;
  const intent = await loadIntent(config);
  const log = await readLog(channel.store, channel.name);
  const adapters = selectAdapters(intent, request.only, publishedAdapters(log.head.release));
  const names = new Set(adapters.map(({ name }) => name));
  const desired = adapters.map((adapter) => desiredState(adapter, intent, channel.target));
  const builds = await readBuilds(session, {
    adapters,
    desired,
    log,
    systemModels: intent.catalogue.systemModels,
  });
  await io.digests.save();
  return {
    asOf: request.asOf,
    config,
    intent,
    adapters,
    cells: intent.cells.filter(({ adapter }) => names.has(adapter)),
    builds,
    desired,
    channel: await readChannelState(session, log, request),
  };
}

interface Log {
  readonly head: ChannelHead;
  readonly slots: readonly Slot[];
  readonly faults: readonly string[];
}

/** Reads every slot and checks the chain; a broken log becomes faults, not an error. */
async function readLog(store: ReleaseStore, channel: string): Promise<Log> {
  const faults: string[] = [];
  const noted = async <T>(act: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      if (
        !(error instanceof ReleaseError) ||
        (error.code !== 'LOG_BROKEN' && error.code !== 'DOCUMENT_DAMAGED')
      )
        throw error;
      if (!faults.includes(error.message)) faults.push(error.message);
      return otherwise;
    }
  };
  const revisions = await listRevisions(store, channel);
  const read = await Promise.all(
    revisions.map((revision) => noted(() => readEntry(store, channel, revision), null)),
  );
  const slots = read.filter((slot) => slot !== null);
  faults.push(...chainFaults(channel, revisions, slots));
  const none: ChannelHead = { release: null, projection: { state: 'absent', object: null } };
  const head = await noted(() => readHead(store, channel), none);
  return { head, slots, faults: [...new Set(faults)] };
}

function chainFaults(
  channel: string,
  revisions: readonly number[],
  slots: readonly Slot[],
): readonly string[] {
  const holes = revisions.flatMap((revision, index) =>
    revision === (revisions[index - 1] ?? 0) + 1
      ? []
      : [`The log of "${channel}" is broken: revision ${revision - 1} is missing.`],
  );
  const breaks = slots.flatMap(({ entry }, index) => {
    const before = slots[index - 1];
    if (
      before === undefined ||
      before.entry.revision !== entry.revision - 1 ||
      entry.previousSha256 === before.entrySha256
    )
      return [];
    return [
      `The log of "${channel}" is broken: revision ${entry.revision} does not follow from revision ${before.entry.revision} as it stands.`,
    ];
  });
  return [...holes, ...breaks];
}

async function readChannelState(
  { channel, config, io }: Session,
  log: Log,
  { full }: AuditRequest,
): Promise<ChannelState> {
  const { store, name } = channel;
  const { release, projection } = log.head;
  const packs = await Promise.all(
    (release?.entry.packs ?? []).map(async (pack) => ({
      pack,
      sizeBytes: (await store.head(pack.key))?.sizeBytes ?? null,
    })),
  );
  const hashed: ChannelState['packs'][number][] = [];
  for (const { pack, sizeBytes } of packs) {
    const sha256 = full && sizeBytes !== null ? await hashObject(store, pack, io.progress) : null;
    hashed.push({ pack, sizeBytes, sha256 });
  }
  return {
    name,
    head: release,
    projection: projection.state,
    slots: log.slots,
    logFaults: log.faults,
    packs: hashed,
    orphans: await findOrphans(store, config.retention.revisions),
  };
}

async function hashObject(
  store: ReleaseStore,
  pack: PackRecord,
  progress: Session['io']['progress'],
): Promise<string> {
  const hash = createHash('sha256');
  let doneBytes = 0;
  for await (const chunk of store.stream(pack.key)) {
    hash.update(chunk);
    doneBytes += chunk.length;
    progress({ kind: 'bytes', text: `Hashing ${pack.id}`, doneBytes, totalBytes: pack.downloadSize });
  }
  return hash.digest('hex');
}

async function findOrphans(store: ReleaseStore, keepRevisions: number): Promise<readonly string[]> {
  const named = new Set<string>();
  for (const channel of await listChannels(store)) {
    const revisions = (await listRevisions(store, channel)).slice(-keepRevisions);
    for (const revision of revisions) {
      const slot = await readEntry(store, channel, revision).catch(() => null);
      for (const { key } of slot?.entry.packs ?? []) named.add(key);
    }
  }
  const orphans: string[] = [];
  for await (const { key } of store.list(PACKS_PREFIX)) if (!named.has(key)) orphans.push(key);
  return orphans.sort();
}

interface BuildsRequest {
  readonly adapters: readonly Adapter[];
  readonly desired: readonly AdapterChange[];
  readonly log: Log;
  readonly systemModels: Parameters<typeof servedBuilds>[1];
}

async function readBuilds(
  { config, channel, io }: Session,
  { adapters, desired, log, systemModels }: BuildsRequest,
): Promise<readonly BuildState[]> {
  const published = await findPublishedPacks(
    channel.store,
    log.faults.length > 0 ? null : log.head.release,
    desired.flatMap(({ packs }) => packs),
  );
  const states: BuildState[] = [];
  for (const adapter of adapters) {
    for (const build of servedBuilds(adapter, systemModels)) {
      const mustPack = !published.has(packIdOf(adapter, build));
      states.push({
        adapter,
        build,
        mustPack,
        ...(await readBuildFiles(adapter, build, { projectRoot: config.root, ...io })),
      });
    }
  }
  return states;
}

async function readBuildFiles(
  adapter: Adapter,
  build: Build,
  reader: Parameters<typeof openBuild>[1],
): Promise<Pick<BuildState, 'files' | 'detail' | 'inspection'>> {
  try {
    await openBuild(
      {
        adapter: adapter.name,
        kind: adapter.kind,
        build: build.version,
        path: build.path,
        buildDigest: build.digest,
      },
      reader,
    );
    const inspection =
      adapter.kind === 'fmadapter'
        ? await inspectAdapter(resolve(reader.projectRoot, build.path), reader)
        : null;
    return { files: 'unchanged', detail: '', inspection };
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    const files = FILES_BY_CODE[error.code];
    if (files === undefined) throw error;
    return { files, detail: error.message, inspection: null };
  }
}

const FILES_BY_CODE: Readonly<Partial<Record<ReleaseError['code'], BuildState['files']>>> = {
  BUILD_MISSING: 'missing',
  BUILD_CHANGED: 'changed',
  ADAPTER_UNSOUND: 'refused',
};

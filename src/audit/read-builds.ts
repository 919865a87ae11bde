import { resolve } from 'node:path';
import pLimit from 'p-limit';
import { inspectAdapter } from '../adapter/inspect.ts';
import { ReleaseError } from '../errors.ts';
import { packIdOf, servedBuilds } from '../matrix/decide.ts';
import type { Adapter, Build } from '../model/matrix.ts';
import type { AdapterChange } from '../model/plan.ts';
import type { PackRecord, Release } from '../model/release.ts';
import type { SystemModel } from '../model/system-model.ts';
import { type BuildReader, openBuild } from '../pack/build-source.ts';
import { findPublishedPacks } from '../release/published-packs.ts';
import type { Session } from '../session.ts';
import { vouchesIn } from '../trust/vouch.ts';
import type { AuditedLog } from './read-log.ts';
import type { BuildState } from './state.ts';

/** The adapters in scope, what publishing would make of them, and what is known to be published. */
export interface BuildsRequest {
  readonly adapters: readonly Adapter[];
  readonly systemModels: readonly SystemModel[];
  readonly desired: readonly AdapterChange[];
  readonly log: AuditedLog;
}

/** Looks at the files of every served build, a few at a time; known digests are not read again. */
export async function readBuilds(
  { config, channel, io }: Session,
  { adapters, systemModels, desired, log }: BuildsRequest,
): Promise<readonly BuildState[]> {
  const packs = desired.flatMap((own) => own.packs);
  const newest = newestRelease(log);
  const published = await findReusable(() =>
    findPublishedPacks(channel.store, newest, { needs: packs, vouches: vouchesIn(channel) }),
  );
  const limit = pLimit(PARALLEL_BUILDS);
  const served = adapters.flatMap((adapter) =>
    servedBuilds(adapter, systemModels).map((build) => ({ adapter, build })),
  );
  return Promise.all(
    served.map(({ adapter, build }) =>
      limit(async (): Promise<BuildState> => {
        const reused = published.get(packIdOf(adapter, build));
        const mustPack = reused?.buildDigest !== build.digest;
        const files = await readFiles(adapter, build, { projectRoot: config.root, ...io });
        return { adapter, build, mustPack, ...files };
      }),
    ),
  );
}

/** The head, or the newest entry that a broken log still has: published builds stay published. */
function newestRelease({ head, slots }: AuditedLog): Release | null {
  const newest = slots.at(-1);
  return head.release ?? (newest === undefined ? null : { ...newest, cells: [] });
}

/** What a publish would reuse; nothing when the log is too broken to search, as a publish would find too. */
async function findReusable(
  find: () => Promise<ReadonlyMap<string, PackRecord>>,
): Promise<ReadonlyMap<string, PackRecord>> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'LOG_BROKEN') return new Map();
    throw error;
  }
}

async function readFiles(
  adapter: Adapter,
  build: Build,
  reader: BuildReader,
): Promise<Pick<BuildState, 'files' | 'detail' | 'inspection'>> {
  try {
    const { version, path, digest } = build;
    const { name, kind } = adapter;
    await openBuild({ adapter: name, kind, build: version, path, buildDigest: digest }, reader);
    const inspection =
      kind === 'fmadapter' ? await inspectAdapter(resolve(reader.projectRoot, path), reader) : null;
    return { files: 'unchanged', detail: '', inspection };
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    const files = FILES_BY_CODE[error.code];
    if (files === undefined) throw error;
    const detail =
      files === 'missing'
        ? `Build ${build.version} of "${adapter.name}" is registered at "${build.path}", which is not there.`
        : error.message;
    return { files, detail, inspection: null };
  }
}

const FILES_BY_CODE: Readonly<Partial<Record<ReleaseError['code'], BuildState['files']>>> = {
  BUILD_MISSING: 'missing',
  ADAPTER_NOT_FOUND: 'missing',
  BUILD_CHANGED: 'changed',
  ADAPTER_UNSOUND: 'refused',
};

/** Looking at known files is waiting for the disk, so several wait together. */
const PARALLEL_BUILDS = 4;

import { relative } from 'node:path';
import { digestFiles } from '../adapter/digest-files.ts';
import { inspectAdapter, openFolder, requireSound } from '../adapter/inspect.ts';
import type { Config } from '../config/config.ts';
import { walkTree } from '../disk/tree.ts';
import { ReleaseError } from '../errors.ts';
import type { AdapterDocument, BuildDocument } from '../generated/matrix.ts';
import { treeDigest } from '../model/digest.ts';
import type { AdapterKind } from '../model/matrix.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import { toTimestamp } from '../model/timestamp.ts';
import { FILES_LIMITS } from '../pack/build-source.ts';
import type { ReleaseIo } from '../session.ts';
import { changeAdapters } from './change-files.ts';
import type { Support } from './coverage.ts';
import { registerBuild, type SubjectDocument } from './edit.ts';

/** What `adapter add` is asked to register. */
export interface AddRequest {
  readonly path: string;
  readonly version: string;
  readonly kind: AdapterKind;
  /** The adapter's name; null takes the folder's. Only for `files`: an adapter's name is its export's. */
  readonly name: string | null;
  /** Platforms of a new adapter; empty takes those of `support`. */
  readonly platforms: readonly Platform[];
  /** System models that a `files` build is served to. */
  readonly systemModels: readonly string[];
}

/** What became of it. */
export interface AddResult {
  readonly adapter: string;
  readonly build: string;
  readonly baseModelSignature: string | null;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly registered: boolean;
  readonly served: boolean;
  readonly files: readonly string[];
}

/** An export that was read, ready to be registered. */
export interface Addition {
  readonly name: string;
  readonly build: BuildDocument;
  /** What the build is served to. */
  readonly subjects: readonly SubjectDocument[];
}

/** What reading an export needs: the clock, known digests, a listener. */
export type ReadingIo = Pick<ReleaseIo, 'now' | 'digests' | 'progress'>;

/**
 * Registers an export as a build and serves it: an adapter to its signature, files to the system models named.
 * Creates the matrix where there is none. The same export again changes nothing.
 *
 * @throws ReleaseError `ADAPTER_NOT_FOUND`, `ADAPTER_UNSOUND` with every fault, `BUILD_EXISTS`; then nothing is written
 */
export async function addAdapter(config: Config, request: AddRequest, io: ReleaseIo): Promise<AddResult> {
  const { name, build, subjects } = await readAddition(config.root, request, io);
  await io.digests.save();
  let outcome = { registered: false, served: false };
  const files = await changeAdapters({ ...config, create: true }, [name], (adapter) => {
    const registration = registerBuild(adapter ?? newAdapter(config.support, request), build, subjects);
    outcome = registration;
    return registration.adapter;
  });
  return {
    adapter: name,
    build: request.version,
    baseModelSignature: build.baseModelSignature ?? null,
    digest: build.digest,
    sizeBytes: build.sizeBytes,
    registered: outcome.registered,
    served: outcome.served,
    files,
  };
}

/**
 * Reads an export and says what registering it would write. Writes nothing.
 *
 * @param root - the project, to which the build's path is relative
 * @throws ReleaseError `ADAPTER_NOT_FOUND`, `ADAPTER_UNSOUND` with every fault, `USAGE`
 */
export async function readAddition(root: string, request: AddRequest, io: ReadingIo): Promise<Addition> {
  refuseIdleFlags(request);
  const { name, draft, ...facts } =
    request.kind === 'fmadapter' ? await readAdapter(request, io) : await readFilesBuild(request, io);
  return {
    name,
    build: {
      version: request.version,
      path: relative(root, facts.root).split('\\').join('/') || '.',
      addedAt: toTimestamp(io.now()),
      ...(facts.signature === null ? {} : { baseModelSignature: facts.signature }),
      digest: facts.digest,
      sizeBytes: facts.sizeBytes,
      ...(draft ? { draft } : {}),
    },
    subjects:
      facts.signature === null
        ? request.systemModels.map((systemModel) => ({ systemModel }))
        : [{ baseModelSignature: facts.signature }],
  };
}

/** An adapter without any build, offered on the platforms that were named, else on those of `support`. */
export const newAdapter = (
  support: Support,
  { kind, platforms }: Pick<AddRequest, 'kind' | 'platforms'>,
): AdapterDocument => ({
  kind,
  platforms:
    platforms.length > 0 ? [...platforms] : PLATFORMS.filter((platform) => support[platform] !== undefined),
  downloadPolicy: { onDemand: {} },
  builds: [],
  serve: [],
});

/** A flag that would do nothing is refused, so that nobody thinks it did. */
function refuseIdleFlags({ kind, systemModels }: AddRequest): void {
  if (kind === 'files' || systemModels.length === 0) return;
  throw new ReleaseError(
    'USAGE',
    'An adapter is served by its signature, so --system-model says nothing here.',
    {
      fix: 'Leave it out; `fmrelease adapter serve` decides about a system model.',
    },
  );
}

interface BuildFacts {
  readonly name: string;
  readonly root: string;
  readonly signature: string | null;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly draft: boolean;
}

async function readAdapter({ path, name }: AddRequest, io: ReadingIo): Promise<BuildFacts> {
  const inspection = await inspectAdapter(path, io);
  requireSound(inspection);
  if (name !== null && name !== inspection.name) {
    throw new ReleaseError(
      'USAGE',
      `--name is "${name}", but this adapter was exported as "${inspection.name}".`,
      { fix: 'Leave --name out: an adapter keeps the name of its export.' },
    );
  }
  return { ...inspection, root: inspection.path, signature: inspection.baseModelSignature };
}

async function readFilesBuild({ path, name }: AddRequest, io: ReadingIo): Promise<BuildFacts> {
  const root = await openFolder(path);
  const tree = await walkTree(root, FILES_LIMITS);
  if (tree.faults.length > 0 || tree.files.length === 0) {
    const faults =
      tree.files.length === 0
        ? ['it holds no files']
        : tree.faults.map((fault) => `"${fault.path}" ${fault.why}`);
    throw new ReleaseError('ADAPTER_UNSOUND', `"${path}" cannot be packed: ${faults.join('; ')}.`, {
      fix: 'Mend these in the folder.',
      details: faults,
    });
  }
  const files = await digestFiles(root, tree.files, io);
  const folder = root.split(/[\\/]/).at(-1) ?? '';
  return {
    name: name ?? folder.replace(/\.[^.]*$/, ''),
    root,
    signature: null,
    digest: treeDigest(files),
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    draft: false,
  };
}

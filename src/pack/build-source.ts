import { resolve } from 'node:path';
import type { DigestCache } from '../adapter/digest-cache.ts';
import { digestFiles } from '../adapter/digest-files.ts';
import { ADAPTER_LIMITS, inspectHeaders, openFolder, requireSound } from '../adapter/inspect.ts';
import { type Tree, type TreeLimits, walkTree } from '../disk/tree.ts';
import { ReleaseError } from '../errors.ts';
import { type FileDigest, treeDigest } from '../model/digest.ts';
import type { AdapterKind } from '../model/matrix.ts';
import { shortSignature } from '../model/signature.ts';
import type { Progress } from '../progress.ts';

/** A registered build: what it is called and what it must hold. */
export interface RegisteredBuild {
  readonly adapter: string;
  readonly kind: AdapterKind;
  readonly build: string;
  /** Relative to the project. */
  readonly path: string;
  readonly buildDigest: string;
}

/** The files of a registered build, proved to be what the matrix records. */
export interface BuildSource {
  readonly root: string;
  readonly tree: Tree;
  readonly files: readonly FileDigest[];
}

/** Where builds are looked up and how they are digested. */
export interface BuildReader {
  readonly projectRoot: string;
  readonly digests: DigestCache;
  readonly progress: Progress;
  /** True where the pack goes up in parts that are signed: their digests are made with the whole one. */
  readonly wantsParts?: boolean;
}

/**
 * Opens a registered build and proves its digest; known digests are not read again.
 *
 * @throws ReleaseError `BUILD_MISSING` when its folder is gone, `BUILD_CHANGED` when its files are others,
 *   `ADAPTER_UNSOUND` when it holds what no pack may
 */
export async function openBuild(
  build: RegisteredBuild,
  { projectRoot, digests, progress }: BuildReader,
): Promise<BuildSource> {
  const { root, tree } = await listBuild(build, projectRoot);
  const files = await digestFiles(root, tree.files, { digests, progress });
  requireBuild(build, files);
  return { root, tree, files };
}

/** The files of a registered build as they lie there: nothing is proved yet. */
export type ListedBuild = Pick<BuildSource, 'root' | 'tree'>;

async function listBuild(build: RegisteredBuild, projectRoot: string): Promise<ListedBuild> {
  const root = await openRegistered(build, projectRoot);
  const tree = await walkTree(root, build.kind === 'fmadapter' ? ADAPTER_LIMITS : FILES_LIMITS);
  if (tree.faults.length > 0) {
    const faults = tree.faults.map(({ path, why }) => `"${path}" ${why}`);
    throw new ReleaseError(
      'ADAPTER_UNSOUND',
      `"${build.path}" holds what no pack may: ${faults.join('; ')}.`,
      {
        fix: `Replace these by plain files, then register the build with \`fmrelease adapter add ${build.path} --build <version>\`.`,
        details: faults,
      },
    );
  }
  return { root, tree };
}

/**
 * Returns when these are the files that were registered.
 *
 * @throws ReleaseError `BUILD_CHANGED`
 */
export function requireBuild(build: RegisteredBuild, files: readonly FileDigest[]): void {
  const digest = treeDigest(files);
  if (digest === build.buildDigest) return;
  throw new ReleaseError(
    'BUILD_CHANGED',
    `The files at "${build.path}" are no longer build ${build.build} of "${build.adapter}": expected digest ${build.buildDigest}, found ${digest}.`,
    {
      fix: `Restore the export, or register it as a new build with \`fmrelease adapter add ${build.path} --build <version>\`.`,
    },
  );
}

/** A build that is about to be packed: its files must be those of the signature that it is served for. */
export interface PackedBuild extends RegisteredBuild {
  readonly baseModelSignature: string | null;
}

/**
 * Opens a build to pack it: beside its digest, an adapter's metadata, names and tensor containers must be sound,
 * since a matrix can be written by hand.
 *
 * @throws ReleaseError as {@link openBuild} does, `ADAPTER_UNSOUND` with every fault
 */
export async function openSoundBuild(build: PackedBuild, reader: BuildReader): Promise<BuildSource> {
  const source = await openBuild(build, reader);
  await requireSoundBuild(build, source);
  return source;
}

/**
 * Opens a build to pack it as {@link openSoundBuild} does, but leaves its bytes unread: whoever packs them digests them
 * on the way and then asks {@link requireBuild}.
 *
 * @throws ReleaseError `BUILD_MISSING`, `ADAPTER_UNSOUND`
 */
export async function openUnreadBuild(
  build: PackedBuild,
  { projectRoot }: Pick<BuildReader, 'projectRoot'>,
): Promise<ListedBuild> {
  const listed = await listBuild(build, projectRoot);
  await requireSoundBuild(build, listed);
  return listed;
}

async function requireSoundBuild(build: PackedBuild, { root, tree }: ListedBuild): Promise<void> {
  if (build.kind === 'files') return;
  const inspection = await inspectHeaders(root, tree);
  requireSound(inspection);
  if (inspection.name === build.adapter && inspection.baseModelSignature === build.baseModelSignature) return;
  throw new ReleaseError(
    'ADAPTER_UNSOUND',
    `Build ${build.build} of "${build.adapter}" is registered for ${shortSignature(build.baseModelSignature ?? '')}, but "${build.path}" holds "${inspection.name}" for ${shortSignature(inspection.baseModelSignature ?? '')}.`,
    {
      fix: `Correct the build in the matrix, or register the export with \`fmrelease adapter add ${build.path} --build <version>\`.`,
    },
  );
}

async function openRegistered(build: RegisteredBuild, projectRoot: string): Promise<string> {
  try {
    return await openFolder(resolve(projectRoot, build.path));
  } catch (cause) {
    if (!(cause instanceof ReleaseError) || cause.code !== 'ADAPTER_NOT_FOUND') throw cause;
    throw new ReleaseError(
      'BUILD_MISSING',
      `Build ${build.build} of "${build.adapter}" must be packed, but "${build.path}" is not there.`,
      {
        fix: 'Fetch the export to that path, or correct `path` in the matrix.',
        cause,
      },
    );
  }
}

/** Limits of a `files` build, which may be any folder. */
export const FILES_LIMITS: TreeLimits = { files: 10_000, fileBytes: ADAPTER_LIMITS.fileBytes, depth: 32 };

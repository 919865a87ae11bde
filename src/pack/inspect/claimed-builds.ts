import { resolve } from 'node:path';
import { walkTree } from '../../disk/tree.ts';
import { ReleaseError } from '../../errors.ts';
import { packIdOf } from '../../matrix/decide.ts';
import type { Adapter } from '../../model/matrix.ts';
import { FILES_LIMITS } from '../build-source.ts';
import type { ClaimedBuild } from './judge-build.ts';

/** Finds the builds that are registered under a pack id, newest first. */
export type BuildsById = (packId: string) => Promise<readonly ClaimedBuild[]>;

/** Outside a project nothing is registered. */
export const noBuilds: BuildsById = () => Promise.resolve([]);

/** Finds builds in a project's matrix; the files of those that lie at their paths are listed, and not read. */
export const buildsOf =
  (adapters: readonly Adapter[], projectRoot: string): BuildsById =>
  async (packId) => {
    const claimed: ClaimedBuild[] = [];
    for (const adapter of adapters) {
      for (const build of [...adapter.builds].reverse()) {
        if (packIdOf(adapter, build) !== packId) continue;
        claimed.push({
          adapter: adapter.name,
          build: build.version,
          digest: build.digest,
          files: await listFiles(resolve(projectRoot, build.path)),
        });
      }
    }
    return claimed;
  };

async function listFiles(root: string): Promise<ClaimedBuild['files']> {
  try {
    const { files, faults } = await walkTree(root, FILES_LIMITS);
    return faults.length > 0 ? null : files.map(({ path, sizeBytes }) => ({ path, sizeBytes }));
  } catch (error) {
    if (error instanceof ReleaseError) return null; // the build is not there: its digest alone is known
    throw error;
  }
}

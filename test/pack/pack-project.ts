import { join } from 'node:path';
import { openDigestCache } from '../../src/adapter/digest-cache.ts';
import { digestFiles } from '../../src/adapter/digest-files.ts';
import { walkTree } from '../../src/disk/tree.ts';
import { treeDigest } from '../../src/model/digest.ts';
import { buildPack, type PackOrder } from '../../src/pack/build-pack.ts';
import { type CachedPack, openPackCache } from '../../src/pack/cache.ts';
import { type Progress, silent } from '../../src/progress.ts';
import { writeOld } from '../support/make-adapter.ts';

/** Writes the files of a tree below `folder`, in the given order. */
export function writeTree(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) writeOld(join(folder, path), content);
  return folder;
}

/** The digest that a matrix would record for this folder now. */
export async function digestOf(folder: string): Promise<string> {
  const { files } = await walkTree(folder, { files: 10_000, fileBytes: 2 ** 40, depth: 32 });
  return treeDigest(
    await digestFiles(folder, files, { digests: await openDigestCache(null), progress: silent }),
  );
}

/** An order for the folder at `path` as it is now. */
export async function orderOf(path: string, changes: Partial<PackOrder> = {}): Promise<PackOrder> {
  return {
    id: 'summarizer.fmadapter', // files of any shape, under the folder name that an adapter would have
    adapter: 'summarizer',
    kind: 'files',
    baseModelSignature: null,
    build: '1.0.0',
    path,
    buildDigest: changes.buildDigest ?? (await digestOf(path)),
    recipe: { format: 'aar', compression: 'none' },
    ...changes,
  };
}

/** Builds as a command would, with the caches of `<projectRoot>/.fmrelease`. */
export async function build(
  order: PackOrder,
  projectRoot: string,
  progress: Progress = silent,
): Promise<CachedPack> {
  const folder = join(projectRoot, '.fmrelease');
  const digests = await openDigestCache(folder);
  const pack = await buildPack(order, openPackCache(folder), { projectRoot, digests, progress });
  await digests.save();
  return pack;
}

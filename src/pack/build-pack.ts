import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { readChunks } from '../disk/hash-file.ts';
import { openListed, requireUnchanged } from '../disk/tree.ts';
import { ReleaseError } from '../errors.ts';
import type { Recipe } from '../model/release.ts';
import type { Progress } from '../progress.ts';
import type { EntrySource } from './archive/write-archive.ts';
import { writeArchive } from './archive/write-archive.ts';
import { buildAssetPack } from './ba-package/build-asset-pack.ts';
import { type OpenPackTool, type PackTool, packToolMissing } from './ba-package/tool.ts';
import { type BuildReader, type BuildSource, openSoundBuild, type PackedBuild } from './build-source.ts';
import type { ArchiveKey, CachedPack, PackCache } from './cache.ts';
import { packEntries } from './entries.ts';
import { openHashingSink } from './sink.ts';
import { writeZip } from './zip.ts';

/** What decides the bytes of our own archives: platforms and policy travel in the manifest. */
interface OwnRecipe {
  readonly format: 'aar' | 'zip';
  readonly compression: 'none';
}

/** A pack to build: the build, its pack id and how to archive it. */
export interface PackOrder extends PackedBuild {
  readonly id: string;
  readonly recipe: OwnRecipe | Recipe;
}

/**
 * Returns the built pack of a registered build, from the cache where it is there.
 *
 * The files are streamed once, hashed again on the way, and the archive is hashed while it is written. Equal
 * builds make equal bytes on every machine.
 *
 * An asset pack is built by Apple's `ba-package` from a clean copy instead; its bytes are the tool's.
 *
 * @throws ReleaseError `BUILD_MISSING`, `BUILD_CHANGED` or `ADAPTER_UNSOUND`, for an asset pack `PACK_TOOL_MISSING`,
 *   `PACK_TOOL_FAILED` and `PACK_UNSOUND` too; nothing half-built is left
 */
export async function buildPack(order: PackOrder, cache: PackCache, reader: PackReader): Promise<CachedPack> {
  const tool = await toolFor(order, reader.packTool);
  const key = archiveKey(order, tool);
  const cached = await cache.find(key);
  if (cached !== undefined) return cached;
  const source = await openSoundBuild(order, reader);
  const aside = await cache.aside();
  const { recipe } = order;
  if (tool !== null && recipe.format === 'asset-pack')
    return buildApples(aside, {
      order: { ...order, recipe },
      source,
      progress: reader.progress,
      tool,
      cache,
    });
  try {
    return await cache.keep(key, aside, await writePack(aside, { order, source, progress: reader.progress }));
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

/** Reads builds, and finds Apple's packer where a pack needs it. */
export interface PackReader extends BuildReader {
  readonly packTool?: OpenPackTool | undefined;
}

/** The tool that builds a pack; null for our own archives. */
export const toolFor = async (
  { id, recipe }: Pick<PackOrder, 'id' | 'recipe'>,
  open: OpenPackTool | undefined,
): Promise<PackTool | null> => {
  if (recipe.format !== 'asset-pack') return null;
  if (open === undefined) throw packToolMissing(`Pack "${id}" is for managed hosting`);
  return open();
};

/** What decides the pack's bytes. */
export const archiveKey = (order: PackOrder, tool: PackTool | null): ArchiveKey => ({
  buildDigest: order.buildDigest,
  format: order.recipe.format,
  compression: order.recipe.compression,
  rootName: packRootName(order),
  ...(tool === null ? {} : { asset: JSON.stringify([order.id, order.recipe, tool.label]) }),
});

interface AppleBuild extends Omit<PackWriting, 'order'> {
  readonly order: PackOrder & { readonly recipe: Recipe };
  readonly tool: PackTool;
  readonly cache: PackCache;
}

/** Builds with Apple's tool in a folder of its own, which goes whatever happens. */
async function buildApples(
  staging: string,
  { order, source, progress, tool, cache }: AppleBuild,
): Promise<CachedPack> {
  try {
    const rootName = packRootName(order);
    const { file, made } = await buildAssetPack(staging, { order, rootName, source, tool, progress });
    return await cache.keep(archiveKey(order, tool), file, made);
  } finally {
    await rm(staging, { force: true, recursive: true });
  }
}

/** The folder inside the archive: what the app finds after unpacking. */
export const packRootName = ({ adapter, kind, id }: Pick<PackOrder, 'adapter' | 'kind' | 'id'>): string =>
  kind === 'fmadapter' ? `${adapter}.fmadapter` : id;

interface PackWriting {
  readonly order: PackOrder;
  readonly source: BuildSource;
  readonly progress: Progress;
}

async function writePack(
  path: string,
  { order, source, progress }: PackWriting,
): Promise<Omit<CachedPack, 'file'>> {
  const rootName = packRootName(order);
  const entries = packEntries(rootName, source.files);
  const totalBytes = source.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  const report = (bytes: number): void => {
    doneBytes += bytes;
    progress({ kind: 'bytes', text: `Packing ${basename(order.path)}`, doneBytes, totalBytes });
  };
  const sink = await openHashingSink(path, totalBytes);
  try {
    const write = order.recipe.format === 'zip' ? writeZip : writeArchive;
    await write(entries, entrySource(rootName, source, report), (chunk) => sink.write(chunk));
  } catch (error) {
    await sink.abandon();
    throw error;
  }
  return sink.close();
}

/** Streams an entry's file and proves on the way that it holds what its header says. */
const entrySource = (rootName: string, source: BuildSource, report: (bytes: number) => void): EntrySource => {
  const listedFiles = new Map(source.tree.files.map((file) => [`${rootName}/${file.path}`, file]));
  return async (entry, sink) => {
    const listed = listedFiles.get(entry.path);
    if (listed === undefined) throw new Error(`no listed file for the entry "${entry.path}"`);
    const handle = await openListed(source.root, listed);
    try {
      const hash = createHash('sha256');
      const bytes = await readChunks(handle, async (chunk) => {
        const written = sink(chunk);
        hash.update(chunk);
        report(chunk.length);
        await written;
      });
      await requireUnchanged(handle, listed);
      if (bytes === entry.sizeBytes && hash.digest('hex') === entry.sha256) return;
      throw new ReleaseError(
        'BUILD_CHANGED',
        `"${listed.path}" does not hold the bytes it was digested with.`,
        {
          fix: 'Run the same command again with --rehash.',
        },
      );
    } finally {
      await handle.close();
    }
  };
};

import { rm } from 'node:fs/promises';
import type { Recipe } from '../model/release.ts';
import type { Progress } from '../progress.ts';
import { buildAssetPack } from './ba-package/build-asset-pack.ts';
import { type OpenPackTool, type PackTool, packToolMissing } from './ba-package/tool.ts';
import {
  type BuildReader,
  type BuildSource,
  openSoundBuild,
  openUnreadBuild,
  type PackedBuild,
} from './build-source.ts';
import type { ArchiveKey, CachedPack, PackCache } from './cache.ts';
import { writePack } from './write-pack.ts';

/** What decides the bytes of our own archives: platforms and policy travel in the manifest. */
interface OwnRecipe {
  readonly format: 'aar' | 'zip';
  readonly compression: 'none' | 'zlib' | 'auto';
}

/** A pack to build: the build, its pack id and how to archive it. */
export interface PackOrder extends PackedBuild {
  readonly id: string;
  readonly recipe: OwnRecipe | Recipe;
}

/**
 * Returns the built pack of a registered build, from the cache where it is there.
 *
 * The files are streamed once and hashed on the way, and the archive is hashed while it is written. Equal builds make
 * equal bytes on every machine.
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
  const { recipe } = order;
  if (tool !== null && recipe.format === 'asset-pack') {
    const source = await openSoundBuild(order, reader);
    const { progress } = reader;
    return buildApples(await cache.aside(), { order: { ...order, recipe }, source, progress, tool, cache });
  }
  const build = await openUnreadBuild(order, reader);
  const aside = await cache.aside();
  try {
    const rootName = packRootName(order);
    return await cache.keep(key, aside, await writePack(aside, { order, build, rootName, reader }));
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

interface AppleBuild {
  readonly order: PackOrder & { readonly recipe: Recipe };
  readonly source: BuildSource;
  readonly progress: Progress;
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

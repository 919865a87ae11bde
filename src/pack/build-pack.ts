import { rm } from 'node:fs/promises';
import type { Recipe } from '../model/release.ts';
import { type BuildReader, openUnreadBuild, type PackedBuild } from './build-source.ts';
import type { ArchiveKey, CachedPack, PackCache } from './cache.ts';
import { writePack } from './write-pack.ts';

/** A pack to build: the build, its pack id and how to archive it. */
export interface PackOrder extends PackedBuild {
  readonly id: string;
  readonly recipe: Pick<Recipe, 'format' | 'compression'>;
}

/**
 * Returns the built pack of a registered build, from the cache where it is there.
 *
 * The files are streamed once and hashed on the way, and the archive is hashed while it is written. Equal builds make
 * equal bytes on every machine.
 *
 * @throws ReleaseError `BUILD_MISSING`, `BUILD_CHANGED` or `ADAPTER_UNSOUND`; nothing half-built is left
 */
export async function buildPack(
  order: PackOrder,
  cache: PackCache,
  reader: BuildReader,
): Promise<CachedPack> {
  const key = archiveKey(order);
  const cached = await cache.find(key);
  if (cached !== undefined) return cached;
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

/** What decides the pack's bytes. */
export const archiveKey = (order: PackOrder): ArchiveKey => ({
  buildDigest: order.buildDigest,
  format: order.recipe.format,
  compression: order.recipe.compression,
  rootName: packRootName(order),
});

/** The folder inside the archive: what the app finds after unpacking. */
export const packRootName = ({ adapter, kind, id }: Pick<PackOrder, 'adapter' | 'kind' | 'id'>): string =>
  kind === 'fmadapter' ? `${adapter}.fmadapter` : id;

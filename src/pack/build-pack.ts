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
import { type BuildReader, type BuildSource, openSoundBuild, type PackedBuild } from './build-source.ts';
import type { ArchiveKey, CachedPack, PackCache } from './cache.ts';
import { packEntries } from './entries.ts';
import { openHashingSink } from './sink.ts';
import { writeZip } from './zip.ts';

/** A pack to build: the build, its pack id and how to archive it. */
export interface PackOrder extends PackedBuild {
  readonly id: string;
  readonly recipe: Pick<Recipe, 'format' | 'compression'>;
}

/**
 * Returns the built pack of a registered build, from the cache where it is there.
 *
 * The files are streamed once, hashed again on the way, and the archive is hashed while it is written. Equal
 * builds make equal bytes on every machine.
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
  const source = await openSoundBuild(order, reader);
  const aside = await cache.aside();
  try {
    return await cache.keep(key, aside, await writePack(aside, { order, source, progress: reader.progress }));
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

import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { isSettled } from '../adapter/digest-cache.ts';
import { digestFiles } from '../adapter/digest-files.ts';
import { readChunks } from '../disk/hash-file.ts';
import { openListed, requireUnchanged, type TreeFile } from '../disk/tree.ts';
import { ReleaseError } from '../errors.ts';
import type { FileDigest, Sha256 } from '../model/digest.ts';
import { encodeEntryHeader } from './archive/entry-header.ts';
import { type EntrySource, writeArchive } from './archive/write-archive.ts';
import { isWorthCompressing, openZlibBlocks } from './archive/zlib-blocks.ts';
import type { PackOrder } from './build-pack.ts';
import { type BuildReader, type ListedBuild, type PackedBuild, requireBuild } from './build-source.ts';
import type { CachedPack } from './cache.ts';
import { packEntries } from './entries.ts';
import { sampleBuild } from './sample-build.ts';
import { type HashingSink, openHashingSink } from './sink.ts';
import { writeZip } from './zip.ts';

/** What to write: the order, its listed files, the folder inside the archive. */
export interface PackWriting {
  readonly order: PackedBuild & Pick<PackOrder, 'recipe'>;
  readonly build: ListedBuild;
  readonly rootName: string;
  readonly reader: BuildReader;
}

/**
 * Writes a pack to a new file, in one pass over the build's files: each is hashed while it is copied, whether its digest
 * was known or not, and all together must be the build that was registered.
 *
 * A header stands before the data and holds its digest. Of a stored archive it is filled in behind the data; what is
 * compressed, or a zip, needs the digests first.
 *
 * @throws ReleaseError `BUILD_CHANGED`
 */
export async function writePack(path: string, writing: PackWriting): Promise<Omit<CachedPack, 'file'>> {
  const { order, build, reader } = writing;
  const codec = await chooseCodec(order.recipe, build);
  const known = codec === 'stored' ? knownDigests(build, reader) : await readDigests(order, build, reader);
  const expectedBytes = build.tree.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const settled = new Set(build.tree.files.filter(isSettled).map((file) => file.path)); // asked before it is read
  const sink = await openHashingSink({ path, expectedBytes, wantsParts: reader.wantsParts ?? false });
  try {
    const digests = await writeAs(codec, sink, { ...writing, known, expectedBytes });
    requireBuild(order, digests);
    rememberDigests(build, digests, { known, settled, reader });
  } catch (error) {
    await sink.abandon();
    throw error;
  }
  return sink.close();
}

type PackCodec = 'stored' | 'zlib' | 'zip';

async function chooseCodec(
  { format, compression }: PackOrder['recipe'],
  build: ListedBuild,
): Promise<PackCodec> {
  if (format === 'zip') return 'zip';
  if (compression !== 'auto') return compression === 'zlib' ? 'zlib' : 'stored';
  return (await isWorthCompressing(await sampleBuild(build))) ? 'zlib' : 'stored';
}

/** Digests that need no reading; a file that was only just written has none that can be trusted. */
const knownDigests = ({ root, tree }: ListedBuild, { digests }: BuildReader): ReadonlyMap<string, Sha256> =>
  new Map(
    tree.files.flatMap((file) => {
      const known = digests.find(join(root, file.path), file);
      return known === undefined ? [] : [[file.path, known] as const];
    }),
  );

async function readDigests(
  order: PackedBuild,
  { root, tree }: ListedBuild,
  reader: BuildReader,
): Promise<ReadonlyMap<string, Sha256>> {
  const files = await digestFiles(root, tree.files, reader);
  requireBuild(order, files);
  return new Map(files.map(({ path, sha256 }) => [path, sha256]));
}

function rememberDigests(
  { root, tree }: ListedBuild,
  files: readonly FileDigest[],
  {
    known,
    settled,
    reader,
  }: {
    readonly known: ReadonlyMap<string, Sha256>;
    readonly settled: ReadonlySet<string>;
    readonly reader: BuildReader;
  },
): void {
  const sha256Of = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  for (const file of tree.files) {
    const sha256 = sha256Of.get(file.path);
    if (known.has(file.path) || sha256 === undefined || !settled.has(file.path)) continue;
    reader.digests.remember(join(root, file.path), file, sha256);
  }
}

interface KnownWriting extends PackWriting {
  readonly known: ReadonlyMap<string, Sha256>;
  readonly expectedBytes: number;
}

/** Writes the container; returns what each file held, in the order of the tree. */
async function writeAs(
  codec: PackCodec,
  sink: HashingSink,
  writing: KnownWriting,
): Promise<readonly FileDigest[]> {
  const { rootName, build, known } = writing;
  const files = build.tree.files.map(({ path, sizeBytes }) => ({
    path,
    sizeBytes,
    sha256: known.get(path) ?? NOT_YET,
  }));
  const found = new Map(files.map((file) => [file.path, file]));
  const source = entrySource(sink, writing, (file) => found.set(file.path, file));
  const entries = packEntries(rootName, files);
  if (known.size < files.length) sink.hold();
  switch (codec) {
    case 'stored':
      await writeArchive(entries, source, (chunk) => sink.write(chunk));
      break;
    case 'zlib': {
      const blocks = openZlibBlocks((chunk) => sink.write(chunk));
      await writeArchive(entries, source, (chunk) => blocks.write(chunk));
      await blocks.end();
      break;
    }
    case 'zip':
      await writeZip(entries, source, (chunk) => sink.write(chunk));
      break;
  }
  return [...found.values()];
}

/** Streams an entry's file, and proves on the way that it holds what its header says, or corrects the header. */
function entrySource(
  sink: HashingSink,
  { rootName, build, known, order, reader, expectedBytes: totalBytes }: KnownWriting,
  onFile: (file: FileDigest) => void,
): EntrySource {
  const listedFiles = new Map(build.tree.files.map((file) => [`${rootName}/${file.path}`, file]));
  const text = `Packing ${basename(order.path)}`;
  let doneBytes = 0;
  return async (entry, write) => {
    const listed = listedFiles.get(entry.path);
    if (listed === undefined) throw new Error(`no listed file for the entry "${entry.path}"`);
    const headerAt = sink.sizeBytes() - encodeEntryHeader(entry).length;
    const isKnown = known.has(listed.path);
    if (isKnown) sink.release(); // its header is final
    const sha256 = await copyFile(build.root, listed, async (chunk) => {
      doneBytes += chunk.length;
      reader.progress({ kind: 'bytes', text, doneBytes, totalBytes });
      await write(chunk);
    });
    if (isKnown && sha256 !== entry.sha256) throw otherBytes(listed);
    if (!isKnown) await sink.patch(headerAt, encodeEntryHeader({ ...entry, sha256 }));
    sink.release();
    if (known.size < listedFiles.size) sink.hold();
    onFile({ path: listed.path, sizeBytes: listed.sizeBytes, sha256 });
  };
}

/** Copies a listed file whole; returns the SHA-256 of what was copied. `BUILD_CHANGED` when it changes meanwhile. */
async function copyFile(
  root: string,
  listed: TreeFile,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<Sha256> {
  const handle = await openListed(root, listed);
  try {
    const hash = createHash('sha256');
    const bytes = await readChunks(handle, async (chunk) => {
      const written = write(chunk);
      hash.update(chunk);
      await written;
    });
    await requireUnchanged(handle, listed);
    if (bytes !== listed.sizeBytes) throw otherBytes(listed);
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

const otherBytes = ({ path }: TreeFile): ReleaseError =>
  new ReleaseError('BUILD_CHANGED', `"${path}" does not hold the bytes it was digested with.`, {
    fix: 'Run the same command again with --rehash.',
  });

/** Stands in a header until the data behind it is read. */
const NOT_YET: Sha256 = '0'.repeat(64);

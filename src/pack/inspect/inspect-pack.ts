import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { ReleaseError } from '../../errors.ts';
import { isJsonObject, type JsonObject, readJsonBytes } from '../../json/read.ts';
import { errorFinding, type Finding } from '../../model/finding.ts';
import { adapterIdentifier } from '../../model/names.ts';
import { isBaseModelSignature } from '../../model/signature.ts';
import type { Progress } from '../../progress.ts';
import type { ByteSource } from '../archive/byte-source.ts';
import { MANIFEST_PATH, parseManifestBytes, withArchiveFile } from '../read-archive-file.ts';
import { type BuildsById, noBuilds } from './claimed-builds.ts';
import { judgeBuild } from './judge-build.ts';
import { buildCommand, judgeManifest, nameToPaste } from './judge-manifest.ts';
import { type InspectedEntry, type PackContents, readPackContents } from './read-contents.ts';

/** Who could have made an archive, by how it is laid out: fmrelease, `ba-package`, some other tool; unknown where nothing was read. */
export type PackMaker = 'fmrelease' | 'ba-package' | 'other' | 'unknown';

/** Everything that can be told about a pack without unpacking it. Digests are null in a list. */
export interface PackInspection extends Pick<PackContents, 'format' | 'codec' | 'entries' | 'findings'> {
  readonly sizeBytes: number;
  readonly sha256: string | null;
  readonly manifest: JsonObject | null;
  readonly madeBy: PackMaker;
}

/** How to inspect: `list` reads no more than names, sizes and the manifest; `builds` finds what a pack claims to be. */
export interface InspectOptions {
  readonly list: boolean;
  readonly progress: Progress;
  readonly builds?: BuildsById;
}

/**
 * Looks into an asset pack, Apple Archive or zip, and tells everything that is wrong with it at once.
 *
 * @throws ReleaseError `FILE_NOT_FOUND`, `ARCHIVE_ENCRYPTED`, `ARCHIVE_UNKNOWN`
 */
export const inspectPack = (
  path: string,
  { list, progress, builds = noBuilds }: InspectOptions,
): Promise<PackInspection> =>
  withArchiveFile(path, async (file) => {
    const subject = basename(path);
    const contents = await readPackContents(file, { subject, list, progress });
    const adapters = readAdapters(contents);
    const manifest = readManifest(contents, adapters, subject);
    const named = judgeNames({ subject, manifest: manifest.document, adapters });
    return {
      format: contents.format,
      codec: contents.codec,
      sizeBytes: file.source.sizeBytes,
      sha256: list
        ? null
        : await hashSource(file.source, (doneBytes) =>
            progress({
              kind: 'bytes',
              text: `Digesting ${subject}`,
              doneBytes,
              totalBytes: file.source.sizeBytes,
            }),
          ),
      entries: contents.entries,
      manifest: manifest.document,
      madeBy: tellMaker(contents, manifest.document),
      findings: [
        ...contents.findings,
        ...manifest.findings,
        ...named,
        ...(await judgeBuilds({ subject, contents, manifest: manifest.document, adapters }, builds)),
      ],
    };
  });

/** An adapter inside a pack: where it lies, and what its metadata says. */
interface PackedAdapter {
  readonly root: string;
  readonly name: string;
  readonly identifier: string | undefined;
  readonly signature: string | undefined;
}

function readAdapters({ small, entries }: PackContents): readonly PackedAdapter[] {
  return [...new Set(entries.flatMap(({ path }) => ADAPTER_ROOT.exec(path)?.[0] ?? []))].map((root) => {
    const bytes = small.get(`${root}/metadata.json`);
    const metadata = bytes === undefined ? {} : readLeniently(bytes);
    const text = (key: string): string | undefined => {
      const value = metadata[key];
      return typeof value === 'string' ? value : undefined;
    };
    return {
      root,
      name: basename(root, '.fmadapter'),
      identifier: text('adapterIdentifier'),
      signature: text('baseModelSignature'),
    };
  });
}

/** Metadata that cannot be read tells nothing; that it is sound is what `adapter inspect` asks. */
function readLeniently(bytes: Uint8Array): JsonObject {
  try {
    const value = readJsonBytes(bytes, 'metadata.json');
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (error instanceof ReleaseError) return {};
    throw error;
  }
}

function readManifest(
  { small }: PackContents,
  adapters: readonly PackedAdapter[],
  subject: string,
): { readonly document: JsonObject | null; readonly findings: readonly Finding[] } {
  const bytes = small.get(MANIFEST_PATH);
  if (bytes === undefined) return { document: null, findings: [] };
  try {
    const document = parseManifestBytes(bytes);
    const names = adapters.map(({ name }) => name);
    return { document, findings: judgeManifest({ manifest: document, subject, adapters: names }) };
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    const fix = 'Build the pack again; do not edit its manifest by hand.';
    return {
      document: null,
      findings: [errorFinding('bad-manifest', { subject, message: error.message, fix })],
    };
  }
}

interface Named {
  readonly subject: string;
  readonly manifest: JsonObject | null;
  readonly adapters: readonly PackedAdapter[];
}

/** The folder's name, the metadata's identifier and the pack id must be what the runtime computes. */
function judgeNames({ subject, manifest, adapters }: Named): readonly Finding[] {
  return adapters.flatMap(({ name, identifier, signature }) => {
    const fix =
      manifest === null
        ? `Export the adapter again under its name, then \`fmrelease pack ${nameToPaste(name)}\`.`
        : `Build the pack under the adapter's identifier: \`${buildCommand({ ...manifest, ...(identifier === undefined ? {} : { assetPackID: identifier }) }, [name])}\`.`;
    const finding = (message: string): Finding =>
      errorFinding('identifier-mismatch', { subject, message, fix });
    const expected =
      signature !== undefined && isBaseModelSignature(signature)
        ? adapterIdentifier(name, signature)
        : undefined;
    const id = manifest?.['assetPackID'];
    return [
      ...(identifier !== undefined && expected !== undefined && identifier !== expected
        ? [
            finding(
              `The adapterIdentifier of "${name}" is "${identifier}", expected "${expected}" from its name and signature.`,
            ),
          ]
        : []),
      ...(typeof id === 'string' && identifier !== undefined && id !== identifier
        ? [finding(`The pack id is "${id}", expected "${identifier}", the identifier of the adapter in it.`)]
        : []),
    ];
  });
}

/** Compares what lies in the pack with the builds that the project has registered under its name. */
async function judgeBuilds(
  { subject, contents, manifest, adapters }: Named & { readonly contents: PackContents },
  builds: BuildsById,
): Promise<readonly Finding[]> {
  if (contents.findings.length > 0) return []; // what was not read cannot be compared
  const [adapter, ...more] = adapters;
  if (more.length > 0) return [];
  const root = adapter?.root ?? (manifest === null ? contents.entries[0]?.path.split('/')[0] : undefined);
  const id = adapter === undefined ? root : (adapter.identifier ?? manifest?.['assetPackID']);
  if (root === undefined || typeof id !== 'string') return [];
  const files = contents.entries
    .filter(({ kind, path }) => kind === 'file' && path.startsWith(`${root}/`))
    .map((entry): InspectedEntry => ({ ...entry, path: entry.path.slice(root.length + 1) }));
  return judgeBuild(subject, files, await builds(id));
}

function tellMaker({ headers, format, entries }: PackContents, manifest: JsonObject | null): PackMaker {
  if (entries.length === 0) return 'unknown';
  if (manifest !== null && entries.some(({ path }) => path.startsWith('Contents/'))) return 'ba-package';
  return format === 'aar' && headers.size > 0 && [...headers].every((keys) => OUR_HEADERS.includes(keys))
    ? 'fmrelease'
    : 'other';
}

async function hashSource(source: ByteSource, onBytes: (doneBytes: number) => void): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < source.sizeBytes; ) {
    const chunk = await source.readSome(at, source.sizeBytes - at);
    hash.update(chunk);
    at += chunk.length;
    onBytes(at);
  }
  return hash.digest('hex');
}

/** The folder of an adapter, wherever it lies. */
const ADAPTER_ROOT = /^(?:.*\/)?[^/]+\.fmadapter(?=\/|$)/;

/** The fields that our writer writes, for folders and files (docs/packs.md). */
const OUR_HEADERS = ['TYP PAT MOD MTM', 'TYP PAT MOD MTM SIZ SH2 DAT'];

import type { ExtraKeys, Hosting } from '../config/config.ts';
import type { DownloadManifest as DownloadManifestJson } from '../generated/download-manifest.ts';
import type { Cell } from '../model/cell.ts';
import { sha256Of } from '../model/digest.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import type { DeepReadonly } from '../model/readonly.ts';
import type { ChannelManifest, LogEntry, PackRecord, Release } from '../model/release.ts';
import { encode, sortCells } from './documents.ts';
import { MANIFEST, manifestKey, platformManifest, platformManifestKey } from './layout.ts';

/** What a manifest says of its release; the rest of a log entry stays in the log. */
export type ProjectedRelease = Pick<LogEntry, 'channel' | 'revision' | 'createdAt' | 'packs' | 'statements'>;

/** What of a target decides its projections. */
export interface ProjectionTarget {
  /** Stands for the prefix; ends with a slash. */
  readonly publicUrl: string;
  readonly hosting: Hosting;
  /** More keys that carry a platform's download manifest. */
  readonly projections: ExtraKeys;
}

/** Apple's download manifest of one platform. */
export type DownloadManifest = DeepReadonly<DownloadManifestJson>;

/** One projection of a release: its name in the log entry, every key that carries it, its bytes. */
export interface Projection {
  readonly name: string;
  readonly platform: Platform | null;
  readonly keys: readonly string[];
  readonly bytes: Uint8Array;
}

/**
 * Every projection of a release in the order in which they are written: one download manifest per platform, then
 * `manifest.json`, so that whoever reads that one finds the others at least as new. Pure.
 */
export function projectRelease(
  release: ProjectedRelease & { readonly cells: readonly Cell[] },
  platforms: readonly Platform[],
  target: ProjectionTarget,
): readonly Projection[] {
  return [
    ...platforms.map((platform) => ({
      name: platformManifest(platform),
      platform,
      keys: platformKeys(release.channel, platform, target),
      bytes: encodeDownloadManifest(release, platform, target.publicUrl),
    })),
    {
      name: MANIFEST,
      platform: null,
      keys: [manifestKey(release.channel)],
      bytes: encodeManifest(release, release.cells, target.publicUrl),
    },
  ];
}

/** The SHA-256 of projections by their name: what a log entry records. */
export const projectionDigests = (projections: readonly Projection[]): LogEntry['projections'] =>
  Object.fromEntries(projections.map(({ name, bytes }) => [name, sha256Of(bytes)]));

/** The keys that carry a platform's download manifest: its own, and the one that shipped apps read. */
export function platformKeys(
  channel: string,
  platform: Platform,
  { projections }: Pick<ProjectionTarget, 'projections'>,
): readonly string[] {
  const extra = projections[platform]?.[channel];
  return [platformManifestKey(channel, platform), ...(extra === undefined ? [] : [extra])];
}

/** The platforms whose download manifests an entry records. */
export const recordedPlatforms = (
  entry: Pick<LogEntry, 'projections'> | null | undefined,
): readonly Platform[] =>
  PLATFORMS.filter((platform) => Object.hasOwn(entry?.projections ?? {}, platformManifest(platform)));

/**
 * The platforms that the next release is projected for: those of its cells and packs, those that the release before
 * had (a platform that is dropped keeps an empty manifest), those with a key of their own in the config, and those where
 * a manifest of somebody else is replaced.
 */
export function nextPlatforms(
  head: Pick<LogEntry, 'projections'> | null | undefined,
  next: {
    readonly channel: string;
    readonly packs: readonly Pick<PackRecord, 'recipe'>[];
    readonly cells: readonly Cell[];
    /** Keys of somebody else's manifests that the release replaces. */
    readonly replaces?: readonly string[];
  },
  target: ProjectionTarget,
): readonly Platform[] {
  const { hosting, projections } = target;
  if (hosting === 'unmanaged') return [];
  const replaces = new Set(next.replaces);
  const wanted = new Set<string>([
    ...recordedPlatforms(head),
    ...next.cells.map(({ platform }) => platform),
    ...next.packs.flatMap(({ recipe }) => recipe.platforms),
  ]);
  return PLATFORMS.filter(
    (platform) =>
      wanted.has(platform) ||
      projections[platform]?.[next.channel] !== undefined ||
      platformKeys(next.channel, platform, target).some((key) => replaces.has(key)),
  );
}

/** True when a release, published now to this target, would have the very projections that its entry records. */
export function isProjectedAs({ entry, cells }: Release, target: ProjectionTarget): boolean {
  const platforms = nextPlatforms(entry, { ...entry, cells }, target);
  const projections = projectRelease({ ...entry, cells }, platforms, target);
  return (
    projections.length === Object.keys(entry.projections).length &&
    projections.every(({ name, bytes }) => entry.projections[name] === sha256Of(bytes))
  );
}

/**
 * Returns `manifest.json` of a release. `publicUrl` stands for the prefix and ends with a slash. The signature, where
 * there is one, stays the last member: what stands before it is what was signed. Pure.
 */
export const projectManifest = (
  release: ProjectedRelease,
  cells: readonly Cell[],
  publicUrl: string,
): ChannelManifest => ({
  formatVersion: 1,
  channel: release.channel,
  revision: release.revision,
  createdAt: release.createdAt,
  assetPacks: release.packs.map((pack) => projectPack(pack, publicUrl)),
  cells: [...sortCells(cells)],
  ...projectStatements(release.statements),
});

function projectStatements(
  statements: ProjectedRelease['statements'],
): Pick<ChannelManifest, 'statements' | 'signature'> {
  if (statements === undefined) return {};
  const { [MANIFEST]: signature, ...packs } = statements;
  return { statements: packs, ...(signature === undefined ? {} : { signature }) };
}

/** The bytes of `manifest.json`. */
export const encodeManifest = (
  release: ProjectedRelease,
  cells: readonly Cell[],
  publicUrl: string,
): Uint8Array => encode(projectManifest(release, cells, publicUrl));

/**
 * Returns Apple's download manifest of one platform: every pack of the release that the platform gets. The shape is
 * that of files which `ba-package download-manifest` wrote and devices took (two projects agree); Apple documents none.
 */
export const projectDownloadManifest = (
  { packs, statements }: Pick<ProjectedRelease, 'packs' | 'statements'>,
  platform: Platform,
  publicUrl: string,
): DownloadManifest => ({
  assetPacks: packs
    .filter(({ recipe }) => recipe.platforms.includes(platform))
    .map((pack) => ({
      id: pack.id,
      version: pack.version,
      downloadSize: pack.downloadSize,
      url: packUrl(pack, publicUrl),
      downloadPolicy: pack.recipe.downloadPolicy,
      host: { thirdParty: {} },
      userInfo: {
        sha256: pack.sha256,
        build: pack.build,
        ...(pack.baseModelSignature === null ? {} : { baseModelSignature: pack.baseModelSignature }),
        ...(statements?.[pack.id] === undefined ? {} : { statement: statements[pack.id] }),
      },
    })),
});

/** The bytes of a download manifest: the document, and behind it, in blanks, the revision that it belongs to. */
export const encodeDownloadManifest = (
  release: Pick<ProjectedRelease, 'packs' | 'revision' | 'statements'>,
  platform: Platform,
  publicUrl: string,
): Uint8Array =>
  Buffer.concat([
    encode(projectDownloadManifest(release, platform, publicUrl)),
    Buffer.from(revisionMark(release.revision)),
  ]);

/**
 * Apple's form has no room for a revision, and two revisions may list the same packs. Equal bytes have equal ETags, so
 * a writer that slept over two revisions could put an old manifest back; blanks keep all bytes apart, and JSON ignores
 * them. The revision in binary, a space for 0 and a tab for 1, on a line of its own.
 */
const revisionMark = (revision: number): string =>
  `${revision.toString(2).replaceAll('0', ' ').replaceAll('1', '\t')}\n`;

/** The revision that the blanks behind a download manifest name, or null where there are none. */
export function readRevisionMark(bytes: Uint8Array): number | null {
  const tail = Buffer.from(bytes.subarray(-MARK_BYTES)).toString('latin1');
  const bits = /\}\n(\t[\t ]{0,52})\n$/.exec(tail)?.[1];
  return bits === undefined ? null : Number.parseInt(bits.replaceAll(' ', '0').replaceAll('\t', '1'), 2);
}

/** The URL of a pack: the target's public URL and the key. */
export const packUrl = (pack: Pick<PackRecord, 'key'>, publicUrl: string): string =>
  `${publicUrl}${pack.key}`;

const projectPack = (pack: PackRecord, publicUrl: string): ChannelManifest['assetPacks'][number] => ({
  id: pack.id,
  version: pack.version,
  url: packUrl(pack, publicUrl),
  downloadSize: pack.downloadSize,
  sha256: pack.sha256,
  archive: { format: pack.recipe.format, compression: pack.recipe.compression },
  adapter: pack.adapter,
  build: pack.build,
  baseModelSignature: pack.baseModelSignature,
  platforms: pack.recipe.platforms,
  downloadPolicy: pack.recipe.downloadPolicy,
});

/** `}`, a line feed, 53 bits, a line feed. */
const MARK_BYTES = 56;

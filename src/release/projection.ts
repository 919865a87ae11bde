import type { Cell } from '../model/cell.ts';
import { sha256Of } from '../model/digest.ts';
import type { ChannelManifest, LogEntry, PackRecord } from '../model/release.ts';
import { encode, sortCells } from './documents.ts';
import { MANIFEST } from './layout.ts';

/** What a manifest says of its release; the rest of a log entry stays in the log. */
export type ProjectedRelease = Pick<LogEntry, 'channel' | 'revision' | 'createdAt' | 'packs' | 'statements'>;

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

/** The SHA-256 of every projection of a release, by file name: what its log entry records. */
export const projectionDigests = (
  release: ProjectedRelease,
  cells: readonly Cell[],
  publicUrl: string,
): LogEntry['projections'] => ({ [MANIFEST]: sha256Of(encodeManifest(release, cells, publicUrl)) });

/** The bytes of `manifest.json`. */
export const encodeManifest = (
  release: ProjectedRelease,
  cells: readonly Cell[],
  publicUrl: string,
): Uint8Array => encode(projectManifest(release, cells, publicUrl));

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

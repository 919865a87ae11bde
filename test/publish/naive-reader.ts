import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A release as a device sees it. */
export interface NaiveRelease {
  readonly revision: number;
  /** SHA-256 by pack id. */
  readonly packs: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, number>>;
}

/** Returns an object's bytes; undefined when it is absent. */
export type Getter = (key: string) => Uint8Array | undefined;

/** Gets objects of a directory target. */
export const getFrom =
  (cdn: string): Getter =>
  (key) => {
    const path = join(cdn, key);
    return existsSync(path) ? readFileSync(path) : undefined;
  };

/**
 * Reads a channel as a device does, without any code of fmrelease: the manifest, then every pack that it names, by
 * size and SHA-256. Null when there is no manifest.
 *
 * @throws Error naming the first thing that is not as the manifest says
 */
export function readNaively(
  get: Getter,
  { channel = 'stable', publicUrl = 'http://127.0.0.1:8787/' } = {},
): NaiveRelease | null {
  const bytes = get(`v1/channels/${channel}/manifest.json`);
  if (bytes === undefined) return null;
  const manifest: NaiveManifest = JSON.parse(Buffer.from(bytes).toString('utf8'));
  for (const { url, downloadSize, sha256, id } of manifest.assetPacks) {
    if (!url.startsWith(publicUrl) || !url.endsWith(`/${id}`)) throw new Error(`the URL ${url} of ${id}`);
    const pack = get(url.slice(publicUrl.length));
    if (pack === undefined) throw new Error(`the manifest names ${url}, which is absent`);
    if (pack.length !== downloadSize) throw new Error(`${url} has ${pack.length} bytes, not ${downloadSize}`);
    if (createHash('sha256').update(pack).digest('hex') !== sha256) throw new Error(`${url} has other bytes`);
  }
  const ids = new Set(manifest.assetPacks.map(({ id }) => id));
  for (const { pack, state } of manifest.cells)
    if ((state === 'covered') !== (pack !== null) || (pack !== null && !ids.has(pack)))
      throw new Error(`a cell is ${state} with the pack ${pack}`);
  return {
    revision: manifest.revision,
    packs: Object.fromEntries(manifest.assetPacks.map(({ id, sha256 }) => [id, sha256])),
    versions: Object.fromEntries(manifest.assetPacks.map(({ id, version }) => [id, version])),
  };
}

interface NaiveManifest {
  readonly revision: number;
  readonly assetPacks: readonly {
    readonly id: string;
    readonly version: number;
    readonly url: string;
    readonly downloadSize: number;
    readonly sha256: string;
  }[];
  readonly cells: readonly { readonly state: string; readonly pack: string | null }[];
}

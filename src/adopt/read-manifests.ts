import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isSystemError, ReleaseError } from '../errors.ts';
import { type Sha256, sha256Of } from '../model/digest.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import { parseDownloadManifest } from '../release/documents.ts';
import type { DownloadManifest } from '../release/projection.ts';
import { fetchAllowed, shown } from './fetch.ts';

/** Where one platform's download manifest is: a file, or a URL. */
export interface ManifestPlace {
  readonly source: string;
  readonly platform: Platform;
}

/** A download manifest as it was published by hand. */
export interface ReadManifest extends ManifestPlace {
  readonly sha256: Sha256;
  readonly manifest: DownloadManifest;
}

/**
 * Pairs manifests with platforms: by the platforms that were typed, in the same order, or by the manifests' own names
 * (`iOS.json`, `ios.json`).
 *
 * @throws ReleaseError `USAGE` when that leaves a manifest without a platform, or a platform with two
 */
export function pairWithPlatforms(
  sources: readonly string[],
  platforms: readonly Platform[],
): readonly ManifestPlace[] {
  if (sources.length === 0)
    throw new ReleaseError('USAGE', 'No manifest is named.', {
      fix: 'Name the URL or the file of each download manifest.',
    });
  if (platforms.length > 0 && platforms.length !== sources.length)
    throw new ReleaseError(
      'USAGE',
      `There are ${sources.length} manifests and ${platforms.length} platforms: expected one --platform for each.`,
      { fix: 'Pass --platform once per manifest, in the same order.' },
    );
  const places = sources.map((source, index) => {
    const platform = platforms[index] ?? platformNamedBy(source);
    if (platform !== undefined) return { source, platform };
    throw new ReleaseError('USAGE', `"${shown(source)}" does not say which platform it is for.`, {
      fix: `Pass --platform once per manifest, such as --platform ${PLATFORMS[0]}.`,
    });
  });
  const twice = places.find(({ platform }, index) =>
    places.slice(0, index).some((other) => other.platform === platform),
  );
  if (twice === undefined) return places;
  throw new ReleaseError(
    'USAGE',
    `Two manifests are for ${twice.platform}: expected one for each platform.`,
    {
      fix: 'Adopt one of them; the other belongs to another channel.',
    },
  );
}

function platformNamedBy(source: string): Platform | undefined {
  const name = /([^/\\]+?)\.json$/.exec(shown(source))?.[1]?.toLowerCase();
  return PLATFORMS.find((platform) => platform.toLowerCase() === name);
}

/** True for what is fetched, false for what is a file. */
export const isUrl = (source: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(source);

/**
 * Reads the manifests; nothing is fetched from a host that no URL names.
 *
 * @throws ReleaseError `FILE_NOT_FOUND`, `MANIFEST_INVALID`, `STORE_UNAVAILABLE`
 */
export const readManifests = (places: readonly ManifestPlace[]): Promise<readonly ReadManifest[]> =>
  Promise.all(
    places.map(async (place) => {
      const bytes = isUrl(place.source) ? await readUrl(place.source) : await readPlain(place.source);
      return { ...place, sha256: sha256Of(bytes), manifest: await parse(bytes, shown(place.source)) };
    }),
  );

async function parse(bytes: Uint8Array, source: string): Promise<DownloadManifest> {
  try {
    const manifest = await parseDownloadManifest(bytes, source);
    const ids = manifest.assetPacks.map(({ id }) => id);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) throw new ReleaseError('DOCUMENT_DAMAGED', `it lists "${twice}" twice`);
    return manifest;
  } catch (cause) {
    if (!(cause instanceof ReleaseError)) throw cause;
    const why = cause.message.replace(/^.*is not what fmrelease wrote: /, '').replace(/\.$/, '');
    throw new ReleaseError('MANIFEST_INVALID', `${source} is no download manifest: ${why}.`, {
      fix: 'Name what `ba-package download-manifest` wrote, one per platform.',
      details: cause.details,
      cause,
    });
  }
}

async function readUrl(url: string): Promise<Uint8Array> {
  const host = URL.canParse(url) ? new URL(url).host : '';
  const found = await fetchAllowed(url, new Set([host]));
  if (found === null) throw notFound(shown(url));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of found.bytes) {
    size += chunk.length;
    if (size > MOST_BYTES) {
      await found.cancel();
      throw tooLong(shown(url));
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readPlain(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, UNBLOCKED);
    try {
      if (!(await handle.stat()).isFile()) throw noFile(path);
      return await readUpTo(handle, path);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT', 'ENOTDIR', 'EISDIR')) throw notFound(path, cause);
    if (isSystemError(cause, 'ENXIO')) throw noFile(path);
    throw cause;
  }
}

/** Counts what comes: what a file says of its size may change. */
async function readUpTo(handle: FileHandle, path: string): Promise<Uint8Array> {
  const room = Buffer.alloc(MOST_BYTES + 1);
  let size = 0;
  for (let bytesRead = -1; bytesRead !== 0 && size < room.length; size += bytesRead)
    ({ bytesRead } = await handle.read(room, size, room.length - size, size));
  if (size > MOST_BYTES) throw tooLong(path);
  return room.subarray(0, size);
}

const notFound = (source: string, cause?: unknown): ReleaseError =>
  new ReleaseError('FILE_NOT_FOUND', `There is no manifest at "${source}".`, {
    fix: 'Name the URL that `BAManifestURL` of the shipped app has, or a file.',
    cause,
  });

const noFile = (path: string): ReleaseError =>
  new ReleaseError('MANIFEST_INVALID', `"${path}" is a folder, a pipe or a device, not a manifest.`, {
    fix: 'Name a file or a URL.',
  });

const tooLong = (source: string): ReleaseError =>
  new ReleaseError('MANIFEST_INVALID', `"${source}" is longer than ${MOST_BYTES} bytes.`, {
    fix: 'Name a download manifest: it lists packs, and holds none.',
  });

const MOST_BYTES = 1 << 20;

/** A pipe must not wait for a writer: nothing would end that. */
const UNBLOCKED = constants.O_RDONLY | constants.O_NONBLOCK;

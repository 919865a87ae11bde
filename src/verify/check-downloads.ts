import { setTimeout as sleep } from 'node:timers/promises';
import { ReleaseError } from '../errors.ts';
import type { Platform } from '../model/platform.ts';
import type { ChannelManifest } from '../model/release.ts';
import { parseDownloadManifest, parseManifest } from '../release/documents.ts';
import { MANIFEST, manifestKey, platformManifest, platformManifestKey } from '../release/layout.ts';
import { type DownloadManifest, readRevisionMark } from '../release/projection.ts';
import { type Check, failed, passed } from './check.ts';
import { checkCaching, type VerifyScope } from './check-served.ts';
import { collect, type PublishedReader } from './reader.ts';

/**
 * Fetches each platform's download manifest, as the system does, and compares it with `manifest.json`: the same packs
 * of that platform, with the same versions, sizes, digests and URLs.
 */
export async function checkDownloads(
  reader: PublishedReader,
  manifest: ChannelManifest,
  scope: VerifyScope,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const place of scope.downloads)
    checks.push(...(await checkDownload(reader, manifest, { ...place, scope })));
  return checks;
}

interface Place {
  readonly platform: Platform;
  readonly key: string;
  readonly scope: VerifyScope;
}

async function checkDownload(
  reader: PublishedReader,
  manifest: ChannelManifest,
  { platform, key, scope }: Place,
): Promise<readonly Check[]> {
  const name = key === platformManifestKey(scope.channel, platform) ? platformManifest(platform) : key;
  const revisionCheck = `${name} manifest revision`; // what an edge may still have to catch up with
  const served = await reader.get(key);
  if (served === null) return [failed(revisionCheck, `${key} is absent, or may not be read`)];
  const bytes = await collect(served.bytes);
  let download: DownloadManifest;
  try {
    download = await parseDownloadManifest(bytes, key);
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'DOCUMENT_DAMAGED') throw error;
    return [failed(name, error.message)];
  }
  const revision = readRevisionMark(bytes);
  const expected = scope.atLeast ?? manifest.revision;
  if (revision === null)
    return [failed(revisionCheck, `${key} names no revision: fmrelease did not write it`)];
  const caching = served.headers === null ? [] : [checkCaching(`${name} caching`, served.headers)];
  if (revision < expected)
    return [failed(revisionCheck, `serves revision ${revision}, expected ${expected}`), ...caching];
  if (served.headers === null && revision > manifest.revision && !(await catchesUp(reader, scope, revision)))
    return [
      failed(revisionCheck, `serves revision ${revision}, and manifest.json is at ${manifest.revision}`),
    ];
  const faults = revision === manifest.revision ? differences(download, manifest, platform) : [];
  const found = `revision ${revision}, ${download.assetPacks.length === 1 ? '1 pack' : `${download.assetPacks.length} packs`}`;
  return [faults.length === 0 ? passed(name, found) : failed(name, faults.join('; ')), ...caching];
}

/**
 * True when `manifest.json` comes to be as new as a download manifest beside it. Where both are stored it is written
 * last, so a publish that is under way may have been looked at in between.
 */
async function catchesUp(
  reader: PublishedReader,
  { channel }: VerifyScope,
  revision: number,
): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look++) {
    const served = await reader.get(manifestKey(channel));
    const now = served === null ? null : await parseManifest(await collect(served.bytes), MANIFEST);
    if (now !== null && now.revision >= revision) return true;
    if (look < LOOKS) await sleep(LOOK_MS);
  }
  return false;
}

function differences(
  { assetPacks }: DownloadManifest,
  manifest: ChannelManifest,
  platform: Platform,
): readonly string[] {
  const wanted = manifest.assetPacks.filter(({ platforms }) => platforms.includes(platform));
  const listed = new Map(assetPacks.map((entry) => [entry.id, entry]));
  const known = new Set(wanted.map(({ id }) => id));
  return [
    ...wanted.flatMap(({ id, version, url, downloadSize, sha256 }) => {
      const entry = listed.get(id);
      if (entry === undefined) return [`lacks ${id}: devices delete it`];
      const same =
        entry.version === version &&
        entry.url === url &&
        entry.downloadSize === downloadSize &&
        digestOf(entry.userInfo) === sha256;
      if (same && entry.userInfo?.['statement'] !== manifest.statements?.[id])
        return [`carries another statement of ${id} than manifest.json`];
      return same ? [] : [`lists ${id} v${entry.version} otherwise than manifest.json does (v${version})`];
    }),
    ...assetPacks.filter((entry) => listed.get(entry.id) !== entry).map(({ id }) => `lists ${id} twice`),
    ...assetPacks
      .filter(({ id }) => !known.has(id))
      .map(({ id }) => `lists ${id}, which manifest.json lacks`),
  ];
}

/** The digest that `userInfo` of a download manifest carries; undefined where it has none. */
export const digestOf = (userInfo: DownloadManifest['assetPacks'][number]['userInfo']): unknown =>
  userInfo?.['sha256'];

const LOOKS = 4;
const LOOK_MS = 250;

import { ReleaseError } from '../errors.ts';
import type { Platform } from '../model/platform.ts';
import { parseDownloadManifest, parseManifest } from '../release/documents.ts';
import { MANIFEST, manifestKey, platformManifestKey } from '../release/layout.ts';
import { packUrl } from '../release/projection.ts';
import { readHead, readRelease } from '../release/read-channel.ts';
import type { OpenChannel } from '../session.ts';
import { edgeReader } from '../verify/edge.ts';
import { collect } from '../verify/reader.ts';
import type { AdapterDevice } from './answer-matrix.ts';
import { answerFromRelease, type PublishedRelease } from './answer-release.ts';
import type { ResolvedPack, ResolveResult } from './result.ts';

/** Which release answers: a revision of the log (null: the newest), or what the public URL serves. */
export interface ReleaseSourceRequest {
  readonly source: 'log' | 'edge';
  readonly revision: number | null;
}

/**
 * Resolves one adapter from what is published alone, as an app does.
 *
 * @throws ReleaseError `RELEASE_NOT_FOUND`, `STORE_UNAVAILABLE`, or as {@link answerFromRelease} does
 */
export async function resolveFromRelease(
  channel: OpenChannel,
  { source, revision }: ReleaseSourceRequest,
  device: AdapterDevice,
): Promise<ResolveResult> {
  const release = source === 'edge' ? await readEdge(channel) : await readLog(channel, revision);
  const result = answerFromRelease(release, device);
  if (source !== 'edge' || channel.target.hosting !== 'managed' || result.pack === null) return result;
  const seen = await readAsTheSystemDoes(channel, device.platform, result.pack);
  return { ...result, pack: seen.pack, trail: [...result.trail, ...seen.trail] };
}

/** Under managed hosting the system downloads what the platform's manifest lists, whatever `manifest.json` says. */
async function readAsTheSystemDoes(
  { name, target }: OpenChannel,
  platform: Platform,
  pack: ResolvedPack,
): Promise<{ readonly pack: ResolvedPack | null; readonly trail: readonly string[] }> {
  const key = platformManifestKey(name, platform);
  const served = await edgeReader(target.publicUrl).get(key);
  if (served === null) return { pack: null, trail: [`${key} is absent: the system downloads nothing.`] };
  const { assetPacks } = await parseDownloadManifest(await collect(served.bytes), key);
  const entry = assetPacks.find(({ id }) => id === pack.id);
  if (entry === undefined)
    return { pack: null, trail: [`${key} does not list ${pack.id}: the system downloads nothing.`] };
  const { version, url, downloadSize, userInfo } = entry;
  const sha256 = userInfo?.['sha256'];
  const same = version === pack.version && url === pack.url;
  return {
    pack: { ...pack, version, url, downloadSize, sha256: typeof sha256 === 'string' ? sha256 : pack.sha256 },
    trail: [
      `${key} lists ${pack.id} v${version}${same ? '' : `, where manifest.json has v${pack.version ?? 0}: the system goes by the former`}.`,
    ],
  };
}

async function readLog(
  { store, name, target }: OpenChannel,
  revision: number | null,
): Promise<PublishedRelease> {
  const release =
    revision === null ? (await readHead(store, name)).release : await readRelease(store, name, revision);
  if (release === null) throw notFound(name, revision);
  return {
    source: 'log',
    channel: name,
    revision: release.entry.revision,
    cells: release.cells,
    packs: release.entry.packs.map((pack) => ({ ...pack, url: packUrl(pack, target.publicUrl) })),
  };
}

async function readEdge({ name, target }: OpenChannel): Promise<PublishedRelease> {
  const served = await edgeReader(target.publicUrl).get(manifestKey(name));
  if (served === null) throw notFound(name, null);
  const { revision, cells, assetPacks } = await parseManifest(await collect(served.bytes), MANIFEST);
  return { source: 'edge', channel: name, revision, cells, packs: assetPacks };
}

const notFound = (channel: string, revision: number | null): ReleaseError =>
  new ReleaseError(
    'RELEASE_NOT_FOUND',
    revision === null ? `"${channel}" has no release yet.` : `"${channel}" has no revision ${revision}.`,
    {
      fix:
        revision === null
          ? 'Publish one with `fmrelease publish`.'
          : 'Pick one that `fmrelease history` lists.',
    },
  );

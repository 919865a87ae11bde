import { ReleaseError } from '../errors.ts';
import type { Device } from '../matrix/resolve.ts';
import type { Cell } from '../model/cell.ts';
import { formatOsVersion } from '../model/os-version.ts';
import type { Platform } from '../model/platform.ts';
import { parseDownloadManifest, parseManifest } from '../release/documents.ts';
import { MANIFEST, manifestKey, platformManifestKey } from '../release/layout.ts';
import { packUrl } from '../release/projection.ts';
import { readHead, readRelease } from '../release/read-channel.ts';
import { type ResolvablePack, resolveRelease } from '../release/resolve-release.ts';
import type { OpenChannel } from '../session.ts';
import { edgeReader } from '../verify/edge.ts';
import { collect } from '../verify/reader.ts';
import { onlyAdapter, toResolvedPack } from './from-matrix.ts';
import type { ResolveResult } from './result.ts';

/** Which release answers: a revision of the log (null: the newest), or what the public URL serves. */
export interface ReleaseSourceRequest {
  readonly source: 'log' | 'edge';
  readonly revision: number | null;
}

/**
 * Resolves one adapter from what is published alone, as an app does.
 *
 * @throws ReleaseError `RELEASE_NOT_FOUND`, `ADAPTER_UNKNOWN`, `RESOLUTION_AMBIGUOUS`, `STORE_UNAVAILABLE`
 */
export async function resolveFromRelease(
  channel: OpenChannel,
  { source, revision }: ReleaseSourceRequest,
  { adapter, ...device }: Device & { readonly adapter: string | undefined },
): Promise<ResolveResult> {
  const release = source === 'edge' ? await readEdge(channel) : await readLog(channel, revision);
  const known = [...new Set(release.cells.map((cell) => cell.adapter))];
  const name = adapter ?? onlyAdapter(known);
  if (!known.includes(name))
    throw new ReleaseError(
      'ADAPTER_UNKNOWN',
      `Revision ${release.revision} of "${channel.name}" has no adapter "${name}".`,
      { fix: `Name one of ${known.join(', ')}.` },
    );
  const { state, cells, pack: released, trail } = resolveRelease(release, name, device);
  const seen =
    source === 'edge' && channel.target.hosting === 'managed' && released !== null
      ? await readAsTheSystemDoes(channel, device.platform, released)
      : { pack: released, trail: [] };
  const { pack } = seen;
  const [cell, another] = cells;
  return {
    state,
    adapter: name,
    platform: device.platform,
    os: formatOsVersion(device.os),
    source,
    revision: release.revision,
    systemModel: another === undefined ? (cell?.systemModel ?? null) : null,
    baseModelSignature: released?.baseModelSignature ?? (another === undefined ? signatureOf(cell) : null),
    build: released?.build ?? null,
    pack: pack === null ? null : toResolvedPack(pack, pack.url),
    fallback: cell?.fallback ?? null,
    candidates: another === undefined ? [] : cells.flatMap(({ systemModel }) => systemModel ?? []),
    trail: [
      `Revision ${release.revision} of "${channel.name}", from the ${source}.`,
      ...trail,
      ...seen.trail,
    ],
  };
}

/** What the cell's system model carries, once all of it is known. */
const signatureOf = (cell: Cell | undefined): string | null =>
  cell?.baseModelSignature?.length === 40 ? cell.baseModelSignature : null;

interface PublishedRelease {
  readonly revision: number;
  readonly cells: readonly Cell[];
  readonly packs: readonly (ResolvablePack & {
    readonly version: number;
    readonly url: string;
    readonly sha256: string;
    readonly downloadSize: number;
  })[];
}

type PublishedPack = PublishedRelease['packs'][number];

/** Under managed hosting the system downloads what the platform's manifest lists, whatever `manifest.json` says. */
async function readAsTheSystemDoes(
  { name, target }: OpenChannel,
  platform: Platform,
  pack: PublishedPack,
): Promise<{ readonly pack: PublishedPack | null; readonly trail: readonly string[] }> {
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
      `${key} lists ${pack.id} v${version}${same ? '' : `, where manifest.json has v${pack.version}: the system goes by the former`}.`,
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
    revision: release.entry.revision,
    cells: release.cells,
    packs: release.entry.packs.map((pack) => ({ ...pack, url: packUrl(pack, target.publicUrl) })),
  };
}

async function readEdge({ name, target }: OpenChannel): Promise<PublishedRelease> {
  const served = await edgeReader(target.publicUrl).get(manifestKey(name));
  if (served === null) throw notFound(name, null);
  const { revision, cells, assetPacks } = await parseManifest(await collect(served.bytes), MANIFEST);
  return { revision, cells, packs: assetPacks };
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

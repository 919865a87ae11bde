import { ReleaseError } from '../errors.ts';
import { parseManifest } from '../release/documents.ts';
import { MANIFEST, manifestKey } from '../release/layout.ts';
import { packUrl } from '../release/projection.ts';
import { readHead, readRelease } from '../release/read-channel.ts';
import type { OpenChannel } from '../session.ts';
import { edgeReader } from '../verify/edge.ts';
import { collect } from '../verify/reader.ts';
import type { AdapterDevice } from './answer-matrix.ts';
import { answerFromRelease, type PublishedRelease } from './answer-release.ts';
import type { ResolveResult } from './result.ts';

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
  return answerFromRelease(release, device);
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

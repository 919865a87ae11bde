import { ReleaseError } from '../errors.ts';
import type { Device } from '../matrix/resolve.ts';
import { parseManifest } from '../release/documents.ts';
import { MANIFEST, manifestKey } from '../release/layout.ts';
import { packUrl } from '../release/projection.ts';
import { readHead, readRelease } from '../release/read-channel.ts';
import type { OpenChannel } from '../session.ts';
import { edgeReader } from '../verify/edge.ts';
import { collect } from '../verify/reader.ts';
import { type AnsweringRelease, answerFromRelease } from './answer.ts';
import { onlyAdapter } from './from-matrix.ts';
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
  return answerFromRelease(release, name, device);
}

async function readLog(
  { store, name, target }: OpenChannel,
  revision: number | null,
): Promise<AnsweringRelease> {
  const release =
    revision === null ? (await readHead(store, name)).release : await readRelease(store, name, revision);
  if (release === null) throw notFound(name, revision);
  return {
    channel: name,
    source: 'log',
    revision: release.entry.revision,
    cells: release.cells,
    packs: release.entry.packs.map((pack) => ({ ...pack, url: packUrl(pack, target.publicUrl) })),
  };
}

async function readEdge({ name, target }: OpenChannel): Promise<AnsweringRelease> {
  const served = await edgeReader(target.publicUrl).get(manifestKey(name));
  if (served === null) throw notFound(name, null);
  const { revision, cells, assetPacks } = await parseManifest(await collect(served.bytes), MANIFEST);
  return { channel: name, source: 'edge', revision, cells, packs: assetPacks };
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

import { ReleaseError } from '../errors.ts';
import type { Cell } from '../model/cell.ts';
import { formatOsVersion } from '../model/os-version.ts';
import { type ResolvablePack, resolveRelease } from '../release/resolve-release.ts';
import type { AdapterDevice } from './answer-matrix.ts';
import { onlyAdapter } from './pick-adapter.ts';
import { type PublishedPackFacts, type ResolveResult, toResolvedPack } from './result.ts';

/** A published pack with its URL: as much as `resolve` answers of it. */
export type AnswerablePack = ResolvablePack & PublishedPackFacts & { readonly url: string };

/** A release as it was read from the log or from a manifest: enough to answer for every device. */
export interface PublishedRelease {
  readonly source: 'log' | 'edge';
  readonly channel: string;
  readonly revision: number;
  readonly cells: readonly Cell[];
  readonly packs: readonly AnswerablePack[];
}

/**
 * Answers for one device from a release alone, as an app does. Pure.
 *
 * @throws ReleaseError `ADAPTER_UNKNOWN`, `USAGE` when several adapters could be meant, `RESOLUTION_AMBIGUOUS`
 */
export function answerFromRelease(
  release: PublishedRelease,
  { adapter, ...device }: AdapterDevice,
): ResolveResult {
  const { channel, revision, source } = release;
  const known = [...new Set(release.cells.map((cell) => cell.adapter))];
  const name = adapter ?? onlyAdapter(known);
  if (!known.includes(name))
    throw new ReleaseError(
      'ADAPTER_UNKNOWN',
      `Revision ${revision} of "${channel}" has no adapter "${name}".`,
      {
        fix: `Name one of ${known.join(', ')}.`,
      },
    );
  const { state, cells, pack, trail } = resolveRelease(release, name, device);
  const [cell, another] = cells;
  return {
    state,
    adapter: name,
    platform: device.platform,
    os: formatOsVersion(device.os),
    source,
    revision,
    systemModel: another === undefined ? (cell?.systemModel ?? null) : null,
    baseModelSignature: pack?.baseModelSignature ?? (another === undefined ? signatureOf(cell) : null),
    build: pack?.build ?? null,
    pack: pack === null ? null : toResolvedPack(pack, pack.url),
    fallback: cell?.fallback ?? null,
    candidates: another === undefined ? [] : cells.flatMap(({ systemModel }) => systemModel ?? []),
    trail: [`Revision ${revision} of "${channel}", from the ${source}.`, ...trail],
  };
}

/** What the cell's system model carries, once all of it is known. */
const signatureOf = (cell: Cell | undefined): string | null =>
  cell?.baseModelSignature?.length === 40 ? cell.baseModelSignature : null;

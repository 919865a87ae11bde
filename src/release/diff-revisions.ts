import { ReleaseError } from '../errors.ts';
import type { CellChange, PackChange } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { OpenChannel } from '../session.ts';
import { publishedAdapters } from './adapters.ts';
import { diffCells, diffPacks, toComparedPack } from './diff.ts';
import { readRelease } from './read-channel.ts';

/** What changed between two revisions. */
export interface RevisionDiff {
  readonly from: number;
  readonly to: number;
  readonly changes: readonly PackChange[];
  readonly cellChanges: readonly CellChange[];
}

/**
 * Compares two revisions of a channel; `only` names adapters, empty means all.
 *
 * @throws ReleaseError `RELEASE_NOT_FOUND` for a revision that is not there, `ADAPTER_UNKNOWN`
 */
export async function diffRevisions(
  { store, name }: Pick<OpenChannel, 'store' | 'name'>,
  { from, to, only }: { readonly from: number; readonly to: number; readonly only: readonly string[] },
): Promise<RevisionDiff> {
  const [before, after] = await Promise.all(
    [from, to].map(async (revision) => {
      const release = await readRelease(store, name, revision);
      if (release !== null) return release;
      throw new ReleaseError('RELEASE_NOT_FOUND', `"${name}" has no revision ${revision}.`, {
        fix: 'Pick two that `fmrelease history` lists.',
      });
    }),
  );
  if (before === undefined || after === undefined) throw new Error('two revisions were read');
  const known = new Set([...publishedAdapters(before), ...publishedAdapters(after)]);
  const unknown = only.filter((adapter) => !known.has(adapter));
  if (unknown.length > 0)
    throw new ReleaseError(
      'ADAPTER_UNKNOWN',
      `Neither revision has an adapter ${unknown.map((adapter) => `"${adapter}"`).join(', ')}.`,
      { fix: `Name one of ${[...known].join(', ')}.` },
    );
  const inScope = ({ adapter }: { readonly adapter: string }): boolean =>
    only.length === 0 || only.includes(adapter);
  return {
    from,
    to,
    changes: diffPacks(before.entry.packs.map(toComparedPack), after.entry.packs.map(toComparedPack)).filter(
      inScope,
    ),
    cellChanges: diffCells(compared(before), compared(after)).filter(inScope),
  };
}

const compared = ({ entry, cells }: Release) => ({ packs: entry.packs.map(toComparedPack), cells });

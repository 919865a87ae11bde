import { toTimestamp } from '../model/timestamp.ts';
import type { PrunedPack, PruneResult } from '../prune/prune.ts';
import { MARK_MS } from '../release/tombstone.ts';
import type { Style } from './style.ts';
import { alignTable } from './table.ts';
import { count, formatBytes } from './units.ts';

/** What a prune came to, or would come to, as lines. */
export function renderPrune(
  { dryRun, packs, uploads, kept, freedBytes }: PruneResult,
  place: string,
  style: Style,
): readonly string[] {
  const rows = packs.map((pack) => [
    words(pack.outcome, dryRun),
    formatBytes(pack.sizeBytes),
    pack.key,
    why(pack),
  ]);
  const stale = uploads.map(({ key, startedAt }) => [
    dryRun ? 'would give up' : 'gave up',
    '',
    key,
    `an upload begun ${toTimestamp(startedAt)} and never finished`,
  ]);
  const freed = `${dryRun ? 'Would free' : 'Freed'} ${formatBytes(freedBytes)} in ${place}`;
  return [
    ...alignTable([...rows, ...stale], 'LRLL'),
    ...(rows.length + stale.length > 0 ? [''] : []),
    `${freed}; ${count(kept, 'pack')} stay.`,
    ...next({ dryRun, packs, uploads }, style),
  ];
}

function next(
  { dryRun, packs, uploads }: Pick<PruneResult, 'dryRun' | 'packs' | 'uploads'>,
  style: Style,
): readonly string[] {
  const due = packs.some(
    ({ outcome }) => outcome === 'marked' || outcome === 'swept' || outcome === 'unmarked',
  );
  if (dryRun)
    return due || uploads.length > 0
      ? [style.yellow('Nothing was changed. Next: fmrelease prune --yes')]
      : [packs.length > 0 ? 'Nothing is due yet.' : 'Nothing is to be done.'];
  return packs.some(({ outcome }) => outcome === 'marked' || outcome === 'waiting' || outcome === 'busy')
    ? [
        'What is marked goes a day after it was marked, if nothing names it by then. Next, tomorrow: fmrelease prune --yes',
      ]
    : [];
}

function words(outcome: PrunedPack['outcome'], dryRun: boolean): string {
  switch (outcome) {
    case 'marked':
      return dryRun ? 'would mark' : 'marked';
    case 'swept':
      return dryRun ? 'would remove' : 'removed';
    case 'unmarked':
      return dryRun ? 'would unmark' : 'unmarked';
    case 'waiting':
      return 'marked before';
    case 'busy':
      return 'left alone';
  }
}

function why({ outcome, markedAt, lastNamed }: PrunedPack): string {
  const named =
    lastNamed === null
      ? 'no release names it'
      : `last named by ${lastNamed.channel} revision ${lastNamed.revision}`;
  switch (outcome) {
    case 'waiting':
      return `${named}; may go ${markedAt === null ? 'later' : `from ${toTimestamp(new Date(markedAt.getTime() + MARK_MS))}`}`;
    case 'busy':
      return 'somebody else prunes or serves it at this moment';
    case 'unmarked':
      return 'a release names it again';
    case 'marked':
    case 'swept':
      return named;
  }
}

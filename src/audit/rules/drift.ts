import type { Cell } from '../../model/cell.ts';
import type { Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group-by.ts';
import type { AdapterChange, PlannedPack } from '../../model/plan.ts';
import type { PackRecord } from '../../model/release.ts';
import { type AuditState, finding, type Rule } from '../state.ts';

/**
 * `unpublished`: what the matrix wants is not what the head has. `published-only`: the head has what the matrix no
 * longer lists. Together they are silent exactly when a plan would change nothing. A log that does not tell its head
 * has no drift to report.
 */
export const driftRule: Rule = (state) =>
  state.channel.headKnown ? [...unpublished(state), ...publishedOnly(state)] : [];

function unpublished({ channel, desired }: AuditState): readonly Finding[] {
  const packsOf = groupBy(channel.head?.entry.packs ?? [], ({ adapter }) => adapter);
  const cellsOf = groupBy(channel.head?.cells ?? [], ({ adapter }) => adapter);
  const say = (subject: string, what: string): Finding =>
    finding('unpublished', {
      subject,
      message: `${what}${channel.head === null ? '; nothing is published yet' : ''}.`,
      fix: 'Review it with `fmrelease plan`, then run `fmrelease publish`.',
    });
  return [
    ...desired
      .filter((own) => differs(own, packsOf.get(own.adapter) ?? [], cellsOf.get(own.adapter) ?? []))
      .map(({ adapter }) => say(adapter, `"${adapter}" in the matrix is not what "${channel.name}" serves`)),
    ...(channel.urlsMoved
      ? [
          say(
            `targets.${channel.target}.publicUrl`,
            `"${channel.name}" was published under another \`publicUrl\` than the config has`,
          ),
        ]
      : []),
  ];
}

function publishedOnly({ channel, desired, intent, only }: AuditState): readonly Finding[] {
  const known = new Set(intent.adapters.map(({ name }) => name));
  const wanted = new Map(desired.map(({ adapter, packs }) => [adapter, new Set(packs.map(({ id }) => id))]));
  const packs = channel.head?.entry.packs ?? [];
  const served = new Set(packs.map(({ adapter }) => adapter));
  const bare = new Set(
    (channel.head?.cells ?? [])
      .map(({ adapter }) => adapter)
      .filter((name) => !known.has(name) && !served.has(name)),
  );
  return [
    ...packs
      .filter(({ adapter, id }) => !known.has(adapter) || wanted.get(adapter)?.has(id) === false)
      .map(({ id, adapter }) =>
        finding('published-only', {
          subject: id,
          message: `"${channel.name}" serves "${id}" of "${adapter}", which the matrix no longer lists.`,
          fix: `Put it back into the matrix, or take it from devices with \`fmrelease publish --allow-remove ${id}\`.`,
        }),
      ),
    ...[...bare].map((adapter) =>
      finding('published-only', {
        subject: adapter,
        message: `"${channel.name}" says what devices get of "${adapter}", which the matrix no longer lists.`,
        fix: `Put "${adapter}" back into the matrix, or run \`fmrelease publish${only.length === 0 ? '' : ` --only ${adapter}`}\` to drop it.`,
      }),
    ),
  ];
}

/** What an adapter no longer serves is `published-only`; here it shows through its cells alone. */
const differs = (own: AdapterChange, packs: readonly PackRecord[], cells: readonly Cell[]): boolean =>
  own.packs.some((pack) => !packs.some((published) => isServed(pack, published))) ||
  linesOf(cells) !== linesOf(own.cells);

const isServed = (wanted: PlannedPack, published: PackRecord): boolean =>
  wanted.id === published.id &&
  wanted.build === published.build &&
  wanted.buildDigest === published.buildDigest &&
  JSON.stringify(wanted.recipe) === JSON.stringify(published.recipe);

const linesOf = (cells: readonly Cell[]): string =>
  cells
    .map((cell) => JSON.stringify(cell))
    .sort()
    .join('\n');

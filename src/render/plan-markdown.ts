import { formatOsRange } from '../model/os-range.ts';
import type { Plan } from '../model/plan.ts';
import { cellEffect } from '../release/diff.ts';
import { declineLines } from './coverage.ts';
import { renewalLines } from './plan.ts';
import { count, formatBytes } from './units.ts';

/** A plan as a comment for a pull request. */
export function renderPlanMarkdown(plan: Plan): readonly string[] {
  const { coverage } = plan;
  const proof =
    coverage.gaps === 0
      ? `proved, ${coverage.total} cells`
      : `**${count(coverage.gaps, 'gap')}** in ${coverage.total} cells`;
  return [
    `### fmrelease plan: ${plan.target} / ${plan.channel}`,
    '',
    plan.hasChanges
      ? `Revision ${plan.baseRevision ?? 'none'} → ${plan.nextRevision}. Coverage: ${proof}.`
      : `Nothing to do. Coverage: ${proof}.`,
    ...declineLines(coverage).flatMap((line) => ['', line]),
    ...renewalLines(plan),
    ...table(
      ['pack', 'change', 'version', 'build', 'size'],
      plan.changes
        .filter(({ kind }) => kind !== 'keep')
        .map((change) => [
          `\`${change.packId}\``,
          change.kind,
          `${change.fromVersion ?? '–'} → ${change.kind === 'remove' ? '–' : change.version}`,
          `${change.fromBuild ?? '–'} → ${change.build ?? '–'}`,
          formatBytes(change.sizeBytes),
        ]),
    ),
    ...table(
      ['devices', 'system model', 'adapter', 'effect'],
      plan.cellChanges
        .filter((change) => cellEffect(change) !== 'other')
        .map((change) => [
          `${change.platform} ${formatOsRange(change.os)}`,
          change.systemModel ?? '–',
          change.adapter,
          `${cellEffect(change)}: ${change.from?.build ?? '–'} → ${change.to?.build ?? '–'}`,
        ]),
    ),
    ...(plan.leaving.length === 0
      ? []
      : [
          '',
          ...plan.leaving.map(
            ({ packId, platforms }) =>
              `**Warning:** \`${packId}\` leaves the download manifest for ${platforms.join(', ')}: those devices delete it.`,
          ),
        ]),
    ...(plan.blockers.length === 0
      ? []
      : ['', '**Blocked:**', ...plan.blockers.map(({ message, fix }) => `- ${message} ${fix}`)]),
  ];
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0 ? [] : ['', row(head), row(head.map(() => '---')), ...rows.map(row)];

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

import type { AuditReport } from '../audit/run.ts';
import type { HeldOn, UpcomingImpact } from '../audit/upcoming.ts';
import { formatFallback } from '../model/cell.ts';
import { countFindings } from '../model/finding.ts';
import { coverageLine, renderCells } from './coverage.ts';
import { renderCounts, renderFindings } from './findings.ts';
import { renderFleet } from './fleet.ts';
import type { Style } from './style.ts';
import { flowTable } from './table.ts';
import { count } from './units.ts';
import { wrapIndented } from './wrap.ts';

/** How an audit is printed for people. */
export interface AuditLook {
  readonly style: Style;
  /** Columns of the terminal; null does not wrap. */
  readonly width: number | null;
  /** True names every cell of the coverage proof. */
  readonly cells: boolean;
}

/** An audit as lines: what an OS version brings, the proof and the users where asked for, the findings, their counts. */
export function renderAudit(report: AuditReport, { style, width, cells }: AuditLook): readonly string[] {
  const { findings, waived, coverage, fleet, upcoming } = report;
  const above = [
    ...(upcoming === null ? [] : [...renderUpcoming(upcoming, style, width), '']),
    ...(cells ? [style.bold('Coverage'), ...renderCells(coverage.cells, style, width), ''] : []),
    ...(fleet === null
      ? []
      : [...renderFleet(fleet, { title: 'Download of everything that is served', style, width }), '']),
    ...renderFindings(findings, style, width),
  ];
  const ending = [
    ...(findings.length === 0 ? ['Nothing found.'] : ['', renderCounts(countFindings(findings))]),
    ...(waived.length === 0 ? [] : [`${count(waived.length, 'finding')} waived.`]),
    ...report.unusedWaivers.map(
      ({ code, subject }) =>
        `The waiver of ${code}${subject === undefined ? '' : ` for "${subject}"`} covers nothing: remove it from \`audit.waive\`, or correct it.`,
    ),
    coverageOf(coverage),
  ];
  return [...above, ...ending];
}

/** The proof, and how many of its cells get no build on purpose. */
function coverageOf(coverage: AuditReport['coverage']): string {
  const among = (state: 'declined' | 'sunset'): number =>
    coverage.cells.filter((cell) => cell.state === state).length;
  if (coverage.total === 0) return coverageLine(coverage);
  return `${coverageLine(coverage)} ${among('declined')} declined, ${among('sunset')} sunset.`;
}

function renderUpcoming(
  { os, impacts }: NonNullable<AuditReport['upcoming']>,
  style: Style,
  width: number | null,
): readonly string[] {
  const told = impacts.filter(({ effect }) => effect !== 'same');
  const same = impacts.length - told.length;
  return [
    style.bold(`When OS ${os} ships`),
    ...flowTable(
      told.map(({ adapter, platform, effect, now, next }) => [
        effect === 'loses' ? style.red('-') : effect === 'gains' ? style.green('+') : style.yellow('~'),
        platform,
        adapter,
        `${heldText(now)} → ${effect === 'unsupported' ? `OS ${os} is outside \`support\`` : heldText(next)}`,
      ]),
      'LLLL',
      { width, indent: '  ' },
    ),
    ...(same === 0
      ? []
      : wrapIndented(`· ${same} of ${impacts.length} hold what they hold now${restingOn(impacts)}`, width, [
          '  ',
          '    ',
        ])),
  ];
}

/** What holds only if nobody is surprised: the row of that OS version is inferred. */
function restingOn(impacts: readonly UpcomingImpact[]): string {
  const rows = impacts.flatMap(({ effect, next }) =>
    effect === 'same'
      ? (next?.outcomes ?? []).flatMap(({ inferred, systemModel }) =>
          inferred && systemModel !== null ? [systemModel] : [],
        )
      : [],
  );
  return rows.length === 0 ? '' : `, if ${[...new Set(rows)].join(', ')} holds there: nobody has seen it`;
}

function heldText(held: HeldOn | null): string {
  if (held === null) return 'nothing';
  const texts = held.outcomes.map(({ state, build, systemModel, fallback }) => {
    const model = systemModel === null ? '' : ` (${systemModel})`;
    if (build !== null) return `build ${build}${model}`;
    return `${state}${fallback === null ? '' : `, uses ${formatFallback(fallback)}`}${model}`;
  });
  return [...new Set(texts)].join(' or ');
}

import { FINDING_WORDS } from '../audit/finding-words.ts';
import type { AuditReport } from '../audit/run.ts';
import { countFindings, type Finding, SEVERITIES } from '../model/finding.ts';
import type { AuditLook } from './audit.ts';
import { coverageLine, renderCells } from './coverage.ts';
import { renderCounts } from './findings.ts';
import { renderFleet } from './fleet.ts';
import { plainStyle } from './style.ts';
import { count } from './units.ts';

/** An audit as Markdown, for a pull request or a step summary; every cell of the proof where asked for. */
export function renderAuditMarkdown(
  report: AuditReport,
  { cells }: Pick<AuditLook, 'cells'> = { cells: false },
): readonly string[] {
  const { findings, waived, coverage, upcoming, fleet } = report;
  return [
    `### fmrelease audit: ${report.targets.join(', ')} / ${report.channel}, ${report.asOf}`,
    '',
    ...(upcoming === null ? [] : [`What OS ${upcoming.os} brings when it ships.`, '']),
    findings.length === 0 ? 'Nothing found.' : renderCounts(countFindings(findings)),
    '',
    coverageLine(coverage),
    ...(upcoming === null
      ? []
      : table(
          ['adapter', 'platform', 'effect', 'now', 'next'],
          upcoming.impacts.map(({ adapter, platform, effect, now, next }) => [
            code(adapter),
            platform,
            effect,
            statesOf(now),
            statesOf(next),
          ]),
        )),
    ...table(
      ['', 'finding', 'subject', 'what', 'what to do'],
      SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity)).map(
        findingRow,
      ),
    ),
    ...(fleet === null
      ? []
      : [
          '',
          '```text',
          ...renderFleet(fleet, { title: FLEET_TITLE, style: plainStyle, width: MARKDOWN_WIDTH }),
          '```',
        ]),
    ...(cells
      ? ['', '### Coverage', '', '```text', ...renderCells(coverage.cells, plainStyle, null), '```']
      : []),
    ...(waived.length === 0
      ? []
      : [
          '',
          `<details><summary>${count(waived.length, 'finding')} waived</summary>`,
          '',
          ...waived.map(
            ({ code: waivedCode, subject, reason, until }) =>
              `- ${code(waivedCode)} ${escaped(subject)}: ${escaped(reason)}${until === null ? '' : `, until ${until}`}`,
          ),
          '',
          '</details>',
        ]),
  ];
}

/** What is served, fetched by everybody who may. */
const FLEET_TITLE = 'Download of everything that is served';
/** Columns of a code block that GitHub shows without a scroll bar. */
const MARKDOWN_WIDTH = 110;

const findingRow = ({ severity, code: own, subject, message, fix, target }: Finding): readonly string[] => [
  severity,
  `${code(own)}<br>${FINDING_WORDS[own].title}`,
  `${escaped(subject)}${target === undefined ? '' : ` at ${escaped(target)}`}`,
  escaped(message),
  escaped(fix),
];

const statesOf = (held: NonNullable<AuditReport['upcoming']>['impacts'][number]['now']): string =>
  held === null
    ? '–'
    : [
        ...new Set(held.outcomes.map(({ state, build }) => (build === null ? state : `${state} ${build}`))),
      ].join(' or ');

const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``;

/** Text of the user's that Markdown and HTML leave as it is; code spans of ours stay. */
const escaped = (text: string): string =>
  text
    .split('`')
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replaceAll('&', '&amp;')
            .replaceAll('<', '&lt;')
            .replace(/[*_[\]]/g, '\\$&'),
    )
    .join('`');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0 ? [] : ['', row(head), row(head.map(() => '---')), ...rows.map(row)];

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;

import type { SystemModelDocument, ToolkitDocument } from '../generated/matrix.ts';
import type { ImportResult, ProbeResult, RowChange, UndecidedRow } from '../matrix/import-systems.ts';
import { groupBy } from '../model/group-by.ts';
import { shortSignature } from '../model/signature.ts';
import type { Style } from './style.ts';
import { flowTable, type TableLook } from './table.ts';
import { count } from './units.ts';

/** What an import changed, as lines: each row before and after. */
export function renderImport(result: ImportResult, look: TableLook): readonly string[] {
  return [
    ...(isNothing(result) ? ['The matrix has all of it already.'] : differenceLines(result, look)),
    ...undecidedLines(result),
    ...result.files.map((file) => `Wrote ${file}.`),
  ];
}

/** What a probe changed, as lines: what the device carries, each row before and after, who has to decide. */
export function renderProbe(result: ProbeResult, look: TableLook): readonly string[] {
  return [
    `${result.platform} ${result.os} carries ${result.digits}: ${OUTCOMES[result.outcome](result)}`,
    ...(isNothing(result) ? [] : differenceLines(result, look)),
    ...undecidedLines(result),
    ...result.files.map((file) => `Wrote ${file}.`),
  ];
}

const isNothing = ({ changes, osReleases, toolkits }: ImportResult): boolean =>
  changes.length + osReleases.length + toolkits.length === 0;

const OUTCOMES: Readonly<Record<ProbeResult['outcome'], (result: ProbeResult) => string>> = {
  known: ({ systemModel }) => `"${systemModel}" says so, and has this evidence already.`,
  confirmed: ({ systemModel }) => `"${systemModel}" says so, and gains this evidence.`,
  split: ({ systemModel }) => `that is another base model than the catalogue has, now "${systemModel}".`,
  added: ({ systemModel }) => `no system model claimed that OS version, now "${systemModel}" does.`,
};

const differenceLines = (
  { changes, osReleases, toolkits }: ImportResult,
  { style, width }: TableLook,
): readonly string[] => [
  ...flowTable(
    [
      ...changes.flatMap((change) => rowLines(change, style)),
      ...osReleases.map(({ version, platforms, dateIs, date }) => [
        style.green('+'),
        `OS ${version}`,
        platforms.join(', '),
        `${dateIs.replace('-', ' ')} ${date}`,
      ]),
      ...toolkits.flatMap(({ before, after }) => [
        ...(before === null ? [] : [[style.red('-'), ...toolkitCells(before)]]),
        [style.green('+'), ...toolkitCells(after)],
      ]),
    ],
    'LLLLLL',
    { width, indent: '  ' },
  ),
];

const toolkitCells = ({ version, withdrawn, date }: ToolkitDocument): readonly string[] => [
  `toolkit ${version}`,
  withdrawn ? 'withdrawn' : 'current',
  `seen ${date}`,
];

const rowLines = ({ before, after }: RowChange, style: Style): readonly (readonly string[])[] => [
  ...(before === null ? [] : [[style.red('-'), ...rowCells(before)]]),
  [style.green('+'), ...rowCells(after)],
];

const rowCells = ({
  id,
  os,
  baseModelSignature,
  adapterSupport,
  certainty,
  evidence = [],
}: SystemModelDocument): readonly string[] => [
  id,
  Object.entries(os)
    .map(([platform, range]) => `${platform} ${range}`)
    .join(', '),
  baseModelSignature === null
    ? 'no signature'
    : typeof baseModelSignature === 'string'
      ? shortSignature(baseModelSignature)
      : `${baseModelSignature.prefix}…`,
  `${adapterSupport}, ${certainty}`,
  count(evidence.length, 'piece of evidence', 'pieces of evidence'),
];

/** Who has to decide, and the commands that let them go on: one for all rows that wait for the same adapters. */
function undecidedLines({ undecided, undecidedOn }: ImportResult): readonly string[] {
  if (undecided.length === 0) return [];
  const names = undecided.length > 6 ? `${undecided.slice(0, 6).join(', ')}, …` : undecided.join(', ');
  const rows = groupBy(undecidedOn, ({ systemModel, adapters, all }) =>
    JSON.stringify([systemModel === null, all || adapters]),
  );
  return [
    `${count(undecided.length, 'adapter')} ${undecided.length === 1 ? 'has' : 'have'} no decision there now: ${names}.`,
    ...[...rows.values()].map(adviceFor),
  ];
}

function adviceFor(rows: readonly UndecidedRow[]): string {
  const ids = rows.flatMap(({ systemModel }) => systemModel ?? []);
  const [first] = rows;
  if (first === undefined || ids.length === 0)
    return 'Some supported OS versions have no system model any more: import one for them.';
  const who = first.all ? '--all' : first.adapters.join(' ');
  return `Train for it, or: fmrelease adapter decline ${who} ${ids.map((id) => `--system-model ${id}`).join(' ')} --reason <why> --until <day>`;
}

import type { SystemModelDocument } from '../generated/matrix.ts';
import type { ImportResult, ProbeResult, RowChange } from '../matrix/import-systems.ts';
import type { Style } from './style.ts';
import { alignTable } from './table.ts';
import { count } from './units.ts';

/** What an import changed, as lines: each row before and after. */
export function renderImport(result: ImportResult, style: Style): readonly string[] {
  const nothing = result.changes.length === 0 && result.osReleases.length === 0;
  return [
    ...(nothing ? ['The matrix has all of it already.'] : differenceLines(result, style)),
    ...undecidedLines(result),
    ...result.files.map((file) => `Wrote ${file}.`),
  ];
}

/** What a probe changed, as lines: what the device carries, each row before and after, who has to decide. */
export function renderProbe(result: ProbeResult, style: Style): readonly string[] {
  const nothing = result.changes.length === 0 && result.osReleases.length === 0;
  return [
    `${result.platform} ${result.os} carries ${result.digits}: ${OUTCOMES[result.outcome](result)}`,
    ...(nothing ? [] : differenceLines(result, style)),
    ...undecidedLines(result),
    ...result.files.map((file) => `Wrote ${file}.`),
  ];
}

const OUTCOMES: Readonly<Record<ProbeResult['outcome'], (result: ProbeResult) => string>> = {
  known: ({ systemModel }) => `"${systemModel}" says so, and has this evidence already.`,
  confirmed: ({ systemModel }) => `"${systemModel}" says so, and gains this evidence.`,
  split: ({ systemModel }) => `that is another base model than the catalogue has, now "${systemModel}".`,
  added: ({ systemModel }) => `no system model claimed that OS version, now "${systemModel}" does.`,
};

const differenceLines = ({ changes, osReleases }: ImportResult, style: Style): readonly string[] => [
  ...alignTable(
    [
      ...changes.flatMap((change) => rowLines(change, style)),
      ...osReleases.map(({ version, platforms, dateIs, date }) => [
        style.green('+'),
        `OS ${version}`,
        platforms.join(', '),
        `${dateIs.replace('-', ' ')} ${date}`,
      ]),
    ],
    'LLLLLL',
    '  ',
  ),
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
      ? `${baseModelSignature.slice(0, 8)}…`
      : `${baseModelSignature.prefix}…`,
  `${adapterSupport}, ${certainty}`,
  count(evidence.length, 'piece of evidence', 'pieces of evidence'),
];

function undecidedLines({ undecided, changes }: ImportResult): readonly string[] {
  if (undecided.length === 0) return [];
  const fresh = changes.find(({ before }) => before === null)?.id ?? changes[0]?.id ?? '<id>';
  const names = undecided.length > 6 ? `${undecided.slice(0, 6).join(', ')}, …` : undecided.join(', ');
  return [
    `${count(undecided.length, 'adapter')} ${undecided.length === 1 ? 'has' : 'have'} no decision there now: ${names}.`,
    `Train for it, or: fmrelease adapter decline --all --system-model ${fresh} --reason <why> --until <day>`,
  ];
}

import type { DeviceClassCost, FetchedPack, ReleaseCost } from '../fleet/cost.ts';
import type { FleetReport } from '../fleet/report.ts';
import { groupAlike, type HeldShare } from '../fleet/weigh.ts';
import { groupBy } from '../model/group-by.ts';
import { formatOsRange } from '../model/os-range.ts';
import { formatCount, formatShare } from '../model/share.ts';
import type { Style } from './style.ts';
import { flowTable } from './table.ts';
import { formatBytes } from './units.ts';
import { wrapIndented } from './wrap.ts';

/** How a fleet is printed: what its costs are called, and the columns of the terminal (null does not wrap). */
export interface FleetLook {
  readonly title: string;
  readonly style: Style;
  readonly width: number | null;
}

/**
 * What part of the users each state holds and what a release costs, with every summand and factor. Adapters that hold
 * the same are told once.
 */
export function renderFleet(report: FleetReport, { title, style, width }: FleetLook): readonly string[] {
  const counted = report.devices === null ? '' : `, ${formatCount(report.devices)} devices`;
  return [
    style.bold(`Users (${report.source}${counted})`),
    ...(report.states.length === 0
      ? wrapIndented(NOBODY, width, ['  ', '  '])
      : stateLines(report.states, width)),
    '',
    style.bold(title),
    ...(report.cost.classes.length === 0
      ? ['  No device downloads anything.']
      : costLines(report.cost, width)),
  ];
}

const NOBODY = 'It lists no OS version of a platform that these adapters are proved on.';

const stateLines = (states: readonly HeldShare[], width: number | null): readonly string[] =>
  groupAlike(states).flatMap(({ adapters, held }) => [
    ...wrapIndented(adapters.join(', '), width, ['  ', '  ']),
    ...flowTable(held.map(stateRow), 'LLRRL', { width, indent: '    ' }),
  ]);

const stateRow = ({ platform, state, share, devices, terms }: HeldShare): readonly string[] => [
  platform,
  state,
  formatShare(share),
  devices === null ? '' : formatCount(devices),
  terms.length === 0
    ? ''
    : `= ${terms.map(({ os, share: part }) => unbroken(`${os} ${formatShare(part)}`)).join(' + ')}`,
];

function costLines(
  { classes, perDevices, platforms, totalEgressBytes }: ReleaseCost,
  width: number | null,
): readonly string[] {
  const scale = perDevices === null ? '' : ` per ${formatCount(perDevices)} devices of the platform`;
  const wrapped = (text: string): readonly string[] => wrapIndented(text, width, ['  ', '    ']);
  return [
    ...flowTable(classes.map(classRow), 'LLRL', { width, indent: '  ' }),
    ...[...new Set(classes.flatMap(sumOfPacks))].flatMap(wrapped),
    ...platforms.flatMap(({ platform, egressBytes }) => {
      const summands = classes.flatMap((own) =>
        own.platform === platform && own.egressBytes !== null && own.egressBytes > 0
          ? [formatBytes(own.egressBytes)]
          : [],
      );
      return wrapped(`${platform}: ${sumText(summands, formatBytes(egressBytes))}${scale}, at most.`);
    }),
    ...(totalEgressBytes === null
      ? []
      : wrapped(
          `Egress ${sumText(
            platforms.map(({ egressBytes }) => formatBytes(egressBytes)),
            formatBytes(totalEgressBytes),
          )}, at most: every device fetches each of its packs once.`,
        )),
  ];
}

/** `1.0 GB + 2.0 GB = 3.0 GB`; of one summand the sum alone. */
const sumText = (summands: readonly string[], total: string): string =>
  summands.length > 1 ? `${summands.map(unbroken).join(' + ')} = ${unbroken(total)}` : unbroken(total);

const classRow = ({
  platform,
  os,
  systemModel,
  variant,
  bytesPerDevice,
  share,
  devices,
  egressBytes,
}: DeviceClassCost): readonly string[] => [
  `${platform} ${formatOsRange(os)}`,
  `${systemModel ?? '(no system model)'}${variant === null ? '' : ` (${variant})`}`,
  formatBytes(bytesPerDevice),
  egressBytes === null || devices === null || share === null
    ? 'per device'
    : `per device × ${unbroken(`${formatCount(devices)} devices`)} (${unbroken(formatShare(share))}) ${unbroken(`= ${formatBytes(egressBytes)}`)}`,
];

/** `489.6 kB = 22 × 20.6 kB + 3 × 12.1 kB`: packs that are shown with one size are one summand. None for one pack. */
function sumOfPacks({ packs, bytesPerDevice }: DeviceClassCost): readonly string[] {
  if (packs.length < 2) return [];
  const summands = [...groupBy(packs, sizeText)].map(([size, own]) =>
    unbroken(own.length === 1 ? size : `${own.length} × ${size}`),
  );
  return [`${unbroken(formatBytes(bytesPerDevice))} = ${summands.join(' + ')} (${packs.length} packs)`];
}

const sizeText = ({ sizeBytes }: FetchedPack): string => formatBytes(sizeBytes);

/** Keeps a value with its unit when lines are broken; tables and paragraphs print the blanks as blanks. */
const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0');

import type { DeviceClassCost, ReleaseCost } from '../fleet/cost.ts';
import type { FleetReport } from '../fleet/report.ts';
import type { HeldShare } from '../fleet/weigh.ts';
import { formatOsRange } from '../model/os-range.ts';
import type { Style } from './style.ts';
import { alignTable } from './table.ts';
import { formatBytes } from './units.ts';

/** What part of the users each state holds and what a release costs, with every summand and factor. */
export function renderFleet(report: FleetReport, title: string, style: Style): readonly string[] {
  const counted = report.devices === null ? '' : `, ${formatCount(report.devices)} devices`;
  return [
    style.bold(`Users (${report.source}${counted})`),
    ...alignTable(report.states.map(stateRow), 'LLLRLR', '  '),
    '',
    style.bold(title),
    ...(report.cost.classes.length === 0 ? ['  No device downloads anything.'] : costLines(report.cost)),
  ];
}

const stateRow = ({ adapter, platform, state, share, devices, terms }: HeldShare): readonly string[] => [
  adapter,
  platform,
  state,
  percent(share),
  terms.length === 0 ? '' : `= ${terms.map(({ os, share: part }) => `${os} ${percent(part)}`).join(' + ')}`,
  devices === null ? '' : formatCount(devices),
];

function costLines({ classes, perDevices, platforms, totalEgressBytes }: ReleaseCost): readonly string[] {
  const scale = perDevices === null ? '' : ` per ${formatCount(perDevices)} devices of the platform`;
  return [
    ...alignTable(classes.map(classRow), 'LLRLL', '  '),
    ...platforms.map(
      ({ platform, egressBytes }) => `  ${platform}: ${formatBytes(egressBytes)}${scale}, at most.`,
    ),
    ...(totalEgressBytes === null
      ? []
      : [
          `  Egress ${platforms.map(({ egressBytes }) => formatBytes(egressBytes)).join(' + ')} = ${formatBytes(totalEgressBytes)}, at most: every device fetches each of its packs once.`,
        ]),
  ];
}

function classRow({
  platform,
  os,
  systemModel,
  variant,
  packs,
  bytesPerDevice,
  share,
  devices,
  egressBytes,
}: DeviceClassCost): readonly string[] {
  const sum =
    packs.length === 1 ? '' : ` = ${packs.map(({ sizeBytes }) => formatBytes(sizeBytes)).join(' + ')}`;
  return [
    `${platform} ${formatOsRange(os)}`,
    `${systemModel ?? '(no system model)'}${variant === null ? '' : ` (${variant})`}`,
    formatBytes(bytesPerDevice),
    `per device${packs.length > 4 ? ` (${packs.length} packs)` : sum}`,
    egressBytes === null || devices === null || share === null
      ? ''
      : `× ${formatCount(devices)} devices (${percent(share)}) = ${formatBytes(egressBytes)}`,
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** `1,240,000`. */
export const formatCount = (number: number): string =>
  String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ',');

import type { Cell } from '../model/cell.ts';
import type { Fleet } from '../model/fleet.ts';
import type { OsRangeText } from '../model/os-range.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import { rangeOf, weighRange } from './weigh.ts';

/** A pack that devices fetch, and its size. */
export interface FetchedPack {
  readonly id: string;
  readonly sizeBytes: number;
}

/** What one kind of device downloads, and what all of them together do. */
export interface DeviceClassCost {
  readonly platform: Platform;
  readonly os: OsRangeText;
  readonly systemModel: string | null;
  readonly variant: string | null;
  readonly packs: readonly FetchedPack[];
  /** The sum of the packs: what one device fetches at most. */
  readonly bytesPerDevice: number;
  /**
   * The part of the platform's users; null without a fleet or where it leaves the platform out, and where another
   * system model of the same OS versions is counted instead.
   */
  readonly share: number | null;
  /** Devices of this class: counted, or of {@link PER_DEVICES} of the platform where only shares are known. */
  readonly devices: number | null;
  /** `devices` times `bytesPerDevice`. */
  readonly egressBytes: number | null;
}

/** What a release costs when every device that may fetch a pack does, once: the most that it can be. */
export interface ReleaseCost {
  readonly classes: readonly DeviceClassCost[];
  /** Devices that each platform's egress is counted for; null: as many as the fleet counts. */
  readonly perDevices: number | null;
  /** The platforms that the fleet lists, of those with a class. */
  readonly platforms: readonly { readonly platform: Platform; readonly egressBytes: number }[];
  /** These platforms together; null where the fleet lists none of them, or shares only, which do not compare. */
  readonly totalEgressBytes: number | null;
}

/**
 * Sums up what devices download: `fetched` says which packs a cell's device has to fetch (null: none). Classes in the
 * order of the cells; those that fetch nothing are left out. Where system models share an OS version (variants, or rows
 * that overlap by mistake), its users are counted with the one that fetches most. Pure.
 */
export function costOf(
  cells: readonly Cell[],
  fetched: (cell: Cell) => FetchedPack | null,
  fleet: Fleet | null,
): ReleaseCost {
  const classes = groupClasses(cells, fetched)
    .filter(({ packs }) => packs.length > 0)
    .map((own) => ({ ...own, bytesPerDevice: own.packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }));
  const perDevices = fleet === null || fleet.devices !== null ? null : PER_DEVICES;
  const listed = new Set(fleet?.rows.map(({ platform }) => platform));
  const weighed = classes.map((own): DeviceClassCost => {
    const counted = fleet !== null && listed.has(own.platform) && isCounted(own, classes);
    if (!counted) return { ...own, share: null, devices: null, egressBytes: null };
    const { share, devices: found } = weighRange(fleet, own.platform, rangeOf(own));
    const devices = perDevices === null ? (found ?? 0) : Math.round(share * perDevices);
    return { ...own, share, devices, egressBytes: devices * own.bytesPerDevice };
  });
  const platforms = PLATFORMS.flatMap((platform) => {
    const own = weighed.filter((one) => one.platform === platform);
    return own.length === 0 || !listed.has(platform) ? [] : [{ platform, egressBytes: sumEgress(own) }];
  });
  return {
    classes: weighed,
    perDevices,
    platforms,
    totalEgressBytes:
      fleet === null || perDevices !== null || (classes.length > 0 && platforms.length === 0)
        ? null
        : sumEgress(weighed),
  };
}

/** Devices of a platform that egress is counted for where a fleet has shares only. */
export const PER_DEVICES = 1_000_000;

type DeviceClass = Pick<DeviceClassCost, 'platform' | 'os' | 'systemModel' | 'variant' | 'packs'>;

function groupClasses(
  cells: readonly Cell[],
  fetched: (cell: Cell) => FetchedPack | null,
): readonly DeviceClass[] {
  const classes = new Map<string, DeviceClass & { packs: FetchedPack[] }>();
  for (const cell of cells) {
    const { platform, os, systemModel, variant } = cell;
    const key = JSON.stringify([platform, os.from, os.below, systemModel, variant]);
    const own = classes.get(key) ?? { platform, os, systemModel, variant, packs: [] };
    classes.set(key, own);
    const pack = fetched(cell);
    if (pack !== null && !own.packs.some(({ id }) => id === pack.id)) own.packs.push(pack);
  }
  return [...classes.values()];
}

/** Of the system models of one OS version the one that fetches most stands for its users. */
function isCounted(
  own: DeviceClass & { readonly bytesPerDevice: number },
  classes: readonly (DeviceClass & { readonly bytesPerDevice: number })[],
): boolean {
  const rivals = classes.filter(
    ({ platform, os }) => platform === own.platform && os.from === own.os.from && os.below === own.os.below,
  );
  const most = Math.max(...rivals.map(({ bytesPerDevice }) => bytesPerDevice));
  return rivals.find(({ bytesPerDevice }) => bytesPerDevice === most) === own;
}

const sumEgress = (classes: readonly DeviceClassCost[]): number =>
  classes.reduce((sum, { egressBytes }) => sum + (egressBytes ?? 0), 0);

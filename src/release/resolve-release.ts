import { ReleaseError } from '../errors.ts';
import type { Device, ResolutionState } from '../matrix/resolve.ts';
import type { Cell } from '../model/cell.ts';
import { rangeContains } from '../model/os-range.ts';
import { formatOsVersion, parseOsVersion } from '../model/os-version.ts';
import { carriesSignature } from '../model/signature.ts';

/** A pack as log entries and manifests both have it. */
export interface ResolvablePack {
  readonly id: string;
  readonly adapter: string;
  readonly build: string;
  readonly baseModelSignature: string | null;
}

/** What a published release gives one device of one adapter. */
export interface PublishedResolution<Pack extends ResolvablePack> {
  readonly state: ResolutionState;
  readonly cells: readonly Cell[];
  readonly pack: Pack | null;
  readonly trail: readonly string[];
}

/**
 * Resolves one adapter for one device from a release alone: its cells and packs, as an app can. The signature, where
 * it is known, decides over the OS number.
 *
 * @throws ReleaseError `RESOLUTION_AMBIGUOUS` when several cells remain with different outcomes
 */
export function resolveRelease<Pack extends ResolvablePack>(
  release: { readonly cells: readonly Cell[]; readonly packs: readonly Pack[] },
  adapter: string,
  device: Device,
): PublishedResolution<Pack> {
  const own = release.cells.filter((cell) => cell.adapter === adapter);
  const onOs = own.filter((cell) => cell.platform === device.platform && contains(cell, device));
  const name = `${device.platform} ${formatOsVersion(device.os)}`;
  const [any] = onOs;
  if (any?.state === 'not-offered')
    return {
      state: 'not-offered',
      cells: [],
      pack: null,
      trail: [`"${adapter}" is not offered on ${device.platform}.`],
    };
  const claimed = onOs.filter(({ systemModel }) => systemModel !== null);
  if (claimed.length === 0)
    return {
      state: 'unknown-os',
      cells: [],
      pack: null,
      trail: [`No system model of the release claims ${name}.`],
    };
  const trail = [`The release has ${claimed.map(describe).join('; ')} for ${name}.`];
  const kept = claimed.filter((cell) => fitsVariant(cell, device));
  const decided = keepSignature(kept, own, { device, trail });
  const [first] = decided;
  if (first === undefined) return { state: 'unknown-signature', cells: [], pack: null, trail };
  if (decided.some((cell) => outcome(cell) !== outcome(first))) {
    throw new ReleaseError(
      'RESOLUTION_AMBIGUOUS',
      `"${adapter}" on ${name} depends on the system model: ${decided.map(describe).join('; ')}.`,
      { fix: 'Pass --variant or --signature.' },
    );
  }
  return {
    state: first.state,
    cells: decided,
    pack: release.packs.find(({ id }) => id === first.pack) ?? null,
    trail,
  };
}

interface Search {
  readonly device: Device;
  readonly trail: string[];
}

/** The cells whose system model carries the device's signature: those of its OS, else those of any OS version. */
function keepSignature(
  kept: readonly Cell[],
  own: readonly Cell[],
  { device, trail }: Search,
): readonly Cell[] {
  const { signature } = device;
  if (signature === undefined) return kept;
  const carrying = own.filter(
    (cell) => cell.baseModelSignature !== null && carriesSignature(cell.baseModelSignature, signature),
  );
  if (carrying.length === 0) {
    trail.push(`No system model of the release carries the signature ${signature}; no build is guessed.`);
    return [];
  }
  const here = kept.filter((cell) => carrying.includes(cell));
  if (here.length > 0) return here;
  trail.push(
    `The signature ${signature} is carried elsewhere in the release: it decides, not the OS number.`,
  );
  const samePlatform = carrying.filter((cell) => cell.platform === device.platform);
  return (samePlatform.length > 0 ? samePlatform : carrying).filter((cell) => fitsVariant(cell, device));
}

const fitsVariant = ({ variant }: Cell, device: Device): boolean =>
  device.variant === undefined || variant === null || variant === device.variant;

const contains = ({ os }: Cell, device: Device): boolean =>
  rangeContains(
    { from: parseOsVersion(os.from), below: os.below === null ? null : parseOsVersion(os.below) },
    device.os,
  );

const describe = (cell: Cell): string =>
  `${cell.systemModel ?? 'no system model'}: ${cell.state}${cell.pack === null ? '' : ` ${cell.pack}`}`;

const outcome = (cell: Cell): string => JSON.stringify([cell.state, cell.pack, cell.fallback]);

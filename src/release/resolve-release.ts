import { ReleaseError } from '../errors.ts';
import type { Device, ResolutionState } from '../matrix/resolve.ts';
import type { Cell } from '../model/cell.ts';
import { rangeContains } from '../model/os-range.ts';
import { formatOsVersion, parseOsVersion } from '../model/os-version.ts';

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
  const onPlatform = own.filter(({ platform }) => platform === device.platform);
  const onOs = onPlatform.filter((cell) => contains(cell, device));
  const name = `${device.platform} ${formatOsVersion(device.os)}`;
  if (onOs.length === 0)
    return {
      state: 'unknown-os',
      cells: [],
      pack: null,
      trail: [`No cell of "${adapter}" in the release claims ${name}.`],
    };
  const trail = [`The release has ${onOs.map(describe).join('; ')} for ${name}.`];
  const kept = onOs.filter(
    ({ variant }) => device.variant === undefined || variant === null || variant === device.variant,
  );
  const decided =
    device.signature === undefined
      ? kept
      : bySignature(release.packs, { own, kept, signature: device.signature }, trail);
  const [first] = decided;
  if (first === undefined)
    return {
      state: device.signature === undefined ? 'unknown-os' : 'unknown-signature',
      cells: [],
      pack: null,
      trail,
    };
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

interface SignatureSearch {
  readonly own: readonly Cell[];
  readonly kept: readonly Cell[];
  readonly signature: string;
}

function bySignature(
  packs: readonly ResolvablePack[],
  { own, kept, signature }: SignatureSearch,
  trail: string[],
): readonly Cell[] {
  const carries = (cell: Cell): boolean =>
    packs.some(
      ({ id, baseModelSignature }) => id === cell.pack && baseModelSignature?.startsWith(signature) === true,
    );
  const here = kept.filter(carries);
  if (here.length > 0) return here;
  const elsewhere = own.filter(carries).slice(0, 1);
  trail.push(
    elsewhere.length > 0
      ? `The signature ${signature} is served in other cells: it decides, not the OS number.`
      : `No pack of the release carries the signature ${signature}.`,
  );
  return elsewhere;
}

const contains = ({ os }: Cell, device: Device): boolean =>
  rangeContains(
    { from: parseOsVersion(os.from), below: os.below === null ? null : parseOsVersion(os.below) },
    device.os,
  );

const describe = (cell: Cell): string =>
  `${cell.systemModel ?? 'no system model'}: ${cell.state}${cell.pack === null ? '' : ` ${cell.pack}`}`;

const outcome = (cell: Cell): string => JSON.stringify([cell.state, cell.pack, cell.fallback]);

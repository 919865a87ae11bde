import { ReleaseError } from '../errors.ts';
import { type CellState, type Fallback, formatFallback } from '../model/cell.ts';
import type { Adapter, Build } from '../model/matrix.ts';
import { rangeContains } from '../model/os-range.ts';
import { formatOsVersion, type OsVersion } from '../model/os-version.ts';
import type { Platform } from '../model/platform.ts';
import { carriesSignature } from '../model/signature.ts';
import type { SystemModel } from '../model/system-model.ts';
import { type Decision, decide, packIdOf } from './decide.ts';

/** A device, as far as it is known. */
export interface Device {
  readonly platform: Platform;
  readonly os: OsVersion;
  readonly signature?: string | undefined;
  readonly variant?: string | undefined;
}

/** What a resolution can come to. */
export type ResolutionState = CellState | 'unknown-os' | 'unknown-signature';

/** What one device gets of one adapter. `trail` lists, in order, every decision and why the other rows lost. */
export interface Resolution {
  readonly state: ResolutionState;
  readonly systemModel: SystemModel | null;
  readonly build: Build | null;
  readonly packId: string | null;
  readonly fallback: Fallback | null;
  readonly candidates: readonly SystemModel[];
  readonly trail: readonly string[];
}

/**
 * Resolves one adapter for one device, exactly as design §3.4 orders the steps. Pure; reads nothing.
 *
 * @throws ReleaseError `RESOLUTION_AMBIGUOUS` when several system models remain and they get different things,
 *   or `USAGE` when the variant exists on no system model of that OS version
 */
export function resolve(adapter: Adapter, systemModels: readonly SystemModel[], device: Device): Resolution {
  const trail: string[] = [];
  if (!adapter.platforms.includes(device.platform)) {
    trail.push(`"${adapter.name}" is offered on ${adapter.platforms.join(', ')}, not on ${device.platform}.`);
    return nothing('not-offered', trail);
  }
  const onOs = systemModels.filter((row) => runsOn(row, device));
  if (onOs.length === 0) {
    trail.push(`No system model of the catalogue claims ${deviceName(device)}.`);
    return nothing('unknown-os', trail);
  }
  trail.push(`${deviceName(device)} carries ${idsOf(onOs)}.`);
  const rows = keepSignature(keepVariant(onOs, device, trail), systemModels, device, trail);
  if (rows.length === 0) return nothing('unknown-signature', trail);
  return decideAmong(adapter, rows, device, trail);
}

function keepVariant(rows: readonly SystemModel[], device: Device, trail: string[]): readonly SystemModel[] {
  const { variant } = device;
  if (variant === undefined) return rows;
  const kept = rows.filter((row) => row.variant === null || row.variant === variant);
  if (kept.length === 0) {
    const known = rows.map((row) => row.variant).join(', ');
    throw new ReleaseError('USAGE', `No system model of ${deviceName(device)} has the variant "${variant}": expected one of ${known}.`, {
      fix: 'Pass one of these to --variant.',
    });
  }
  for (const row of rows) if (!kept.includes(row)) trail.push(`${row.id} lost: its variant is ${row.variant}, not ${variant}.`);
  return kept;
}

function keepSignature(
  rows: readonly SystemModel[],
  all: readonly SystemModel[],
  device: Device,
  trail: string[],
): readonly SystemModel[] {
  const { signature } = device;
  if (signature === undefined) return rows;
  const carrying = all.filter((row) => row.signature !== null && carriesSignature(row.signature.digits, signature));
  if (carrying.length === 0) {
    trail.push(`No system model of the catalogue carries the signature ${signature}; fmrelease never guesses a build.`);
    return [];
  }
  const kept = rows.filter((row) => carrying.includes(row));
  for (const row of rows) if (!kept.includes(row)) trail.push(`${row.id} lost: it does not carry the signature ${signature}.`);
  if (kept.length > 0) return kept;
  trail.push(`${idsOf(carrying)} carry ${signature}, though not for ${deviceName(device)}: the signature decides, not the OS number.`);
  const samePlatform = carrying.filter((row) => row.os[device.platform] !== undefined);
  return samePlatform.length > 0 ? samePlatform : carrying;
}

function decideAmong(adapter: Adapter, rows: readonly SystemModel[], device: Device, trail: string[]): Resolution {
  const decisions = rows.map((row) => ({ row, decision: decide(adapter, row) }));
  for (const { row, decision } of decisions) trail.push(`${row.id}: ${explain(decision)}`);
  const [first, ...others] = decisions;
  if (first === undefined) return nothing('unknown-os', trail);
  if (others.some(({ decision }) => outcomeKey(decision) !== outcomeKey(first.decision))) {
    throw ambiguous(adapter, rows, device, trail);
  }
  const { decision } = first;
  const build = decision.state === 'covered' ? decision.build : null;
  return {
    state: decision.state,
    systemModel: others.length === 0 ? first.row : null,
    build,
    packId: build === null ? null : packIdOf(adapter, build),
    fallback: 'fallback' in decision ? decision.fallback : null,
    candidates: others.length === 0 ? [] : rows,
    trail,
  };
}

function ambiguous(adapter: Adapter, rows: readonly SystemModel[], device: Device, trail: readonly string[]): ReleaseError {
  const variants = rows.flatMap((row) => (row.variant === null ? [] : [row.variant]));
  return new ReleaseError('RESOLUTION_AMBIGUOUS', `"${adapter.name}" on ${deviceName(device)} depends on the system model: ${idsOf(rows)} get different things.`, {
    fix: variants.length > 0 ? `Pass --variant with one of ${[...new Set(variants)].join(', ')}.` : 'Pass --signature with what the device reports.',
    details: trail,
  });
}

function explain(decision: Decision): string {
  switch (decision.state) {
    case 'covered':
      return `serves build ${decision.build.version}.`;
    case 'declined':
      return `declined on purpose${because(decision)}; devices use ${formatFallback(decision.fallback)}.`;
    case 'sunset':
      return `can never load an adapter${because(decision)}; devices use ${formatFallback(decision.fallback)}.`;
    case 'gap':
      return `gap, ${decision.why}.`;
  }
}

const because = ({ reason, until }: { readonly reason: string | null; readonly until: string | null }): string =>
  `${reason === null ? '' : ` (${reason})`}${until === null ? '' : ` until ${until}`}`;

const outcomeKey = (decision: Decision): string =>
  decision.state === 'covered'
    ? `covered ${decision.build.baseModelSignature ?? ''} ${decision.build.version}`
    : `${decision.state} ${'fallback' in decision ? JSON.stringify(decision.fallback) : ''}`;

const runsOn = (row: SystemModel, { platform, os }: Device): boolean => {
  const range = row.os[platform];
  return range !== undefined && rangeContains(range, os);
};

const nothing = (state: ResolutionState, trail: readonly string[]): Resolution => ({
  state, systemModel: null, build: null, packId: null, fallback: null, candidates: [], trail,
});

const idsOf = (rows: readonly SystemModel[]): string => rows.map(({ id }) => id).join(' and ');

const deviceName = ({ platform, os }: Device): string => `${platform} ${formatOsVersion(os)}`;

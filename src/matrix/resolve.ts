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

/** What one device gets of one adapter. */
export interface Resolution {
  readonly state: ResolutionState;
  readonly systemModel: SystemModel | null;
  readonly build: Build | null;
  readonly packId: string | null;
  readonly fallback: Fallback | null;
  readonly candidates: readonly SystemModel[];
}

/**
 * Resolves one adapter for one device, exactly as design §3.4 orders the steps. Pure; reads nothing.
 *
 * @throws ReleaseError `RESOLUTION_AMBIGUOUS` when several system models remain and they get different things,
 *   or `USAGE` when the variant exists on no system model of that OS version
 */
export function resolve(adapter: Adapter, systemModels: readonly SystemModel[], device: Device): Resolution {
  const query: Query = { adapter, systemModels, device };
  const outcome = settle(query);
  if ('undecided' in outcome) throw ambiguous(outcome.undecided, query);
  return outcome;
}

/** Tells, in order, every decision of {@link resolve} and why the other rows lost: the same steps, with their reasons. */
export function explainResolution(
  adapter: Adapter,
  systemModels: readonly SystemModel[],
  device: Device,
): readonly string[] {
  const trail: string[] = [];
  settle({ adapter, systemModels, device, trail });
  return trail;
}

/** What is asked, and the trail that the steps write to when somebody wants to read it. */
interface Query {
  readonly adapter: Adapter;
  readonly systemModels: readonly SystemModel[];
  readonly device: Device;
  readonly trail?: string[];
}

function settle(query: Query): Resolution | { readonly undecided: readonly SystemModel[] } {
  const { adapter, systemModels, device, trail } = query;
  if (!adapter.platforms.includes(device.platform)) {
    trail?.push(
      `"${adapter.name}" is offered on ${adapter.platforms.join(', ')}, not on ${device.platform}.`,
    );
    return nothing('not-offered');
  }
  const onOs = systemModels.filter((row) => runsOn(row, device));
  if (onOs.length === 0) {
    trail?.push(`No system model of the catalogue claims ${deviceName(device)}.`);
    return nothing('unknown-os');
  }
  trail?.push(`${deviceName(device)} carries ${idsOf(onOs)}.`);
  const rows = keepSignature(keepVariant(onOs, query), query);
  return rows.length === 0 ? nothing('unknown-signature') : decideAmong(rows, query);
}

function keepVariant(rows: readonly SystemModel[], { device, trail }: Query): readonly SystemModel[] {
  const { variant } = device;
  if (variant === undefined) return rows;
  const kept = rows.filter((row) => suitsVariant(row, device));
  if (kept.length === 0) {
    const known = rows.map((row) => row.variant).join(', ');
    throw new ReleaseError(
      'USAGE',
      `No system model of ${deviceName(device)} has the variant "${variant}": expected one of ${known}.`,
      {
        fix: 'Pass one of these to --variant.',
      },
    );
  }
  trail?.push(
    ...without(rows, kept).map((row) => `${row.id} lost: its variant is ${row.variant}, not ${variant}.`),
  );
  return kept;
}

function keepSignature(
  rows: readonly SystemModel[],
  { systemModels, device, trail }: Query,
): readonly SystemModel[] {
  const { signature } = device;
  if (signature === undefined) return rows;
  const carrying = systemModels.filter(
    (row) => row.signature !== null && carriesSignature(row.signature.digits, signature),
  );
  if (carrying.length === 0) {
    trail?.push(
      `No system model of the catalogue carries the signature ${signature}; fmrelease never guesses a build.`,
    );
    return [];
  }
  const kept = rows.filter((row) => carrying.includes(row));
  trail?.push(
    ...without(rows, kept).map((row) => `${row.id} lost: it does not carry the signature ${signature}.`),
  );
  if (kept.length > 0) return kept;
  trail?.push(
    `${idsOf(carrying)} ${carrying.length === 1 ? 'carries' : 'carry'} ${signature}, though not for ${deviceName(device)}: the signature decides, not the OS number.`,
  );
  const nearer = narrow(carrying, (row) => row.os[device.platform] !== undefined);
  return narrow(nearer, (row) => suitsVariant(row, device));
}

function decideAmong(
  rows: readonly SystemModel[],
  { adapter, device, trail }: Query,
): ReturnType<typeof settle> {
  const decisions = rows.map((row) => ({ row, decision: decide(adapter, row) }));
  trail?.push(...decisions.map(({ row, decision }) => `${row.id}: ${explain(decision)}`));
  const [first, ...others] = decisions;
  if (first === undefined) return nothing('unknown-os');
  if (others.some(({ decision }) => outcomeKey(decision) !== outcomeKey(first.decision)))
    return { undecided: rows };
  const { decision } = first;
  const build = decision.state === 'covered' ? decision.build : null;
  if (build !== null && !loadsOn(build, device)) {
    trail?.push(
      `Build ${build.version} lost: it is for ${build.baseModelSignature}, and the device reports ${device.signature}.`,
    );
    return nothing('unknown-signature');
  }
  return {
    state: decision.state,
    systemModel: others.length === 0 ? first.row : null,
    build,
    packId: build === null ? null : packIdOf(adapter, build),
    fallback: 'fallback' in decision ? decision.fallback : null,
    candidates: others.length === 0 ? [] : rows,
  };
}

function ambiguous(rows: readonly SystemModel[], query: Query): ReleaseError {
  const { adapter, device } = query;
  const variants = rows.flatMap((row) => (row.variant === null ? [] : [row.variant]));
  return new ReleaseError(
    'RESOLUTION_AMBIGUOUS',
    `"${adapter.name}" on ${deviceName(device)} depends on the system model: ${idsOf(rows)} get different things.`,
    {
      fix:
        variants.length > 0
          ? `Pass --variant with one of ${[...new Set(variants)].join(', ')}.`
          : device.signature === undefined
            ? 'Pass --signature with what the device reports.'
            : 'Pass the OS version that the device runs, or decide the same for these system models.',
      details: explainResolution(adapter, query.systemModels, device),
    },
  );
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

const because = ({
  reason,
  until,
}: {
  readonly reason: string | null;
  readonly until: string | null;
}): string => `${reason === null ? '' : ` (${reason})`}${until === null ? '' : ` until ${until}`}`;

const outcomeKey = (decision: Decision): string =>
  decision.state === 'covered'
    ? `covered ${decision.build.baseModelSignature ?? ''} ${decision.build.version}`
    : `${decision.state} ${'fallback' in decision ? JSON.stringify(decision.fallback) : ''}`;

const runsOn = (row: SystemModel, { platform, os }: Device): boolean => {
  const range = row.os[platform];
  return range !== undefined && rangeContains(range, os);
};

/** A row that knows only the first digits may be narrowed by a build whose other digits are not the device's. */
const loadsOn = ({ baseModelSignature }: Build, { signature }: Device): boolean =>
  signature === undefined || baseModelSignature === null || carriesSignature(baseModelSignature, signature);

const suitsVariant = (row: SystemModel, { variant }: Device): boolean =>
  variant === undefined || row.variant === null || row.variant === variant;

/** The rows that pass the test, or all of them when none does. */
const narrow = (
  rows: readonly SystemModel[],
  test: (row: SystemModel) => boolean,
): readonly SystemModel[] => {
  const kept = rows.filter(test);
  return kept.length > 0 ? kept : rows;
};

const without = (rows: readonly SystemModel[], kept: readonly SystemModel[]): readonly SystemModel[] =>
  rows.filter((row) => !kept.includes(row));

const nothing = (state: ResolutionState): Resolution => ({
  state,
  systemModel: null,
  build: null,
  packId: null,
  fallback: null,
  candidates: [],
});

const idsOf = (rows: readonly SystemModel[]): string => rows.map(({ id }) => id).join(' and ');

const deviceName = ({ platform, os }: Device): string => `${platform} ${formatOsVersion(os)}`;

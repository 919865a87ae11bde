import type { AuditFindings, WaivedFinding } from '../audit/audit.ts';
import { reportOfStates, sizesOf } from '../audit/run.ts';
import type { AuditedStates, AuditState } from '../audit/state.ts';
import { ReleaseError } from '../errors.ts';
import { costOf, type ReleaseCost } from '../fleet/cost.ts';
import type { FleetReport } from '../fleet/report.ts';
import { packIdOf } from '../matrix/decide.ts';
import { requireSoundMatrix } from '../matrix/load.ts';
import type { Cell } from '../model/cell.ts';
import type { Severity } from '../model/finding.ts';
import { countFindings } from '../model/finding.ts';
import type { Adapter, Build } from '../model/matrix.ts';
import { formatOsRange, toOsRangeText } from '../model/os-range.ts';
import { compareOsVersions, formatOsVersion } from '../model/os-version.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import { packUrl } from '../release/projection.ts';
import type { AnswerablePack, PublishedRelease } from '../resolve/answer-release.ts';
import type { TargetNotLookedAt } from '../session.ts';
import { type FindingGroup, groupFindings } from './group-findings.ts';
import { type MatrixTable, matrixTable } from './matrix-table.ts';
import { type PlatformReach, reachOf } from './reach.ts';
import { type ReleaseFacts, releaseFacts } from './releases.ts';
import type { SimulatedChannel, Simulation } from './simulation.ts';

/** Everything that a report says, before any of it is markup. */
export interface ReportFacts {
  readonly project: string;
  /** The targets whose channel it is about, at least one; what each one serves. */
  readonly channels: readonly ChannelFacts[];
  /** Targets of the config that nothing could be read of, and why. */
  readonly notLookedAt: readonly TargetNotLookedAt[];
  readonly channel: string;
  /** The day that the findings are for. */
  readonly day: string;
  readonly toolVersion: string;
  /** The adapters that it is limited to; empty for all. */
  readonly only: readonly string[];
  readonly support: readonly { readonly platform: Platform; readonly os: string }[];
  readonly matrix: MatrixTable;
  readonly reach: readonly PlatformReach[];
  /** Null where nobody told which OS versions the users have. */
  readonly users: UserFacts | null;
  /** What devices download of everything that the first target serves. */
  readonly cost: ReleaseCost;
  readonly findings: readonly FindingGroup[];
  /** What the config waives, worst first, and its waivers that cover nothing. */
  readonly waived: readonly WaivedFinding[];
  readonly unusedWaivers: AuditFindings['unusedWaivers'];
  readonly counts: Readonly<Record<Severity, number>>;
  readonly simulation: Simulation;
  /** OS versions that are known to be out, oldest first: what a device is picked from. */
  readonly osReleases: readonly { readonly version: string; readonly platforms: readonly Platform[] }[];
}

/** The channel at one target: its releases, newest first. */
export interface ChannelFacts {
  readonly target: string;
  readonly releases: readonly ReleaseFacts[];
}

/** Which OS versions the users have, and what each state holds of them. */
export type UserFacts = Pick<FleetReport, 'source' | 'devices' | 'states'>;

/** What the audited states do not tell about where they were read. */
export interface ReportOrigin {
  readonly project: string;
  readonly toolVersion: string;
  readonly notLookedAt: readonly TargetNotLookedAt[];
}

/** Tells a report from the audited states of one channel at one or several targets. Pure. */
export function reportFacts(states: AuditedStates, origin: ReportOrigin): ReportFacts {
  const [state] = states;
  const { fleet, intent } = state;
  const found = reportOfStates(states, null);
  return {
    ...origin,
    channels: states.map(({ channel }) => ({
      target: channel.target,
      releases: releaseFacts(channel.slots.map(({ entry }) => entry)),
    })),
    channel: state.channel.name,
    day: found.asOf,
    only: state.only,
    support: PLATFORMS.flatMap((platform) => {
      const range = state.config.support[platform];
      return range === undefined ? [] : [{ platform, os: formatOsRange(toOsRangeText(range)) }];
    }),
    matrix: matrixTable(state.cells),
    reach: reachOf(state.cells, fleet),
    users: found.fleet,
    cost: found.fleet?.cost ?? costWithoutFleet(found.coverage.cells, state),
    findings: groupFindings(found.findings),
    waived: found.waived,
    unusedWaivers: found.unusedWaivers,
    counts: countFindings(found.findings),
    simulation: toSimulation(states),
    osReleases: [...intent.catalogue.osReleases]
      .sort((one, other) => compareOsVersions(one.version, other.version))
      .map(({ version, platforms }) => ({ version: formatOsVersion(version), platforms })),
  };
}

function costWithoutFleet(cells: readonly Cell[], state: AuditState): ReleaseCost {
  const sizes = sizesOf(state);
  return costOf(
    cells,
    ({ pack }) => (pack === null ? null : { id: pack, sizeBytes: sizes.get(pack) ?? 0 }),
    null,
  );
}

function toSimulation(states: AuditedStates): Simulation {
  const [{ intent, adapters }] = states;
  return {
    adapters,
    systemModels: intent.catalogue.systemModels,
    channels: states.map(({ channel }) => toSimulatedChannel(channel, adapters)),
    unsound: unsoundAdapters(intent, adapters),
  };
}

function toSimulatedChannel(
  { name, target, publicUrl, head }: AuditState['channel'],
  adapters: readonly Adapter[],
): SimulatedChannel {
  const packs = (head?.entry.packs ?? []).map((pack) => ({ ...pack, url: packUrl(pack, publicUrl) }));
  const byBuild = new Map(packs.map((pack) => [`${pack.id} ${pack.buildDigest}`, pack]));
  const packOf = new Map<Build, AnswerablePack>();
  for (const adapter of adapters) {
    for (const build of adapter.builds) {
      const pack = byBuild.get(`${packIdOf(adapter, build)} ${build.digest}`);
      if (pack !== undefined) packOf.set(build, pack);
    }
  }
  const release: PublishedRelease | null =
    head === null
      ? null
      : {
          channel: name,
          source: 'log',
          revision: head.entry.revision,
          cells: head.cells,
          packs,
        };
  return { target, publicUrl, packOf, release };
}

function unsoundAdapters(
  intent: AuditState['intent'],
  adapters: AuditState['adapters'],
): Simulation['unsound'] {
  const faults = adapters.map(({ name }) => [name, faultOf(intent, name)] as const);
  return new Map(faults.flatMap(([name, fault]) => (fault === null ? [] : [[name, fault]])));
}

function faultOf(
  intent: AuditState['intent'],
  name: string,
): { readonly message: string; readonly fix: string } | null {
  try {
    requireSoundMatrix(intent, [name]);
    return null;
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return { message: error.message, fix: error.fix ?? '' };
  }
}

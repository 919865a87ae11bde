import { auditTargets, type WaivedFinding } from '../audit/audit.ts';
import type { AuditState } from '../audit/state.ts';
import { dayOf } from '../audit/state.ts';
import { ReleaseError } from '../errors.ts';
import { type HeldShare, weighStates } from '../fleet/weigh.ts';
import { toCell } from '../matrix/coverage.ts';
import { packIdOf } from '../matrix/decide.ts';
import { requireSoundMatrix } from '../matrix/load.ts';
import type { Severity } from '../model/finding.ts';
import type { Build } from '../model/matrix.ts';
import { formatOsRange, toOsRangeText } from '../model/os-range.ts';
import { compareOsVersions, formatOsVersion } from '../model/os-version.ts';
import { PLATFORMS, type Platform } from '../model/platform.ts';
import { packUrl } from '../release/projection.ts';
import { countFindings } from '../render/findings.ts';
import type { AnswerablePack } from '../resolve/answer-release.ts';
import { type FindingGroup, groupFindings } from './group-findings.ts';
import { type MatrixTable, matrixTable } from './matrix-table.ts';
import { type ReleaseFacts, releaseFacts } from './releases.ts';
import type { Simulation } from './simulation.ts';

/** Everything that a report says, before any of it is markup. */
export interface ReportFacts {
  readonly project: string;
  readonly target: string;
  readonly channel: string;
  readonly publicUrl: string;
  /** The day that the findings are for. */
  readonly day: string;
  readonly toolVersion: string;
  /** The adapters that it is limited to; empty for all. */
  readonly only: readonly string[];
  readonly support: readonly { readonly platform: Platform; readonly os: string }[];
  readonly matrix: MatrixTable;
  /** Null without a fleet in the config. */
  readonly shares: readonly HeldShare[] | null;
  /** Newest first. */
  readonly releases: readonly ReleaseFacts[];
  readonly findings: readonly FindingGroup[];
  /** What the config waives, worst first. */
  readonly waived: readonly WaivedFinding[];
  readonly counts: Readonly<Record<Severity, number>>;
  readonly simulation: Simulation;
  /** OS versions that are known to be out, oldest first: what a device is picked from. */
  readonly osReleases: readonly { readonly version: string; readonly platforms: readonly Platform[] }[];
}

/** What the audited state does not tell about where it was read. */
export interface ReportOrigin {
  readonly project: string;
  readonly target: string;
  readonly publicUrl: string;
  readonly toolVersion: string;
}

/** Tells a report from an audited state. Pure. */
export function reportFacts(state: AuditState, origin: ReportOrigin): ReportFacts {
  const { findings, waived } = auditTargets([state]);
  return {
    ...origin,
    channel: state.channel.name,
    day: dayOf(state),
    only: state.only,
    support: PLATFORMS.flatMap((platform) => {
      const range = state.config.support[platform];
      return range === undefined ? [] : [{ platform, os: formatOsRange(toOsRangeText(range)) }];
    }),
    matrix: matrixTable(state.cells),
    shares: state.fleet === null ? null : weighStates(state.fleet, state.cells.map(toCell)),
    releases: releaseFacts(state.channel.slots.map(({ entry }) => entry)),
    findings: groupFindings(findings),
    waived,
    counts: countFindings(findings),
    simulation: toSimulation(state, origin.publicUrl),
    osReleases: [...state.intent.catalogue.osReleases]
      .sort((one, other) => compareOsVersions(one.version, other.version))
      .map(({ version, platforms }) => ({ version: formatOsVersion(version), platforms })),
  };
}

function toSimulation({ intent, adapters, channel }: AuditState, publicUrl: string): Simulation {
  const { head } = channel;
  const packs = (head?.entry.packs ?? []).map((pack) => ({ ...pack, url: packUrl(pack, publicUrl) }));
  const byBuild = new Map(packs.map((pack) => [`${pack.id} ${pack.buildDigest}`, pack]));
  const packOf = new Map<Build, AnswerablePack>();
  for (const adapter of adapters) {
    for (const build of adapter.builds) {
      const pack = byBuild.get(`${packIdOf(adapter, build)} ${build.digest}`);
      if (pack !== undefined) packOf.set(build, pack);
    }
  }
  const { systemModels } = intent.catalogue;
  return {
    adapters,
    systemModels,
    packOf,
    release:
      head === null
        ? null
        : {
            channel: channel.name,
            source: 'log',
            revision: head.entry.revision,
            cells: head.cells,
            packs,
          },
    unsound: unsoundAdapters(intent, adapters),
  };
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

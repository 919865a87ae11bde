import type { AuditState } from '../../src/audit/state.ts';
import { parseFleetTable } from '../../src/fleet/parse-fleet.ts';
import { coverCells, toCell } from '../../src/matrix/coverage.ts';
import { findBrokenFallbacks, findMatrixFaults } from '../../src/matrix/faults.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Adapter } from '../../src/model/matrix.ts';
import type { LogEntry } from '../../src/model/release.ts';
import type { Catalogue } from '../../src/model/system-model.ts';
import { desiredState } from '../../src/plan/desired.ts';
import { packKey } from '../../src/release/layout.ts';
import { type ReportFacts, reportFacts } from '../../src/report/facts.ts';
import { aBuild, aCatalogue, anAdapter, aSystemModel, serveBuild, signatureOf } from '../support/builders.ts';

/** What a report is made of, where it differs from one sound adapter without a release. */
export interface ReportGiven {
  readonly adapters?: readonly Adapter[];
  readonly catalogue?: Catalogue;
  readonly config?: Partial<AuditState['config']>;
  /** Releases of what the adapters want, oldest first; each may change its entry. */
  readonly releases?: readonly ((entry: LogEntry) => LogEntry)[];
  readonly faults?: readonly Finding[];
  readonly project?: string;
  readonly only?: readonly string[];
  /** Other targets than the first, each with releases of its own. */
  readonly otherTargets?: Readonly<Record<string, NonNullable<ReportGiven['releases']>>>;
  readonly notLookedAt?: ReportFacts['notLookedAt'];
}

/** Returns the facts of a report as the audit of such a project would tell them, without a disk. */
export function aReport(given: ReportGiven = {}): ReportFacts {
  const { project = 'editor', otherTargets = {}, notLookedAt = [] } = given;
  const others = Object.entries(otherTargets).map(([target, releases]) => {
    const state = aState({ ...given, releases });
    return { ...state, channel: { ...state.channel, target, publicUrl: `https://${target}.example.com/` } };
  });
  return reportFacts([aState(given), ...others], {
    project,
    toolVersion: '0.0.0-test',
    notLookedAt,
  });
}

/** Returns an audited state whose builds are unchanged and whose packs are all there. */
export function aState({
  adapters = [anAdapter()],
  catalogue = aCatalogue(),
  config: wanted = {},
  releases = [],
  faults = [],
  only = [],
}: ReportGiven): AuditState {
  const config = { ...CONFIG, ...wanted };
  const cells = coverCells(adapters, catalogue, config.support);
  const found = [...findMatrixFaults(adapters, catalogue), ...findBrokenFallbacks(cells), ...faults];
  const intent = { adapters, catalogue, cells, faults: found };
  const desired = adapters.map((adapter) => desiredState(adapter, intent, TARGET));
  const packs = desired
    .flatMap((state) => state.packs)
    .map(({ kind: _, path: __, sizeBytes, ...pack }, index) => {
      const sha256 = (index + 1).toString(16).padStart(64, '0');
      return { ...pack, version: 1, key: packKey(sha256, pack.id), downloadSize: sizeBytes, sha256 };
    });
  const slots = releases.map((change, index) => ({
    entry: change({ ...EMPTY_ENTRY, revision: index + 1, packs }),
    entrySha256: '',
  }));
  const newest = slots.at(-1);
  return {
    asOf: new Date('2026-12-01T00:00:00Z'),
    fleet:
      typeof wanted.fleet === 'object' && wanted.fleet !== null
        ? parseFleetTable(wanted.fleet, 'the test')
        : null,
    only,
    config,
    intent,
    adapters,
    cells,
    builds: [],
    desired,
    channel: {
      name: 'stable',
      target: 'local',
      place: 'cdn',
      publicUrl: TARGET.publicUrl,
      head: newest === undefined ? null : { ...newest, cells: cells.map(toCell) },
      headKnown: true,
      projection: newest === undefined ? 'absent' : 'current',
      platforms: [],
      urlsMoved: false,
      slots,
      logFaults: [],
      packs: packs.map((pack) => ({ pack, sizeBytes: pack.downloadSize, sha256: null })),
      orphans: [],
      trust: null,
    },
  };
}

/** Adapters with a build for each of 20 system models, two of which carry none, and so many releases of them. */
export function aBigReport(adapterCount: number, revisions: number): ReportFacts {
  const rows = Array.from({ length: 20 }, (_, index) =>
    aSystemModel({
      id: `system-model-${index}`,
      os: {
        iOS: `>=26.${index} <26.${index + 1}`,
        macOS: `>=26.${index} <26.${index + 1}`,
      },
      signature: index < 18 ? signatureOf((0xabc0000 + index).toString(16)) : null,
      adapterSupport: index < 18 ? 'supported' : 'unsupported',
    }),
  );
  const signatures = rows.flatMap(({ signature }) =>
    signature === null ? [] : [signatureOf(signature.digits)],
  );
  const adapters = Array.from({ length: adapterCount }, (_, index) =>
    anAdapter({
      name: `adapter_${String(index).padStart(3, '0')}`,
      builds: signatures.map((baseModelSignature) => aBuild({ baseModelSignature })),
      serve: signatures.map((signature) => serveBuild(signature, '1.0.0')),
    }),
  );
  const release = (entry: LogEntry): LogEntry => ({
    ...entry,
    message: `Release ${entry.revision} of them all`,
    packs: entry.revision === revisions ? entry.packs : entry.packs.slice(0, adapterCount),
  });
  return aReport({
    adapters,
    catalogue: aCatalogue({ systemModels: rows }),
    config: {
      support: SUPPORT,
      fleet: { iOS: { '26.1': 0.4, '26.7': 0.5 }, macOS: { '26.2': 0.9 } },
    },
    releases: Array.from({ length: revisions }, () => release),
  });
}

/** A short script and style in the place of the bundled ones. */
export const ASSETS = { script: 'void 0;', style: 'body{margin:0}' };

const SUPPORT = {
  iOS: { from: [26, 0, 0], below: [26, 20, 0] },
  macOS: { from: [26, 0, 0], below: [26, 20, 0] },
} as const;

const TARGET = {
  kind: 'directory',
  name: 'local',
  path: '/nowhere',
  publicUrl: 'https://cdn.example.com/',
  hosting: 'unmanaged',
  verify: 'origin',
  archive: 'aar',
  compression: 'none',
  projections: {},
} as const;

const CONFIG: AuditState['config'] = {
  root: '/nowhere',
  file: 'fmrelease.config.json',
  matrix: 'fmrelease.matrix.json',
  support: { iOS: { from: [26, 0, 0], below: [26, 4, 0] } },
  channels: ['stable'],
  targets: [TARGET],
  defaultTarget: 'local',
  only: [],
  fleet: null,
  audit: { severity: {}, waive: [] },
  retention: { revisions: 10, builds: 2, days: 30 },
};

const EMPTY_ENTRY: LogEntry = {
  formatVersion: 1,
  channel: 'stable',
  revision: 1,
  previousSha256: null,
  operation: '',
  kind: 'publish',
  createdAt: '2026-11-01T10:00:00Z',
  toolVersion: '',
  source: null,
  message: null,
  packs: [],
  cellsSha256: '',
  highestVersion: {},
  holds: [],
  projections: {},
};

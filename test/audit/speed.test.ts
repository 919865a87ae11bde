import { expect, test } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import { retainedKeys } from '../../src/audit/retention.ts';
import type { AuditState } from '../../src/audit/state.ts';
import { coverCells } from '../../src/matrix/coverage.ts';
import type { LogEntry } from '../../src/model/release.ts';
import { desiredState } from '../../src/plan/desired.ts';
import type { Slot } from '../../src/release/read-channel.ts';
import { aBuild, aCatalogue, anAdapter, aSystemModel, serveBuild, signatureOf } from '../support/builders.ts';

const DIRECTORY = {
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

/** A matrix of so many adapters, each with a build for each of 20 system models, and a log of so many revisions. */
function aBigState(adapterCount: number, revisions: number): AuditState {
  const rows = Array.from({ length: 20 }, (_, index) =>
    aSystemModel({
      id: `row${index}`,
      os: { iOS: `>=${26 + index} <${27 + index}`, macOS: `>=${26 + index} <${27 + index}` },
      signature: signatureOf((0xabc0000 + index).toString(16)),
    }),
  );
  const builds = rows.map(({ signature }) =>
    aBuild({ baseModelSignature: signatureOf(signature?.digits ?? '') }),
  );
  const serve = builds.map(({ baseModelSignature }) =>
    serveBuild(signatureOf(baseModelSignature ?? ''), '1.0.0'),
  );
  const adapters = Array.from({ length: adapterCount }, (_, index) =>
    anAdapter({ name: `adapter_${index}`, builds, serve }),
  );
  const catalogue = aCatalogue({ systemModels: rows });
  const support = {
    iOS: { from: [26, 0, 0], below: null },
    macOS: { from: [26, 0, 0], below: null },
  } as const;
  const cells = coverCells(adapters, catalogue, support);
  const intent = { adapters, catalogue, cells, faults: [] };
  const desired = adapters.map((adapter) => desiredState(adapter, intent, DIRECTORY));
  const packs = desired
    .flatMap((state) => state.packs)
    .slice(0, 100)
    .map(({ kind: _, path: __, sizeBytes, ...pack }, index) => ({
      ...pack,
      version: 1,
      key: `v1/packs/${index}/${pack.id}`,
      downloadSize: sizeBytes,
      sha256: '',
    }));
  const slots = Array.from({ length: revisions }, (_, index) => aSlot(index + 1, packs));
  const newest = slots.at(-1);
  return {
    asOf: new Date('2026-12-01T00:00:00Z'),
    only: ['adapter_1'],
    config: {
      root: '/nowhere',
      file: 'fmrelease.config.json',
      matrix: 'fmrelease.matrix.json',
      support,
      channels: ['stable'],
      targets: [DIRECTORY],
      defaultTarget: 'local',
      only: [],
      fleet: null,
      audit: { severity: {}, waive: [] },
      retention: { revisions: 10, builds: 2, days: 30 },
    },
    intent,
    adapters,
    cells,
    builds: adapters.flatMap((adapter) =>
      builds.map((build) => ({
        adapter,
        build,
        mustPack: false,
        files: 'unchanged' as const,
        detail: '',
        inspection: null,
      })),
    ),
    desired,
    fleet: null,
    channel: {
      name: 'stable',
      target: 'local',
      place: 'cdn',
      publicUrl: 'https://cdn.example.com/',
      head: newest === undefined ? null : { ...newest, cells: [] },
      headKnown: true,
      projection: 'current',
      platforms: [],
      urlsMoved: false,
      slots,
      trust: null,
      logFaults: [],
      packs: packs.map((pack) => ({ pack, sizeBytes: pack.downloadSize, sha256: null })),
      orphans: [],
    },
  };
}

function aSlot(revision: number, packs: LogEntry['packs']): Slot {
  const createdAt = '2026-11-01T00:00:00Z';
  const entry = { revision, packs, createdAt, holds: [], highestVersion: {}, projections: {} };
  return { entrySha256: '', entry: { ...EMPTY_ENTRY, ...entry } };
}

/** The fastest of three, since other processes share the machine. */
function fastest(act: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    act();
    return performance.now() - start;
  });
  return Math.min(...times);
}

test('the rules take less than a second over 100 adapters × 20 system models and 1,000 revisions', () => {
  const state = aBigState(100, 1000);
  expect(state.cells).toHaveLength(4200);
  expect(fastest(() => audit(state))).toBeLessThan(1000);
  expect(fastest(() => retainedKeys(state.channel.slots, state.config.retention, state.asOf))).toBeLessThan(
    1000,
  );
});

test('four times the adapters take no sixteen times as long', () => {
  const small = aBigState(50, 1);
  const large = aBigState(200, 1);
  audit(large);
  const ratio =
    fastest(() => audit(large)) /
    Math.max(
      1,
      fastest(() => audit(small)),
    );
  expect(ratio).toBeLessThan(12);
});

const EMPTY_ENTRY: LogEntry = {
  formatVersion: 1,
  channel: 'stable',
  revision: 1,
  previousSha256: null,
  operation: '',
  kind: 'publish',
  createdAt: '',
  toolVersion: '',
  source: null,
  message: null,
  packs: [],
  cellsSha256: '',
  highestVersion: {},
  holds: [],
  projections: {},
};

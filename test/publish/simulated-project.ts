import type { Config } from '../../src/config/config.ts';
import type { Cell } from '../../src/model/cell.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { Plan, PlannedPack } from '../../src/model/plan.ts';
import type { CachedPack, PackCache } from '../../src/pack/cache.ts';
import { assemblePlan } from '../../src/plan/assemble.ts';
import { silent } from '../../src/progress.ts';
import { readVersionLedger } from '../../src/release/highest-versions.ts';
import { findPublishedPacks } from '../../src/release/published-packs.ts';
import { readHead } from '../../src/release/read-channel.ts';
import type { Session } from '../../src/session.ts';
import type { ReleaseStore } from '../../src/store/store.ts';

/** One adapter per publisher. */
export const ADAPTERS = ['alpha', 'beta', 'gamma', 'delta'];

/** Under managed hosting it has the bytes of `iOS.json`. */
export const EXTRA_KEY = 'legacy/ios.json';

export const PUBLIC_URL = 'http://127.0.0.1:8787/';

/** A session that touches no disk: every build is in the pack cache, and nothing is verified afterwards. */
export const sessionOf = (
  store: ReleaseStore,
  channel = 'stable',
  hosting: 'managed' | 'unmanaged' = 'unmanaged',
): Session => ({
  config: CONFIG,
  channel: {
    name: channel,
    store,
    singleWriter: false,
    target: {
      kind: 'directory',
      name: 'local',
      path: '/nowhere',
      publicUrl: PUBLIC_URL,
      hosting,
      verify: 'none',
      archive: 'aar',
      compression: 'none',
      projections: hosting === 'managed' ? { iOS: { stable: EXTRA_KEY } } : {},
    },
  },
  io: {
    now: () => new Date('2026-12-01T12:00:00Z'),
    wallClock: () => new Date('2026-12-01T12:00:00Z'),
    progress: silent,
    digests: { find: () => undefined, remember: () => undefined, save: async () => undefined },
    cache: CACHE,
    toolVersion: '0.0.0-test',
    source: null,
    packTool: async () => ({ command: ['nowhere'], major: 2, label: 'ba-package 2.0 (none)', stallMs: 1 }),
  },
});

/** What `plan --only <adapter>` would decide when the matrix serves this build. */
export async function planBuild({ channel }: Session, adapter: string, build: string): Promise<Plan> {
  const { release: head } = await readHead(channel.store, channel.name);
  const recipe = channel.target.hosting === 'managed' ? ASSET_PACK : ARCHIVE;
  const packs = [{ ...packOf(adapter, build), recipe: { ...recipe, ...OFFER } }];
  const desired = [{ adapter, packs, cells: [cellOf(adapter)] }];
  return assemblePlan({
    target: 'local',
    channel: channel.name,
    head,
    desired,
    coverage: { cells: [], total: 0, gaps: 0, inferred: 0 },
    outOfScope: [],
    published: await findPublishedPacks(channel.store, head, { needs: packs, vouches: async () => true }),
    archiveSizes: new Map(),
    builtDigests: new Map(),
    ledger: await readVersionLedger(channel.store, { channel: channel.name, head, foreign: [] }),
    urlsMoved: false,
    signatureDue: null,
    allow: { remove: [], gap: true, liftHolds: [] },
  });
}

/** The bytes of a pack of the cache, by the path that the cache names. */
export const readBuiltPack = async (file: string): Promise<Uint8Array> => Buffer.from(file);

/** Loads every module that is loaded on demand, so that a history waits for the store and for nothing else. */
export async function warmUp(): Promise<void> {
  if (warm) return;
  warm = true;
  const { simulate } = await import('./simulation.ts');
  await simulate(0);
  await simulate(1);
}

let warm = false;

/** Bytes of their own for every build, of one size. */
const CACHE: PackCache = {
  find: async ({ buildDigest }): Promise<CachedPack> => {
    const file = `pack of ${buildDigest}`;
    return { file, sha256: sha256Of(file), sizeBytes: Buffer.byteLength(file) };
  },
  aside: () => Promise.reject(new Error('nothing is built here')),
  keep: () => Promise.reject(new Error('nothing is built here')),
  forget: async () => undefined,
};

const packOf = (adapter: string, build: string): PlannedPack => ({
  id: `fmadapter-${adapter}-9799725`,
  adapter,
  kind: 'fmadapter',
  build,
  path: `adapters/${adapter}.fmadapter`,
  buildDigest: `sha256:${sha256Of(`${adapter} ${build}`)}`,
  sizeBytes: 100,
  recipe: { ...ARCHIVE, ...OFFER },
  baseModelSignature: '9799725ff8e851184037110b422d891ad3b92ec1',
});

const cellOf = (adapter: string): Cell => ({
  adapter,
  platform: 'iOS',
  os: { from: '26.0', below: '27.0' },
  systemModel: 'os26.0',
  variant: null,
  baseModelSignature: '9799725ff8e851184037110b422d891ad3b92ec1',
  state: 'covered',
  pack: `fmadapter-${adapter}-9799725`,
  fallback: null,
});

const OFFER = { platforms: ['iOS' as const], downloadPolicy: { onDemand: {} } };
const ARCHIVE = { format: 'aar', compression: 'none' } as const;
const ASSET_PACK = { format: 'asset-pack', compression: 'apple' } as const;

const CONFIG: Config = {
  root: '/nowhere',
  file: 'fmrelease.config.json',
  matrix: 'fmrelease.matrix.json',
  support: {},
  channels: ['stable'],
  targets: [],
  defaultTarget: null,
  only: [],
  fleet: null,
  audit: { severity: {}, waive: [] },
  retention: { revisions: 10, builds: 2, days: 30 },
};

import { createCipheriv } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { planChannel, publishPlan } from '../../src/flow.ts';
import type { MatrixDocument } from '../../src/generated/matrix.ts';
import { addAdapter } from '../../src/matrix/add-adapter.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { ChannelManifest, LogEntry } from '../../src/model/release.ts';
import type { OpenPackTool } from '../../src/pack/ba-package/tool.ts';
import { silent } from '../../src/progress.ts';
import type { PublishResult } from '../../src/publish/finish.ts';
import { logKey, manifestKey } from '../../src/release/layout.ts';
import { openLocalCaches, type Session } from '../../src/session.ts';
import { openStore } from '../../src/store/open.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { makeAdapter, makeContainer } from './make-adapter.ts';

/** A throw-away project: one folder with a config, a matrix, tiny adapters and a directory target `cdn`. */
export interface Project {
  readonly root: string;
  /** The folder of the target. */
  readonly cdn: string;
  /** Exports a build with weights of its own, registers it and serves it for its signature. */
  add(name: string, version?: string, build?: BuildKnobs): Promise<void>;
  /** Rewrites the matrix by hand, as a person would. */
  editMatrix(change: (matrix: MatrixDocument) => MatrixDocument): void;
  session(options?: SessionOptions): Promise<Session>;
}

/** How a build differs from the usual one. */
export interface BuildKnobs {
  readonly signature?: string;
  /** Builds of equal seeds have equal bytes; by default name and version decide. */
  readonly seed?: string;
  /** How many bytes of weights, no two stretches of them alike. By default a few, all of one pattern. */
  readonly weightBytes?: number;
}

/** What a session differs in from the default: channel `stable`, the clock at {@link NOON}, the target's own store. */
export interface SessionOptions {
  readonly channel?: string;
  readonly now?: string;
  /** Another store in the place of the target's, or one around it. */
  readonly store?: (own: ReleaseStore) => ReleaseStore;
  readonly target?: Partial<Session['channel']['target']>;
  readonly rehash?: boolean;
  readonly packTool?: OpenPackTool;
}

/** The time of every release that names no other. */
export const NOON = '2026-12-01T12:00:00Z';

/** Makes a project with these adapters at build 1.0.0. */
export async function makeProject(
  root: string,
  adapters: readonly string[] = [],
  config: Readonly<Record<string, unknown>> = {},
): Promise<Project> {
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'fmrelease.config.json'), JSON.stringify({ ...CONFIG, ...config }, null, 2));
  const project = openProject(root);
  for (const name of adapters) await project.add(name);
  return project;
}

/** Opens a project that {@link makeProject} made, perhaps in another checkout. */
export function openProject(root: string): Project {
  const matrix = join(root, 'fmrelease.matrix.json');
  const session = (options: SessionOptions = {}): Promise<Session> => openSession(root, options);
  return {
    root,
    cdn: join(root, 'cdn'),
    session,
    add: async (
      name,
      version = '1.0.0',
      { signature, seed = `${name} ${version}`, weightBytes = 0 } = {},
    ) => {
      const folder = join(root, 'builds', `${version}-${(signature ?? '').slice(0, 7)}`);
      const payload = weightBytes === 0 ? Buffer.alloc(200, seed) : noise(seed, weightBytes);
      const path = makeAdapter(folder, {
        name,
        weights: makeContainer([{ payload }]),
        ...(signature === undefined ? {} : { signature }),
      });
      const { config, io } = await session();
      const request = {
        path,
        version,
        kind: 'fmadapter',
        name: null,
        platforms: [],
        systemModels: [],
      } as const;
      await addAdapter(config, request, io);
    },
    editMatrix: (change) => {
      const before: MatrixDocument = JSON.parse(readFileSync(matrix, 'utf8'));
      writeFileSync(matrix, JSON.stringify(change(before), null, 2));
    },
  };
}

/** Bytes that look random, the same for equal seeds. */
function noise(seed: string, sizeBytes: number): Buffer {
  const key = Buffer.from(sha256Of(seed), 'hex');
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes));
}

async function openSession(
  root: string,
  {
    channel = 'stable',
    now = NOON,
    store: wrap = (own) => own,
    target: changes,
    rehash = false,
    packTool,
  }: SessionOptions,
): Promise<Session> {
  const config = await loadConfig({ cwd: root, selfEntry: '' });
  const chosen = config.targets.find(({ name }) => name === 'local');
  if (chosen === undefined) throw new Error('the project has no target "local"');
  const { store, target } = await openStore(chosen, 'cdn');
  return {
    config,
    channel: {
      name: channel,
      store: wrap(store),
      target: Object.assign({ ...target }, changes),
      singleWriter: false,
    },
    io: {
      ...(await openLocalCaches(config, { rehash })),
      now: () => new Date(now),
      wallClock: () => new Date(now),
      progress: silent,
      toolVersion: '0.0.0-test',
      source: null,
      packTool,
    },
  };
}

/** What a publish in a test is given beyond the defaults. `plan` is published as a saved plan. */
export interface PublishWishes {
  readonly only?: readonly string[];
  readonly remove?: readonly string[];
  readonly gap?: boolean;
  readonly liftHolds?: readonly string[];
  readonly allowForeign?: boolean;
  readonly message?: string | null;
  readonly plan?: Plan;
}

/** Plans with these wishes; nothing is permitted unless it says so. */
export const planNow = (
  session: Session,
  { only = [], remove = [], gap = false, liftHolds = [] }: PublishWishes = {},
): Promise<Plan> => planChannel(session, { only, allow: { remove, gap, liftHolds } });

/** What `fmrelease publish --yes` does: plans, unless a saved plan is given, and publishes. */
export async function publishNow(session: Session, wishes: PublishWishes = {}): Promise<PublishResult> {
  const { remove = [], gap = false, liftHolds = [], allowForeign = false, message = null } = wishes;
  return publishPlan(session, wishes.plan ?? (await planNow(session, wishes)), {
    remove,
    gap,
    liftHolds,
    allowForeign,
    message,
    concurrency: 2,
    saved: wishes.plan !== undefined,
  });
}

/** Every file below a folder by path, with the SHA-256 of its bytes; folders too, with a slash at their end. */
export function readFolder(folder: string): Readonly<Record<string, string>> {
  const below = readdirSync(folder, { recursive: true, withFileTypes: true });
  const entries = below.map((entry): readonly [string, string] => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    return entry.isDirectory() ? [`${name}/`, ''] : [name, sha256Of(readFileSync(path))];
  });
  return Object.fromEntries<string>(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The manifest that a channel serves. */
export function readManifest({ cdn }: Pick<Project, 'cdn'>, channel = 'stable'): ChannelManifest {
  const manifest: ChannelManifest = JSON.parse(readFileSync(join(cdn, manifestKey(channel)), 'utf8'));
  return manifest;
}

/** One entry of a channel's log. */
export function readLogEntry({ cdn }: Pick<Project, 'cdn'>, revision: number, channel = 'stable'): LogEntry {
  const entry: LogEntry = JSON.parse(readFileSync(join(cdn, logKey(channel, revision)), 'utf8'));
  return entry;
}

const CONFIG = {
  support: { iOS: '>=26.0', macOS: '>=26.0' },
  channels: ['stable', 'beta'],
  targets: { local: { kind: 'directory', path: 'cdn', publicUrl: 'http://127.0.0.1:8787/' } },
};

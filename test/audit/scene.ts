import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { openDigestCache } from '../../src/adapter/digest-cache.ts';
import { inspectAdapter } from '../../src/adapter/inspect.ts';
import { audit } from '../../src/audit/audit.ts';
import { gatherAuditState } from '../../src/audit/gather.ts';
import { rollBack } from '../../src/flow.ts';
import type { AdapterDocument, BuildDocument, MatrixDocument } from '../../src/generated/matrix.ts';
import { writeJson } from '../../src/json/write.ts';
import { sha256Of } from '../../src/model/digest.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { LogEntry, PackRecord } from '../../src/model/release.ts';
import { silent } from '../../src/progress.ts';
import { logKey, manifestKey } from '../../src/release/layout.ts';
import { type AdapterKnobs, makeAdapter } from '../support/make-adapter.ts';
import {
  makeProject,
  NOON,
  openProject,
  type Project,
  type PublishWishes,
  publishNow,
  readLogEntry,
  readManifest,
} from '../support/project.ts';
import { scratchFolder } from '../support/scratch.ts';

/** A project with a channel, and everything that may be done to the two before they are audited. */
export interface Scene extends Readonly<Pick<Project, 'root' | 'cdn'>> {
  /** Those of {@link Project}, as functions that may be taken apart. */
  readonly add: Project['add'];
  readonly editMatrix: Project['editMatrix'];
  readonly session: Project['session'];
  /** Publishes what the matrix says, at a time of its own where one is given. */
  readonly publish: (
    wishes?: PublishWishes & { readonly at?: string; readonly channel?: string },
  ) => Promise<void>;
  readonly rollBackTo: (revision: number | 'none') => Promise<void>;
  readonly audit: (question?: AuditQuestion) => Promise<readonly Finding[]>;
  /** Changes the document of one adapter, `summarizer` unless another is named. */
  readonly editAdapter: (change: (adapter: AdapterDocument) => AdapterDocument, name?: string) => void;
  /** Changes the first build of `summarizer`. */
  readonly editBuild: (change: Partial<BuildDocument>) => void;
  /** Exports a build whose files may be unsound and registers it by hand, since `adapter add` would refuse it. */
  readonly registerUnsound: (knobs: AdapterKnobs) => Promise<void>;
  readonly rewriteConfig: (change: Readonly<Record<string, unknown>>) => void;
  /** Where an object of the channel lies. */
  readonly pathOf: (key: string) => string;
  readonly putObject: (key: string, content: string | Uint8Array) => void;
  /** The pack of an adapter, `summarizer` unless another is named, in a revision. */
  readonly packOf: (revision: number, adapter?: string) => PackRecord;
  /** Rewrites the log so that it is whole again: digests, links and the projection's digest follow the change. */
  readonly rewriteLog: (change: (entry: LogEntry) => LogEntry) => void;
}

/** What is asked, by default about everything on the channel `stable` on {@link NOON}. */
export interface AuditQuestion {
  readonly asOf?: string;
  readonly only?: readonly string[];
  readonly full?: boolean;
  readonly channel?: string;
}

/** How a scene begins. */
interface SceneStart {
  /** Registered at 1.0.0; `summarizer` unless others are named. */
  readonly adapters?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  /** False leaves the channel empty. */
  readonly published?: boolean;
  /** Further builds of `summarizer`, each registered and published on its own. */
  readonly versions?: readonly string[];
}

/** A scene to break: a copy of one that was made once for this beginning. */
export async function aScene(start: SceneStart = {}): Promise<Scene> {
  const key = JSON.stringify(start);
  const template = templates.get(key) ?? makeTemplate(start);
  templates.set(key, template);
  const root = scratchFolder();
  cpSync(await template, root, { recursive: true, preserveTimestamps: true });
  return openScene(openProject(root));
}

async function makeTemplate({
  adapters = ['summarizer'],
  config = {},
  published = true,
  versions = [],
}: SceneStart): Promise<string> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'fmrelease-scene-'));
  folders.push(folder);
  const scene = openScene(await makeProject(folder, adapters, config));
  if (published) await scene.publish();
  for (const version of versions) {
    await scene.add('summarizer', version);
    await scene.publish();
  }
  return folder;
}

const templates = new Map<string, Promise<string>>();
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function openScene(project: Project): Scene {
  const pathOf = (key: string): string => join(project.cdn, key);
  const putObject: Scene['putObject'] = (key, content) => {
    mkdirSync(dirname(pathOf(key)), { recursive: true });
    writeFileSync(pathOf(key), content);
  };
  const editAdapter: Scene['editAdapter'] = (change, name = 'summarizer') =>
    project.editMatrix((matrix) => withAdapter(matrix, name, change));
  const editBuild: Scene['editBuild'] = (change) =>
    editAdapter(({ builds, ...adapter }) => ({
      ...adapter,
      builds: builds.map((build, index) => (index === 0 ? { ...build, ...change } : build)),
    }));
  return {
    ...project,
    pathOf,
    putObject,
    editAdapter,
    editBuild,
    publish: async ({ at = NOON, channel = 'stable', ...wishes } = {}) => {
      await publishNow(await project.session({ now: at, channel }), wishes);
    },
    rollBackTo: async (to) => {
      await rollBack(await project.session(), { to, only: [] }, { message: null });
    },
    audit: async ({ asOf = NOON, only = [], full = false, channel = 'stable' } = {}) =>
      audit(await gatherAuditState(await project.session({ channel }), { asOf: new Date(asOf), only, full })),
    registerUnsound: async (knobs) => {
      const path = makeAdapter(join(project.root, 'unsound'), knobs);
      const digests = await openDigestCache(null);
      const { digest, sizeBytes } = await inspectAdapter(path, { digests, progress: silent });
      editBuild({ path: path.slice(project.root.length + 1), digest, sizeBytes });
    },
    rewriteConfig: (change) => {
      const path = join(project.root, 'fmrelease.config.json');
      const before: object = JSON.parse(readFileSync(path, 'utf8'));
      writeFileSync(path, JSON.stringify({ ...before, ...change }));
    },
    packOf: (revision, adapter = 'summarizer') => {
      const pack = readLogEntry(project, revision).packs.find((other) => other.adapter === adapter);
      if (pack === undefined) throw new Error(`revision ${revision} has no pack of ${adapter}`);
      return pack;
    },
    rewriteLog: (change) => {
      const newest = readManifest(project).revision;
      let previousSha256: string | null = null;
      for (let revision = 1; revision <= newest; revision++) {
        const entry: LogEntry = { ...change(readLogEntry(project, revision)), previousSha256 };
        const projections = revision === newest ? putManifest(project, entry) : entry.projections;
        const text = writeJson({ ...entry, projections });
        putObject(logKey('stable', revision), text);
        previousSha256 = sha256Of(text);
      }
    },
  };
}

function withAdapter(
  matrix: MatrixDocument,
  name: string,
  change: (adapter: AdapterDocument) => AdapterDocument,
): MatrixDocument {
  const adapter = matrix.adapters[name];
  if (adapter === undefined) throw new Error(`the matrix has no adapter ${name}`);
  return { ...matrix, adapters: { ...matrix.adapters, [name]: change(adapter) } };
}

/** Gives the manifest the versions of an entry; returns what the entry must record of it. */
function putManifest(project: Project, { packs }: LogEntry): LogEntry['projections'] {
  const manifest = readManifest(project);
  const versions = new Map(packs.map(({ id, version }) => [id, version]));
  const assetPacks = manifest.assetPacks.map((pack) => ({
    ...pack,
    version: versions.get(pack.id) ?? pack.version,
  }));
  const text = writeJson({ ...manifest, assetPacks });
  writeFileSync(join(project.cdn, manifestKey('stable')), text);
  return { 'manifest.json': sha256Of(text) };
}

/** The codes of findings, sorted, each once. */
export const codesOf = (findings: readonly Finding[]): readonly string[] => [
  ...new Set(findings.map(({ code }) => code).sort()),
];

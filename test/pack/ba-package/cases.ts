import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { addAdapter } from '../../../src/matrix/add-adapter.ts';
import type { DownloadPolicy } from '../../../src/model/matrix.ts';
import { readAssetPack } from '../../../src/pack/ba-package/read-asset-pack.ts';
import type { PackTool } from '../../../src/pack/ba-package/tool.ts';
import { buildPack, type PackOrder } from '../../../src/pack/build-pack.ts';
import { type CachedPack, openPackCache } from '../../../src/pack/cache.ts';
import { writeOld } from '../../support/make-adapter.ts';
import { makeProject } from '../../support/project.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** A build to pack, and what must come of it: run with the stand-in, and with the real tool where there is one. */
export interface ToolCase {
  readonly why: string;
  readonly kind: PackOrder['kind'];
  readonly downloadPolicy: DownloadPolicy;
}

/** The same cases for every tool. */
export const TOOL_CASES: readonly ToolCase[] = [
  { why: 'an adapter, on demand', kind: 'fmadapter', downloadPolicy: { onDemand: {} } },
  {
    why: 'an adapter, prefetched',
    kind: 'fmadapter',
    downloadPolicy: { prefetch: { installationEventTypes: ['firstInstallation', 'subsequentUpdate'] } },
  },
  {
    why: 'an adapter, essential',
    kind: 'fmadapter',
    downloadPolicy: { essential: { installationEventTypes: ['firstInstallation'] } },
  },
  { why: 'files, on demand', kind: 'files', downloadPolicy: { onDemand: {} } },
  {
    why: 'files, essential',
    kind: 'files',
    downloadPolicy: { essential: { installationEventTypes: ['subsequentUpdate'] } },
  },
];

/** A build that is registered, and how it is packed. */
export interface Bench {
  readonly folder: string;
  readonly order: PackOrder;
  readonly pack: (tool: PackTool) => Promise<CachedPack>;
}

/** Makes a project with one build of the kind; its path has a space and an umlaut in it. */
export async function openBench({ kind, downloadPolicy }: Omit<ToolCase, 'why'>): Promise<Bench> {
  const root = join(scratchFolder(), 'Projekt für Modelle');
  mkdirSync(root);
  const project = await makeProject(root, kind === 'fmadapter' ? ['summarizer'] : []);
  const { config, io } = await project.session();
  const bundle = join(root, 'core.mlpackage');
  if (kind === 'files') {
    writeOld(join(bundle, 'Data', 'weights.bin'), 'weights');
    writeOld(join(bundle, 'Manifest.json'), '{}');
    const request = { path: bundle, version: '1.0.0', kind, name: 'core', platforms: [], systemModels: [] };
    await addAdapter(config, request, io);
  }
  const matrix = await import('../../../src/matrix/load.ts').then(({ loadIntent }) => loadIntent(config));
  const build = matrix.adapters[0]?.builds[0];
  if (build === undefined) throw new Error('the bench has a build');
  const order: PackOrder = {
    id: kind === 'files' ? 'core' : 'fmadapter-summarizer-9799725',
    adapter: kind === 'files' ? 'core' : 'summarizer',
    kind,
    build: build.version,
    path: build.path,
    buildDigest: build.digest,
    baseModelSignature: build.baseModelSignature,
    recipe: { format: 'asset-pack', compression: 'apple', platforms: ['iOS', 'macOS'], downloadPolicy },
  };
  const folder = join(root, '.fmrelease');
  return {
    folder,
    order,
    pack: (tool) =>
      buildPack(order, openPackCache(folder), { projectRoot: root, ...io, packTool: async () => tool }),
  };
}

/** What the pack cache holds beside finished packs and their records. */
export const leftovers = (folder: string): readonly string[] =>
  existsSync(join(folder, 'packs'))
    ? readdirSync(join(folder, 'packs')).filter((name) => !/^[0-9a-f]{64}(\.json)?$/.test(name))
    : [];

/** The archive's own manifest and paths, or why they cannot be read. */
export async function lookInto(
  file: string,
): Promise<{ readonly manifest: unknown; readonly paths: readonly string[] }> {
  const contents = await readAssetPack(file, (path) => path === 'manifest.json');
  if (contents.state !== 'read') return { manifest: contents.why, paths: [] };
  return {
    manifest: JSON.parse(Buffer.from(contents.texts.get('manifest.json') ?? '').toString('utf8')),
    paths: contents.files.map(({ path }) => path),
  };
}

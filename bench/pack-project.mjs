// A project with one adapter, ready to be packed by the built CLI, or by the pack stage alone where there is none.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Prepares a project in `folder` whose matrix registers the adapter at `source`.
 *
 * @param {{ folder: string, source: string }} options
 * @returns {Promise<{ command: readonly string[], cwd: string, how: string, forgetAll: () => void,
 *   forgetPacks: () => void }>} the command that packs it, and what makes that command start afresh
 */
export async function preparePacking({ folder, source }) {
  const cwd = join(folder, 'project');
  mkdirSync(cwd, { recursive: true });
  const digest = await treeDigest(source);
  const forget = (path) => () => rmSync(join(cwd, '.fmrelease', path), { recursive: true, force: true });
  const shared = { cwd, forgetAll: forget('.'), forgetPacks: forget('packs') };
  if (cliCanPack()) {
    writeProject(cwd, source, digest);
    return {
      ...shared,
      how: 'the built CLI',
      command: [process.execPath, CLI, 'pack', 'summarizer', '--json'],
    };
  }
  const program = await bundlePackStage(folder);
  const command = [process.execPath, program, cwd, source, digest];
  return { ...shared, how: 'the pack stage alone: dist/ has no pack command', command };
}

const cliCanPack = () =>
  existsSync(CLI) && spawnSync(process.execPath, [CLI, 'pack', '--help'], { stdio: 'ignore' }).status === 0;

function writeProject(cwd, source, digest) {
  const metadata = JSON.parse(readFileSync(join(source, 'metadata.json'), 'utf8'));
  const baseModelSignature = metadata.baseModelSignature;
  const sizeBytes = filesOf(source).reduce((sum, name) => sum + statSync(join(source, name)).size, 0);
  const config = {
    matrix: 'fmrelease.matrix.json',
    support: { iOS: '>=26.0 <27.0' },
    channels: ['stable'],
    defaultTarget: 'local',
    targets: {
      local: { kind: 'directory', path: 'cdn', publicUrl: 'http://127.0.0.1:8787/', hosting: 'unmanaged' },
    },
  };
  const registered = { version: '1.0.0', path: relative(cwd, source), addedAt: '2026-01-01T00:00:00Z' };
  const adapter = {
    kind: 'fmadapter',
    platforms: ['iOS'],
    downloadPolicy: { onDemand: {} },
    builds: [{ ...registered, baseModelSignature, digest, sizeBytes }],
    serve: [{ baseModelSignature, version: '1.0.0' }],
  };
  const matrix = {
    formatVersion: 1,
    systemModels: [],
    adapters: { [basename(source, '.fmadapter')]: adapter },
  };
  writeFileSync(join(cwd, 'fmrelease.config.json'), JSON.stringify(config, null, 2));
  writeFileSync(join(cwd, 'fmrelease.matrix.json'), JSON.stringify(matrix, null, 2));
}

async function bundlePackStage(folder) {
  const outfile = join(folder, 'pack-stage.mjs');
  await build({
    stdin: { contents: PACK_STAGE, resolveDir: ROOT, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  });
  return outfile;
}

/** The digest that the matrix records (design §3.2), computed here on its own. */
async function treeDigest(folder) {
  const lines = [];
  for (const name of filesOf(folder)) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk);
    lines.push(`${hash.digest('hex')} ${statSync(join(folder, name)).size} ${name}\n`);
  }
  return `sha256:${createHash('sha256').update(lines.join('')).digest('hex')}`;
}

const filesOf = (folder) => readdirSync(folder).sort();

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'bin', 'run.js');

const PACK_STAGE = `
  import { openDigestCache } from './src/adapter/digest-cache.ts';
  import { buildPack } from './src/pack/build-pack.ts';
  import { openPackCache } from './src/pack/cache.ts';
  const [projectRoot, path, buildDigest] = process.argv.slice(2);
  const folder = projectRoot + '/.fmrelease';
  const digests = await openDigestCache(folder);
  const order = {
    id: 'fmadapter-summarizer-9799725', adapter: 'summarizer', kind: 'fmadapter', build: '1.0.0', path, buildDigest,
    recipe: { format: 'aar', compression: 'none' },
  };
  const pack = await buildPack(order, openPackCache(folder), { projectRoot, digests, progress: () => {} });
  await digests.save();
  console.log(pack.sha256);`;

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeAdapter, makeContainer } from './make-adapter.ts';
import { type CliOptions, type CliRun, runCli } from './run-cli.ts';

/** A throw-away project in a folder of its own. */
export interface CliProject {
  readonly root: string;
  readonly run: (args: readonly string[], options?: Omit<CliOptions, 'cwd'>) => Promise<CliRun>;
  /** Runs a preparation; fails unless it exits 0. */
  readonly prepare: (...args: readonly string[]) => Promise<CliRun>;
  readonly write: (path: string, content: string | object) => void;
  readonly read: (path: string) => string;
  /** One digest over the path and content of every file; caches below `.fmrelease/` other than the channel count not. */
  readonly hash: () => string;
  readonly remove: () => void;
}

/** Returns an empty project. It is removed when the running test ends, unless `keep` says that the caller does it. */
export function emptyProject({ keep = false } = {}): CliProject {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'fmrelease-cli-'));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  if (!keep) onTestFinished(remove);
  return openAt(root, remove);
}

/** Returns a copy of a project, caches and channel included; it is removed when the running test ends. */
export function copyOf(project: CliProject): CliProject {
  const copy = emptyProject();
  cpSync(project.root, copy.root, { recursive: true, preserveTimestamps: true });
  return copy;
}

/** Returns a project with a config, an adapter `summarizer` 1.0.0 that is served, and an unregistered `translator`. */
export async function registeredProject(options: { readonly keep?: boolean } = {}): Promise<CliProject> {
  const project = emptyProject(options);
  project.write('fmrelease.config.json', CONFIG);
  makeAdapter(join(project.root, 'adapters'));
  makeAdapter(join(project.root, 'adapters'), { name: 'translator' });
  await project.prepare('adapter', 'add', 'adapters/summarizer.fmadapter', '--build', '1.0.0');
  return project;
}

/**
 * Returns {@link registeredProject} with two revisions published, builds 1.0.0 and 1.1.0, and `plan.json`: an empty
 * plan for the third. The place of 1.0.0 was overwritten by 1.1.0, as an export does.
 */
export async function publishedProject(options: { readonly keep?: boolean } = {}): Promise<CliProject> {
  const project = await registeredProject(options);
  await project.prepare('publish', '--yes', '--message', 'The first');
  makeAdapter(join(project.root, 'adapters'), {
    weights: makeContainer([{ payload: Buffer.alloc(512, 3) }]),
  });
  await project.prepare('adapter', 'add', 'adapters/summarizer.fmadapter', '--build', '1.1.0');
  await project.prepare('publish', '--yes');
  await project.prepare('plan', '--out', 'plan.json');
  project.write('bucket.config.json', BUCKET_CONFIG);
  project.write('signing-key.pem', SIGNING_SEED);
  copyFileSync(builtPack(project.root), join(project.root, 'pack.aar'));
  project.write('systems.json', SYSTEMS);
  project.write('probe.txt', PROBE);
  project.write('managed.config.json', MANAGED_CONFIG);
  project.write('iOS.json', { assetPacks: [] });
  return project;
}

/** The newest pack in the cache of a project. */
function builtPack(root: string): string {
  const folder = join(root, '.fmrelease', 'packs');
  const packs = readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name));
  return join(folder, packs[0] ?? '');
}

/** A config with two channels and one directory target, at whose public URL nothing listens. */
export const CONFIG = {
  support: { iOS: '>=26.0', macOS: '>=26.0' },
  channels: ['stable', 'beta'],
  targets: { local: { kind: 'directory', path: '.fmrelease/cdn', publicUrl: 'http://127.0.0.1:9/' } },
};

/** A config with one bucket, at whose endpoint nothing listens. */
export const BUCKET_CONFIG = {
  support: CONFIG.support,
  targets: {
    cdn: {
      kind: 's3',
      bucket: 'models',
      prefix: 'app',
      endpoint: 'http://127.0.0.1:9',
      publicUrl: 'http://127.0.0.1:9/',
    },
  },
};

/** The 32 bytes of a private key that signs nothing but tests. */
export const SIGNING_SEED = createHash('sha256').update('a key for tests').digest('base64');
/** An OS release to import. */
export const SYSTEMS = {
  formatVersion: 1,
  osReleases: [
    {
      version: '26.7',
      platforms: ['iOS'],
      date: '2026-11-10',
      dateIs: 'first-seen',
      source: 'a phone on a desk',
    },
  ],
};

/** What templates/probe.swift prints on a phone whose base model is not the one of the catalogue. */
export const PROBE = 'platform: iOS\nos: 26.6.1\nosBuild: 23G80\nfmadapter-summarizer-1a2b3c4\n';

/** A config with one target of managed hosting, which nothing was published to. */
export const MANAGED_CONFIG = {
  ...CONFIG,
  targets: { local: { ...CONFIG.targets.local, path: '.fmrelease/managed', hosting: 'managed' } },
};

/** The clock of every preparation: 2026-11-22T10:00:00Z. */
export const EPOCH = '1795341600';

function openAt(root: string, remove: () => void): CliProject {
  const run: CliProject['run'] = (args, options = {}) => runCli(args, { cwd: root, ...options });
  return {
    root,
    run,
    prepare: async (...args) => {
      const done = await run(args, { env: { SOURCE_DATE_EPOCH: EPOCH } });
      if (done.code !== 0) throw new Error(`fmrelease ${args.join(' ')} exits ${done.code}:\n${done.stderr}`);
      return done;
    },
    write: (path, content) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(
        join(root, path),
        typeof content === 'string' ? content : JSON.stringify(content, null, 2),
      );
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    hash: () => hashOf(root),
    remove,
  };
}

function hashOf(root: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('.fmrelease/') || path.startsWith('.fmrelease/cdn/'))
    .sort();
  for (const path of files)
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  return hash.digest('hex');
}

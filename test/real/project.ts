import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { writeSampleAdapter } from '../../scripts/sample-adapter.mjs';
import { type CliEnd, installCli, runCli } from '../publish/cli-runs.ts';
import { freshPrefix, server, targetOnServer } from './server.ts';

/** A project whose target is a fresh prefix of the server's bucket, worked on by the built command line alone. */
export interface RealProject {
  readonly root: string;
  readonly prefix: string;
  readonly publicUrl: string;
  run(args: readonly string[], how?: Running): Promise<CliEnd>;
  /** Runs a command with `--json`; fails unless it exits 0. Returns its result. */
  ask(args: readonly string[], how?: Running): Promise<Result>;
  /** Exports a build of this size and registers it. */
  add(name: string, version: string, megabytes: number): Promise<void>;
  /** Another checkout of the same project. */
  copy(): RealProject;
}

/** What the tests look at in a command's result; each command has some of it. The schemas hold the whole. */
export interface Result {
  readonly ok?: boolean;
  readonly checks?: readonly { readonly name: string }[];
  readonly revision?: number | null;
  readonly committed?: boolean;
  readonly alreadyCommitted?: boolean;
  readonly verified?: boolean;
  readonly uploadedBytes?: number;
  readonly packs?: readonly { readonly sizeBytes: number; readonly outcome?: string }[];
  readonly uploads?: readonly unknown[];
  readonly policies?: unknown;
  readonly bucket?: string;
  readonly prefix?: string;
}

/** What a run is given beyond its arguments. */
export interface Running {
  readonly env?: NodeJS.ProcessEnv;
  readonly preload?: string;
}

/** How a project differs from the usual one. */
export interface ProjectKnobs {
  readonly prefix?: string;
  /** Where readers find the prefix, when not at the server itself. */
  readonly publicUrl?: string;
  readonly verify?: 'edge' | 'origin';
  readonly partSizeMiB?: number;
  readonly connections?: number;
  readonly retention?: object;
}

/** Makes a project without adapters; it is removed when the test file ends. */
export function makeRealProject({
  prefix = freshPrefix(),
  retention,
  ...target
}: ProjectKnobs = {}): RealProject {
  const folder = scratch();
  const {
    name,
    region,
    endpoint,
    projections: _,
    ...rest
  } = targetOnServer({
    prefix,
    ...target,
  });
  const cdn = {
    ...rest,
    ...(region === null ? {} : { region }),
    ...(endpoint === null ? {} : { endpoint }),
  };
  const root = join(folder, 'project');
  mkdirSync(root);
  writeFileSync(
    join(root, 'fmrelease.config.json'),
    JSON.stringify({
      support: { iOS: '>=26.0 <27.0' },
      channels: ['stable', 'beta'],
      targets: { [name]: cdn },
      ...(retention === undefined ? {} : { retention }),
    }),
  );
  writeFileSync(join(root, 'fmrelease.matrix.json'), JSON.stringify({ formatVersion: 1, adapters: {} }));
  return open(root, { cli: installCli(join(folder, 'cli')), prefix, publicUrl: cdn.publicUrl });
}

function open(
  root: string,
  place: { readonly cli: string; readonly prefix: string; readonly publicUrl: string },
): RealProject {
  const run: RealProject['run'] = (args, { env = {}, preload } = {}) =>
    runCli(place.cli, args, {
      cwd: root,
      env: { SOURCE_DATE_EPOCH: undefined, ...env },
      ...(preload === undefined ? {} : { preload }),
    });
  const ask: RealProject['ask'] = async (args, how) => {
    const { code, stdout, stderr } = await run([...args, '--json'], how);
    if (code !== 0)
      throw new Error(`fmrelease ${args.join(' ')} exits ${code} at ${server.name}:\n${stdout}${stderr}`);
    const { result }: { readonly result: Result } = JSON.parse(stdout);
    return result;
  };
  return {
    root,
    prefix: place.prefix,
    publicUrl: place.publicUrl,
    run,
    ask,
    add: async (name, version, megabytes) => {
      const seed = createHash('sha256').update(`${name} ${version}`).digest().readUInt32BE(0);
      const out = join(root, 'adapters');
      writeSampleAdapter({ out, name, megabytes, records: 40, seed });
      await ask(['adapter', 'add', join('adapters', `${name}.fmadapter`), '--build', version, '--yes']);
    },
    copy: () => {
      const folder = join(scratch(), 'project');
      cpSync(root, folder, { recursive: true, preserveTimestamps: true });
      return open(folder, place);
    },
  };
}

function scratch(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'fmrelease-real-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

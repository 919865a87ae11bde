import { join, relative } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Config, Target } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { ReleaseError } from '../errors.ts';
import { parseChannelName } from '../model/names.ts';
import type { OpenPackTool } from '../pack/ba-package/tool.ts';
import type { Progress } from '../progress.ts';
import { rememberImmutable } from '../release/remember-immutable.ts';
import { openLocalCaches, type ReleaseIo, type Session, type TargetNotLookedAt } from '../session.ts';
import { openStore } from '../store/open.ts';
import { KEY_VARIABLE } from '../trust/signing.ts';
import { TOOL_VERSION } from '../version.ts';
import type { CommonFlags } from './command.ts';
import type { Environment } from './environment.ts';

/** What opening a project needs from a command. */
export interface SessionRequest {
  readonly flags: Pick<CommonFlags, 'config' | 'target' | 'channel'>;
  /** Where fmrelease itself is installed. */
  readonly packageRoot: string;
  readonly environment: Environment;
  readonly progress: Progress;
  readonly rehash?: boolean;
  /** True for commands that change a channel: in CI they may not guess the target. */
  readonly changesChannel?: boolean;
  /** The user vouches that nobody else publishes meanwhile. */
  readonly singleWriter?: boolean;
}

/** Loads the config of the project that the command was called in. */
export const openConfig = ({
  flags,
  packageRoot,
}: Pick<SessionRequest, 'flags' | 'packageRoot'>): Promise<Config> =>
  loadConfig({
    cwd: process.cwd(),
    file: flags.config,
    selfEntry: join(packageRoot, 'dist', 'src', 'index.js'),
  });

/**
 * Loads the config and opens one channel of one target.
 *
 * @throws ReleaseError `TARGET_REQUIRED`, `TARGET_UNKNOWN`, `CHANNEL_UNDECLARED`, or as loading and opening do
 */
export async function openSession(request: SessionRequest): Promise<Session> {
  // An upload of 10 GB makes 40 MB of garbage that V8 would let lie; its own process is what a command may tune.
  if (request.changesChannel === true) setFlagsFromString('--optimize-for-size');
  const config = await openConfig(request);
  const project = await openProject(config, request);
  return openAt(pickTarget(config, request), project);
}

/** Sessions of one channel, a target each, and the targets of the config that none could be opened for. */
export interface OpenSessions {
  readonly sessions: readonly [Session, ...Session[]];
  readonly notLookedAt: readonly TargetNotLookedAt[];
}

/** A session for every target of the config where all are asked for, else the one of {@link openSession}. */
export async function openSessions(request: SessionRequest, allTargets: boolean): Promise<OpenSessions> {
  if (allTargets) return openEverySession(request);
  return { sessions: [await openSession(request)], notLookedAt: [] };
}

/**
 * In the order of the config, with one cache of digests for all, so that no file is read twice. A target of a kind that
 * is not built is left out; `TARGET_NOT_SUPPORTED` when that leaves none.
 */
async function openEverySession(request: SessionRequest): Promise<OpenSessions> {
  const config = await openConfig(request);
  const project = await openProject(config, request);
  const sessions: Session[] = [];
  const notLookedAt: TargetNotLookedAt[] = [];
  let refusal: ReleaseError | undefined;
  for (const target of config.targets) {
    try {
      sessions.push(await openAt(target, project));
    } catch (error) {
      if (!(error instanceof ReleaseError) || error.code !== 'TARGET_NOT_SUPPORTED') throw error;
      refusal = error;
      notLookedAt.push({ target: target.name, why: error.message });
    }
  }
  const [first, ...others] = sessions;
  if (first !== undefined) return { sessions: [first, ...others], notLookedAt };
  throw refusal ?? new Error('a config has at least one target');
}

/** What sessions at several targets have in common. */
interface OpenProject {
  readonly config: Config;
  readonly channel: string;
  readonly singleWriter: boolean;
  readonly io: ReleaseIo;
}

/** A channel that is not declared is refused before any cache is opened. */
async function openProject(config: Config, request: SessionRequest): Promise<OpenProject> {
  const channel = pickChannel(config, request.flags.channel);
  return { config, channel, singleWriter: request.singleWriter ?? false, io: await openIo(config, request) };
}

async function openAt(
  chosen: Target,
  { config, channel: name, singleWriter, io }: OpenProject,
): Promise<Session> {
  const { store, target } = await openStore(chosen, describePlace(chosen, config), { singleWriter });
  const channel = { name, target, store: rememberImmutable(store), singleWriter };
  const packTool = target.hosting === 'managed' ? packToolOpener(target.name) : undefined;
  return { config, channel, io: { ...io, packTool } };
}

/** The time, the listener, the caches and the facts that CI tells; no packer, which only a target can ask for. */
export async function openIo(
  config: Config,
  { environment, progress, rehash = false }: SessionRequest,
): Promise<ReleaseIo> {
  return {
    ...(await openLocalCaches(config, { rehash })),
    now: environment.now,
    wallClock: () => new Date(),
    progress,
    toolVersion: TOOL_VERSION,
    source: environment.source,
    signingKey: process.env[KEY_VARIABLE],
    packTool: undefined,
  };
}

/** A declared channel; `CHANNEL_UNDECLARED` otherwise. */
export function pickChannel(config: Config, text: string): string {
  const name = parseChannelName(text);
  if (config.channels.includes(name)) return name;
  throw new ReleaseError(
    'CHANNEL_UNDECLARED',
    `The channel "${name}" is not declared: ${config.file} has ${config.channels.join(', ')}.`,
    {
      fix: `Add "${name}" to \`channels\` in ${config.file}, or pass another --channel.`,
    },
  );
}

/** The target that a command works on: the flag, the default, or the only one there is. */
export function pickTarget(
  config: Config,
  {
    flags,
    environment,
    changesChannel = false,
  }: Pick<SessionRequest, 'flags' | 'environment' | 'changesChannel'>,
): Target {
  const names = config.targets.map(({ name }) => name).join(', ');
  if (flags.target !== undefined) {
    const named = config.targets.find(({ name }) => name === flags.target);
    if (named !== undefined) return named;
    throw new ReleaseError(
      'TARGET_UNKNOWN',
      `There is no target "${flags.target}": ${config.file} has ${names}.`,
      { fix: `Pass one of ${names}.` },
    );
  }
  const [only, second] = config.targets;
  const fallback =
    second === undefined ? only : config.targets.find(({ name }) => name === config.defaultTarget);
  if (fallback === undefined) {
    throw new ReleaseError(
      'TARGET_REQUIRED',
      `Several targets are configured (${names}) and none is the default.`,
      { fix: 'Pass --target, or set `defaultTarget`.' },
    );
  }
  if (changesChannel && environment.isCi && second !== undefined && fallback.kind === 'directory') {
    throw new ReleaseError(
      'TARGET_REQUIRED',
      `In CI the default target "${fallback.name}" is a folder of this machine, and other targets exist (${names}).`,
      { fix: 'Name the target with --target.' },
    );
  }
  return fallback;
}

/** What a target is called in messages: a path relative to here, or a bucket. */
export function describePlace(target: Target, config: Config): string {
  switch (target.kind) {
    case 'directory':
      return relative(process.cwd(), target.path) || '.';
    case 's3':
      return `s3://${target.bucket}/${target.prefix}`;
    case 'app-store-connect':
      return `App Store Connect (${config.file})`;
  }
}

/** Looks for Apple's packer once, and only when a pack needs it. */
export function packToolOpener(name: string): OpenPackTool {
  let found: ReturnType<OpenPackTool> | undefined;
  return () => {
    found ??= import('../pack/ba-package/find.ts').then(({ findPackTool }) =>
      findPackTool(process.env, `Target "${name}" has managed hosting`),
    );
    return found;
  };
}

import { join } from 'node:path';
import { type DigestCache, openDigestCache } from './adapter/digest-cache.ts';
import type { Config } from './config/config.ts';
import { PROJECT_FOLDER } from './disk/project-folder.ts';
import type { ReleaseSource } from './model/release.ts';
import type { OpenPackTool } from './pack/ba-package/tool.ts';
import { openPackCache, type PackCache } from './pack/cache.ts';
import type { Progress } from './progress.ts';
import type { StoreTarget } from './store/open.ts';
import type { ReleaseStore } from './store/store.ts';

/** What the outside gives every stage: the time, who listens, and the local caches. */
export interface ReleaseIo {
  readonly now: () => Date;
  /** The real clock, which SOURCE_DATE_EPOCH does not stop: for what other machines must agree on. */
  readonly wallClock: () => Date;
  readonly progress: Progress;
  readonly digests: DigestCache;
  readonly cache: PackCache;
  readonly toolVersion: string;
  /** Commit, ref, run and actor where CI tells; null elsewhere. */
  readonly source: ReleaseSource | null;
  /** The private key in FMRELEASE_SIGNING_KEY, as text; never printed. */
  readonly signingKey?: string | undefined;
  /** Finds Apple's packer; undefined where the target never needs it. */
  readonly packTool: OpenPackTool | undefined;
}

/** One channel of one target, opened. */
export interface OpenChannel {
  readonly name: string;
  readonly target: StoreTarget;
  readonly store: ReleaseStore;
  /** The user vouches that nobody else publishes to this store meanwhile. */
  readonly singleWriter: boolean;
}

/** What the flow works on: the project's config, one channel, the outside. */
export interface Session {
  readonly config: Config;
  readonly channel: OpenChannel;
  readonly io: ReleaseIo;
}

/** A target of the config that no session could be opened for, and why. */
export interface TargetNotLookedAt {
  readonly target: string;
  readonly why: string;
}

/** Opens the local caches of a project, in its `.fmrelease` folder. `rehash` distrusts known digests. */
export async function openLocalCaches(
  config: Pick<Config, 'root'>,
  { rehash = false } = {},
): Promise<Pick<ReleaseIo, 'digests' | 'cache'>> {
  const folder = join(config.root, PROJECT_FOLDER);
  return { digests: await openDigestCache(folder, { distrust: rehash }), cache: openPackCache(folder) };
}

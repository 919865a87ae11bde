import type { Config, ExtraKeys, Target } from '../../config/config.ts';
import type { AppHosting } from '../../init/app-request.ts';
import type { Support } from '../../matrix/coverage.ts';
import { servedBuilds } from '../../matrix/decide.ts';
import type { Intent } from '../../matrix/intent.ts';
import { PLATFORMS, type Platform } from '../../model/platform.ts';

/** What an app must fit: the target that serves it, and the packs that it will get. */
export interface AppExpectation {
  readonly hosting: AppHosting;
  readonly config: string;
  readonly target: string;
  /** Null for Apple hosting. */
  readonly publicUrl: string | null;
  readonly channels: readonly string[];
  /** Keys of shipped apps that carry a platform's manifest too. */
  readonly extraKeys: ExtraKeys;
  readonly platforms: readonly Platform[];
  readonly support: Support;
  /** What one device gets at most, in bytes: the biggest served build of each adapter, with room for its archive. */
  readonly sizes: { readonly all: number; readonly essential: number };
  /** False when the matrix has other kinds of packs only. */
  readonly hasAdapters: boolean;
}

/** Puts together what the config and the matrix ask of an app. Pure. */
export function expectApp(config: Config, target: Target, intent: Intent): AppExpectation {
  const biggest = intent.adapters.map((adapter) => {
    const builds = servedBuilds(adapter, intent.catalogue.systemModels).map(({ sizeBytes }) => sizeBytes);
    return {
      essential: 'essential' in adapter.downloadPolicy,
      bytes: builds.length === 0 ? 0 : Math.max(...builds) + ARCHIVE_ROOM,
    };
  });
  const sum = (of: typeof biggest): number => of.reduce((total, { bytes }) => total + bytes, 0);
  return {
    hosting: target.kind === 'app-store-connect' ? 'apple' : target.hosting,
    config: config.file,
    target: target.name,
    publicUrl: target.kind === 'app-store-connect' ? null : target.publicUrl,
    channels: config.channels,
    extraKeys: target.kind === 'app-store-connect' ? {} : target.projections,
    platforms: PLATFORMS.filter((platform) => config.support[platform] !== undefined),
    support: config.support,
    sizes: { all: sum(biggest), essential: sum(biggest.filter(({ essential }) => essential)) },
    hasAdapters: intent.adapters.length === 0 || intent.adapters.some(({ kind }) => kind === 'fmadapter'),
  };
}

/** What an archive adds to a build, names and digests of its few files, is known only when it is packed: far less. */
const ARCHIVE_ROOM = 64 * 1024;

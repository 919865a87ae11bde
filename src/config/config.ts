import type { UserConfig } from '../generated/config.ts';
import type { Support } from '../matrix/coverage.ts';
import type { Platform } from '../model/platform.ts';
import type { DeepReadonly } from '../model/readonly.ts';
import type { Signing } from '../trust/signing.ts';

/** The config as the code sees it: complete, checked and read-only. Paths are relative to `root`. */
export interface Config {
  readonly root: string;
  readonly file: string;
  readonly matrix: string;
  readonly support: Support;
  readonly channels: readonly string[];
  readonly targets: readonly Target[];
  readonly defaultTarget: string | null;
  readonly only: readonly string[];
  /** A CSV file relative to `root`, shares by platform and OS version, or null. */
  readonly fleet: DeepReadonly<NonNullable<UserConfig['fleet']>> | null;
  readonly audit: { readonly severity: Readonly<Record<string, string>>; readonly waive: readonly Waiver[] };
  readonly retention: { readonly revisions: number; readonly builds: number; readonly days: number };
}

/** A finding that a team has decided to live with until a day. */
export type Waiver = DeepReadonly<NonNullable<NonNullable<UserConfig['audit']>['waive']>[number]>;

/** Who unpacks: the app (`unmanaged`) or the system (`managed`). */
export type Hosting = 'unmanaged' | 'managed';

interface TargetBasics {
  readonly name: string;
  /** The URL that stands for the prefix; ends with a slash. */
  readonly publicUrl: string;
  readonly hosting: Hosting;
  readonly verify: 'edge' | 'origin' | 'none';
  readonly archive: 'aar' | 'zip';
  /** How releases are signed; `off` is unsigned on purpose, even where releases were signed before. */
  readonly signing?: Signing | 'off';
  readonly compression: 'none' | 'zlib' | 'auto';
  /** Keys beside our own that carry a platform's download manifest, by platform and channel. */
  readonly projections: ExtraKeys;
}

/** Keys of shipped apps, relative to the prefix: by platform, then by channel. */
export type ExtraKeys = Readonly<Partial<Record<Platform, Readonly<Record<string, string>>>>>;

/** A folder that any static server or CDN origin can serve. `path` is absolute. */
export interface DirectoryTarget extends TargetBasics {
  readonly kind: 'directory';
  readonly path: string;
}

/** An S3-compatible bucket. */
export interface S3Target extends TargetBasics {
  readonly kind: 's3';
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  /** Null leaves it to the environment. */
  readonly region: string | null;
  /** Null is AWS. */
  readonly endpoint: string | null;
  readonly forcePathStyle: boolean;
  /** Extra headers of every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** `sha256` adds a checksum header to what the signature covers anyway. */
  readonly checksums: 'sha256' | 'signed';
  readonly partSizeMiB: number;
  readonly connections: number;
}

/** Reserved for Apple hosting. */
export interface AppStoreConnectTarget {
  readonly kind: 'app-store-connect';
  readonly name: string;
}

/** Where releases go. */
export type Target = DirectoryTarget | S3Target | AppStoreConnectTarget;

/** How the releases of a target are signed; null leaves them unsigned. */
export const signingOf = ({ signing }: Pick<TargetBasics, 'signing'>): Signing | null =>
  signing === undefined || signing === 'off' ? null : signing;

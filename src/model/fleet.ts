import type { OsVersion } from './os-version.ts';
import type { Platform } from './platform.ts';

/** How many users have one OS version of one platform. */
export interface FleetRow {
  readonly platform: Platform;
  readonly os: OsVersion;
  /** The part of the platform's users, from 0 to 1. */
  readonly share: number;
  /** How many devices that are; null where only shares are known. */
  readonly devices: number | null;
}

/** Which OS versions the users of an app have, from analytics. Shares of a platform may sum to less than 1. */
export interface Fleet {
  /** Where the figures come from, for people: a file, or the config. */
  readonly source: string;
  readonly rows: readonly FleetRow[];
  /** All devices of the table; null where only shares are known. */
  readonly devices: number | null;
}

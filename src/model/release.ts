import type { CellsDocument as CellsJson } from '../generated/cells.ts';
import type {
  Hold as HoldJson,
  LogEntry as LogEntryJson,
  PackRecord as PackRecordJson,
  Recipe as RecipeJson,
  ReleaseSource as ReleaseSourceJson,
} from '../generated/log-entry.ts';
import type { ChannelManifest as ChannelManifestJson } from '../generated/manifest.ts';
import type { Cell } from './cell.ts';
import type { Sha256 } from './digest.ts';
import type { DeepReadonly } from './readonly.ts';

/** One published asset pack of a release: id, Apple's integer version, where its bytes are and what they came from. */
export type PackRecord = DeepReadonly<PackRecordJson>;

/** What, beside the build, decides a pack's bytes and how it is offered. */
export type Recipe = DeepReadonly<RecipeJson>;

/** A build that a rollback took back; publishing it again needs its hold lifted. */
export type Hold = DeepReadonly<HoldJson>;

/** Which commit and which run a release came from, where CI tells. */
export type ReleaseSource = DeepReadonly<ReleaseSourceJson>;

/** One immutable revision of a channel. Writing it is the commit. */
export type LogEntry = DeepReadonly<LogEntryJson>;

/** The resolved cells of one release. */
export type CellsDocument = DeepReadonly<CellsJson>;

/** `manifest.json`: what an app reads. */
export type ChannelManifest = DeepReadonly<ChannelManifestJson>;

/** A whole release as read from a store: the entry, the SHA-256 of its bytes, its cells. */
export interface Release {
  readonly entry: LogEntry;
  readonly entrySha256: Sha256;
  readonly cells: readonly Cell[];
}

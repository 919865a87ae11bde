import type { Inspection } from '../adapter/inspect.ts';
import type { Config } from '../config/config.ts';
import type { Intent } from '../matrix/load.ts';
import type { MatrixCell } from '../model/cell.ts';
import type { Finding, FindingCode, Severity } from '../model/finding.ts';
import type { Adapter, Build } from '../model/matrix.ts';
import type { AdapterChange } from '../model/plan.ts';
import type { PackRecord, Release } from '../model/release.ts';
import type { ProjectionState, Slot } from '../release/read-channel.ts';

/** Everything that rules look at, read once. Rules are pure functions of it. */
export interface AuditState {
  /** The day that the question is asked for. */
  readonly asOf: Date;
  readonly config: Config;
  readonly intent: Intent;
  /** The adapters in scope, and their cells. */
  readonly adapters: readonly Adapter[];
  readonly cells: readonly MatrixCell[];
  /** The served builds in scope, and what their files are like now. */
  readonly builds: readonly BuildState[];
  /** What publishing now would make of each adapter in scope. */
  readonly desired: readonly AdapterChange[];
  readonly channel: ChannelState;
}

/** A served build and its files. `mustPack`: a publish now would have to read them. */
export interface BuildState {
  readonly adapter: Adapter;
  readonly build: Build;
  readonly mustPack: boolean;
  readonly files: 'unchanged' | 'missing' | 'changed' | 'refused';
  readonly detail: string;
  readonly inspection: Inspection | null;
}

/** A channel as it stands: its log, its head, its projection, the objects that they name. */
export interface ChannelState {
  readonly name: string;
  readonly head: Release | null;
  readonly projection: ProjectionState;
  /** Every readable log entry, ascending. */
  readonly slots: readonly Slot[];
  /** What is wrong with the log; empty when it is whole. */
  readonly logFaults: readonly string[];
  /** Each pack of the head: its size in the store, or null when absent; its digest where it was hashed. */
  readonly packs: readonly {
    readonly pack: PackRecord;
    readonly sizeBytes: number | null;
    readonly sha256: string | null;
  }[];
  /** Keys under `packs/` that no log entry within retention names, in any channel. */
  readonly orphans: readonly string[];
}

/** One rule: looks at the state, returns what it found. */
export type Rule = (state: AuditState) => readonly Finding[];

/** Builds a finding; the message says what and why, the fix ends with what to do. */
export const finding = (
  code: FindingCode,
  severity: Severity,
  words: { readonly subject: string; readonly message: string; readonly fix: string },
): Finding => ({
  code,
  severity,
  ...words,
});

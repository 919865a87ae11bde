import type { Inspection } from '../adapter/inspect.ts';
import type { Config } from '../config/config.ts';
import type { Intent } from '../matrix/load.ts';
import type { MatrixCell } from '../model/cell.ts';
import type { Finding, FindingCode } from '../model/finding.ts';
import type { Fleet } from '../model/fleet.ts';
import type { Adapter, Build } from '../model/matrix.ts';
import type { AdapterChange } from '../model/plan.ts';
import type { PackRecord, Release } from '../model/release.ts';
import type { ProjectionState, Slot } from '../release/read-channel.ts';
import type { PlatformProjection } from '../release/read-projections.ts';
import { FINDING_WORDS } from './finding-words.ts';
import type { ChannelTrust } from './read-trust.ts';

/** Everything that rules look at, read once. Rules are pure functions of it. */
export interface AuditState {
  /** The day that the question is asked for. */
  readonly asOf: Date;
  /** The names in scope; empty means all. */
  readonly only: readonly string[];
  /** Which OS versions the users have; null where nobody told. */
  readonly fleet: Fleet | null;
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

/** The states of one project and one channel name, a target each. */
export type AuditedStates = readonly [AuditState, ...AuditState[]];

/** A served build and its files. `mustPack`: a publish now would have to read them. */
export interface BuildState {
  readonly adapter: Adapter;
  readonly build: Build;
  readonly mustPack: boolean;
  readonly files: 'unchanged' | 'missing' | 'changed' | 'refused';
  /** What is the matter with the files, as one sentence; empty when they are unchanged. */
  readonly detail: string;
  readonly inspection: Inspection | null;
}

/** A channel as it stands: its log, its head, its projection, the objects that they name. */
export interface ChannelState {
  readonly name: string;
  /** The target that it is a channel of. */
  readonly target: string;
  /** Where the objects of that target lie, for people: a folder, or a bucket with its prefix. */
  readonly place: string;
  /** Where devices read them; ends with a slash. */
  readonly publicUrl: string;
  /** The newest release. Null before the first one, and when a broken log does not tell: see `headKnown`. */
  readonly head: Release | null;
  readonly headKnown: boolean;
  readonly projection: ProjectionState;
  /** The download manifests of managed hosting, by platform and key. */
  readonly platforms: readonly PlatformProjection[];
  /** True when the head was published under another public URL than the config has now. */
  readonly urlsMoved: boolean;
  /** What its signatures are worth; null where the config names no key. */
  readonly trust: ChannelTrust | null;
  /** Every readable log entry, ascending. */
  readonly slots: readonly Slot[];
  /** What is wrong with the log; empty when it is whole. */
  readonly logFaults: readonly string[];
  /** Each pack that is served: its size in the store, or null when absent; its digest where it was hashed. */
  readonly packs: readonly ServedPack[];
  /** The keys of stored packs that retention keeps for no channel, sorted. */
  readonly orphans: readonly string[];
}

/** A pack that a served manifest names, and what the store has of it. */
export interface ServedPack {
  readonly pack: PackRecord;
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
}

/** One rule: looks at the state, returns what it found. */
export type Rule = (state: AuditState) => readonly Finding[];

/**
 * Builds a finding with the severity of its code, or with another one where the case is milder. The subject is one of:
 * an adapter (`name`), a build (`name version`), a fallback (`name → other`), a pack id, a catalogue row (`id`, or
 * `id, other`), the channel, a key of the store, a code. Waivers and the scope go by it.
 */
export const finding = (
  code: FindingCode,
  {
    severity = FINDING_WORDS[code].severity,
    ...words
  }: Omit<Finding, 'code' | 'severity'> & Partial<Finding>,
): Finding => ({ code, severity, subject: words.subject, message: words.message, fix: words.fix });

/** `summarizer 1.5.0`: the subject of everything about one build. */
export const buildSubject = ({ adapter, build }: Pick<BuildState, 'adapter' | 'build'>): string =>
  `${adapter.name} ${build.version}`;

/** `2026-11-22`: the day of the question, in UTC, as dates in matrix, config and catalogue are written. */
export const dayOf = ({ asOf }: Pick<AuditState, 'asOf'>): string => asOf.toISOString().slice(0, 10);

import type { DownloadPolicy as DownloadPolicyDocument } from '../generated/log-entry.ts';
import type { Fallback } from './cell.ts';
import type { TreeDigest } from './digest.ts';
import type { Platform } from './platform.ts';
import type { DeepReadonly } from './readonly.ts';
import type { BaseModelSignature } from './signature.ts';
import type { SystemModel } from './system-model.ts';
import type { Timestamp } from './timestamp.ts';

/** When the system downloads an asset pack (Apple's three policies). */
export type DownloadPolicy = DeepReadonly<DownloadPolicyDocument>;

/** `fmadapter`: an adapter package. `files`: any folder (Core AI, Core ML, MLX bundles). */
export type AdapterKind = 'fmadapter' | 'files';

/** One evaluation of a build on an OS version. */
export interface Evaluation {
  readonly os: string;
  readonly date: string;
  readonly reference: string;
}

/** One exported artifact: immutable, keyed by signature and version. `files` builds carry no signature. */
export interface Build {
  readonly version: string;
  readonly path: string;
  readonly addedAt: Timestamp;
  readonly baseModelSignature: BaseModelSignature | null;
  readonly digest: TreeDigest;
  readonly sizeBytes: number;
  readonly draft: boolean;
  readonly toolkit: string | null;
  readonly evals: readonly Evaluation[];
}

/** What a serve entry is about: every system model that carries a signature, or one system model. */
export type ServeSubject =
  | { readonly kind: 'signature'; readonly signature: BaseModelSignature }
  | { readonly kind: 'systemModel'; readonly id: string };

/** What it says: a build, or none on purpose until a day. */
export type ServeDecision =
  | { readonly kind: 'build'; readonly version: string }
  | {
      readonly kind: 'none';
      readonly fallback: Fallback;
      readonly reason: string | null;
      readonly until: string | null;
    };

/** One decision of the matrix. */
export interface ServeEntry {
  readonly subject: ServeSubject;
  readonly decision: ServeDecision;
}

/** One adapter with its builds and decisions. */
export interface Adapter {
  readonly name: string;
  readonly kind: AdapterKind;
  readonly packId: string | null;
  readonly platforms: readonly Platform[];
  readonly downloadPolicy: DownloadPolicy;
  readonly builds: readonly Build[];
  readonly serve: readonly ServeEntry[];
}

/** The reviewed matrix, merged from its files, with the catalogue that it extends. */
export interface Matrix {
  readonly adapters: readonly Adapter[];
  readonly systemModels: readonly SystemModel[];
}

/** On demand: the policy of an adapter that names none. */
export const ON_DEMAND: DownloadPolicy = { onDemand: {} };

import type { ResolutionState } from '../../src/matrix/resolve.ts';
import type { DeviceQuery } from '../../src/resolve/library.ts';
import type { Refusal } from '../../src/trust/verify.ts';

/** Something that every implementation must decide alike, and why it is decided so. */
interface Vector {
  readonly name: string;
  readonly why: string;
}

/** A device asks a manifest. */
export interface ResolutionVector extends Vector {
  readonly manifest: string;
  readonly query: DeviceQuery;
  readonly expect:
    | { readonly state: ResolutionState; readonly pack: string | null; readonly fallback: string | null }
    | { readonly error: string };
}

/** Bytes that are a manifest, or are not. */
export interface ManifestVector extends Vector {
  readonly base64: string;
  readonly expect: 'accepted' | 'refused';
}

/** Whose signatures count, for which app and channel, from which revision on, and how old they may be. */
export interface VectorPolicy {
  readonly keys: readonly string[];
  readonly app: string | null;
  readonly channel: string;
  readonly minRevision?: number;
  readonly maxAge?: { readonly seconds: number; readonly now: string };
}

/** One thing that is shown to a verifier: an envelope over a pack, perhaps with the pack's bytes, or a whole manifest. */
export type Shown =
  | { readonly pack: { readonly envelope: string | null; readonly base64?: string } }
  | { readonly manifest: { readonly text: string } };

/** What a verifier without a memory says. */
export interface SignatureVector extends Vector {
  readonly policy: VectorPolicy;
  readonly shown: Shown;
  readonly expect: 'accepted' | Refusal;
}

/** What a verifier says that remembers one feed: one thing after the other. */
export interface ProgressVector extends Vector {
  readonly policy: VectorPolicy;
  readonly steps: readonly { readonly shown: Shown; readonly expect: 'accepted' | Refusal }[];
}

/** One thing that was tried on a store: what came of it, and what to do where it failed. */
export interface ProbeCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Null where there is nothing to do. */
  readonly fix: string | null;
}

/** Tries what a store honours, step by step, and cleans up after itself. */
export type StoreProbe = () => AsyncIterable<ProbeCheck>;

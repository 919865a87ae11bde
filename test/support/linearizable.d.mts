/** A publish that committed: what it changed, when it was called and when it returned, and what it was told. */
export interface Publish {
  readonly adapter: string;
  readonly build: string;
  readonly message: string;
  readonly revision: number;
  readonly invokedAt: number;
  readonly returnedAt: number;
}

/** A read of the projection: when it began, and the revision that it found (0 for none). */
export interface ProjectionRead {
  readonly startedAt: number;
  readonly revision: number;
}

/** A log entry, as far as it matters here; all of them by revision, from 1. */
export interface LoggedEntry {
  readonly revision: number;
  readonly message: string | null;
  readonly packs: readonly { readonly adapter: string; readonly build: string }[];
}

/** What was seen of one channel. */
export interface Sightings {
  readonly publishes: readonly Publish[];
  readonly reads: readonly ProjectionRead[];
  readonly entries: readonly LoggedEntry[];
}

/** What does not fit one order of the publishes, in words; empty when the history is linearizable. Pure. */
export function findDisorder(sightings: Sightings): readonly string[];

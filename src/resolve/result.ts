import type { ResolutionState } from '../matrix/resolve.ts';
import type { Fallback } from '../model/cell.ts';

/** What a device gets, from the matrix or from a release: the fields of `resolve --json`. */
export interface ResolveResult {
  readonly state: ResolutionState;
  readonly adapter: string;
  readonly platform: string;
  readonly os: string;
  readonly source: 'matrix' | 'log' | 'edge';
  /** The revision that answered; null for the matrix. */
  readonly revision: number | null;
  readonly systemModel: string | null;
  readonly baseModelSignature: string | null;
  readonly build: string | null;
  readonly pack: ResolvedPack | null;
  readonly fallback: Fallback | null;
  readonly candidates: readonly string[];
  readonly trail: readonly string[];
}

/** The pack that a device fetches. Null fields are not known before it is published. */
export interface ResolvedPack {
  readonly id: string;
  readonly version: number | null;
  readonly url: string | null;
  readonly sha256: string | null;
  readonly downloadSize: number | null;
}

/** A pack record as `resolve` answers it. */
export const toResolvedPack = (
  { id, version, sha256, downloadSize }: PublishedPackFacts,
  url: string,
): ResolvedPack => ({ id, version, url, sha256, downloadSize });

/** What log entries and manifests both say of a pack. */
export interface PublishedPackFacts {
  readonly id: string;
  readonly version: number;
  readonly sha256: string;
  readonly downloadSize: number;
}

import type { Cell as CellDocument, Fallback as FallbackDocument } from '../generated/cells.ts';
import type { Build } from './matrix.ts';
import type { OsRange } from './os-range.ts';
import type { Platform } from './platform.ts';
import type { DeepReadonly } from './readonly.ts';
import type { SystemModel } from './system-model.ts';

/** What one kind of device gets of one adapter, as plans, releases and manifests write it. */
export type Cell = DeepReadonly<CellDocument>;

/** The outcome of one cell of the matrix. */
export type CellState = Cell['state'];

/** What a device uses where it gets no build of the adapter. */
export type Fallback = DeepReadonly<FallbackDocument>;

/** A cell while the matrix is at hand: with its row, its build and what its certainty rests on. */
export interface MatrixCell {
  readonly adapter: string;
  readonly platform: Platform;
  readonly range: OsRange;
  readonly systemModel: SystemModel | null;
  readonly state: CellState;
  readonly build: Build | null;
  readonly packId: string | null;
  readonly fallback: Fallback | null;
  readonly inferred: boolean;
}

/** `the base model`, or the adapter that stands in. */
export const formatFallback = (fallback: Fallback): string =>
  fallback === 'base-model' ? 'the base model' : `adapter "${fallback.adapter}"`;

/** Identifies a cell across releases: who asks, not what they get. */
export const cellKey = ({ adapter, platform, os, systemModel, variant }: Cell): string =>
  [adapter, platform, os.from, os.below ?? '', systemModel ?? '', variant ?? ''].join('\u0000');

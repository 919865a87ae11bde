/** A bug to put into a copy of the sources, and the one test that must fail then. */
export interface SourceMutant {
  readonly bug: string;
  readonly file: string;
  /** The exact text that the bug replaces. */
  readonly text: string;
  readonly instead: string;
  readonly test: string;
  readonly name: string;
}

export declare const SOURCE_MUTANTS: readonly SourceMutant[];

import type { CliProject } from '../support/cli-project.ts';

/** One bad input: how a sound project is spoilt, what is typed then, and how it is refused. */
export interface BadInput {
  readonly why: string;
  readonly args: string;
  readonly code: string;
  /** What the message must say: the offending value, expected and found. */
  readonly says: RegExp;
  /** The project it is tried in; `registered` unless told otherwise. */
  readonly from?: 'registered' | 'published';
  readonly arrange?: (project: CliProject) => void;
  readonly env?: Readonly<Record<string, string>>;
}

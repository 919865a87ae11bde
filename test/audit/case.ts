import type { FindingCode, Severity } from '../../src/model/finding.ts';
import type { AuditQuestion, Scene } from './scene.ts';

/** How a code is raised, and the nearest thing that does not raise it. */
export interface FindingCase {
  readonly severity: Severity;
  readonly subject: string;
  /** Adapters at the start; `summarizer` alone unless told otherwise. */
  readonly adapters?: readonly string[];
  /** False leaves the channel empty. */
  readonly published?: boolean;
  readonly question?: AuditQuestion;
  readonly trigger: (scene: Scene) => Promise<void> | void;
  readonly nearMiss: (scene: Scene) => Promise<void> | void;
}

/** Cases by code: every code that a matrix, its builds and a directory channel can raise has one. */
export type FindingCases<Code extends FindingCode> = Readonly<Record<Code, FindingCase>>;

/** Leaves the scene as it is. */
export const asItIs = (): void => undefined;

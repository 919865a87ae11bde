import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure, FailureKind } from './failure.ts';

/** How long a request is worth trying. Times in milliseconds. */
export interface Patience {
  readonly attempts: number;
  readonly budgetMs: number;
  /** The first pause is at most this long, each later one at most twice the one before. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Without any progress for this long, a request counts as lost. There is no limit on total time. */
  readonly stallMs: number;
}

/** Eight attempts within five minutes; a request may stand still for one. */
export const PATIENT: Patience = {
  attempts: 8,
  budgetMs: 5 * 60_000,
  firstPauseMs: 200,
  longestPauseMs: 20_000,
  stallMs: 60_000,
};

/** What came of trying: a value, or the last failure with what was thrown. */
export type Tried<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure; readonly cause: unknown };

/**
 * Tries until it works, `again` says no, or patience ends. Pauses grow and are cut at random, so that many clients
 * that were turned away together do not come back together; `Retry-After` is kept.
 */
export async function persist<T>(
  attempt: () => Promise<Tried<T>>,
  again: (failure: Failure, attempts: number) => boolean,
  { attempts, budgetMs, firstPauseMs, longestPauseMs }: Patience,
): Promise<Tried<T>> {
  const until = Date.now() + budgetMs;
  for (let tries = 1; ; tries++) {
    const tried = await attempt();
    if (tried.ok || tries >= attempts || !again(tried.failure, tries)) return tried;
    const ceiling = Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1));
    const pause = Math.max(tried.failure.retryAfterMs ?? 0, Math.random() * ceiling);
    if (Date.now() + pause > until) return tried;
    await sleep(pause);
  }
}

/** Failures after which nothing was written: the same request may go out again whatever it does. */
export const NOT_APPLIED: ReadonlySet<FailureKind> = new Set<FailureKind>(['throttled', 'conflict']);

/** How often a body is sent that arrives with other bytes: once may be the network, always is memory or a proxy. */
export const MAX_ALTERED = 5;

/** Failures after which a request that may be repeated is worth repeating. */
export const REPEATABLE: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'throttled',
  'conflict',
  'unclear',
]);

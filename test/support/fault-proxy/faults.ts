import { createHash } from 'node:crypto';

/** What may befall a request on its way to the store, or the answer on its way back. */
export type Fault =
  /** Everything arrives, later: `ms`, and up to `jitterMs` more. */
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs: number }
  /**
   * The connection is reset: before the request goes on, when half of its body has, when it is done and not answered,
   * when half of the answer is out.
   */
  | { readonly kind: 'reset'; readonly at: 'request' | 'body' | 'applied' | 'reply' }
  /** Half-open: the request is taken, and nobody ever answers. */
  | { readonly kind: 'silence' }
  /** Answered on the way with this status; the store hears nothing. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code: string;
      readonly retryAfter?: string;
    }
  /** Answered 200 with an error in the body, whether the store did it or heard nothing. */
  | { readonly kind: 'error-in-200'; readonly applied: boolean }
  /** Half of the answer, under the whole length and then cut, or under the length of the half, as if that were all. */
  | { readonly kind: 'truncated'; readonly length: 'right' | 'wrong' }
  | { readonly kind: 'flip'; readonly in: 'request' | 'reply' }
  /** Delivered twice; the second answer comes back. */
  | { readonly kind: 'twice' }
  /** Reset at once, and delivered when the sender has long given up. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Answered with what the same address said before, as an edge does. Only who reads anonymously. */
  | { readonly kind: 'stale' };

/** A request as the proxy tells them apart. */
export interface Asked {
  /** `PutObject`, `UploadPart`, … */
  readonly name: string;
  readonly key: string;
  readonly partNumber: number | null;
  readonly anonymous: boolean;
}

/** A fault, the share of requests that it befalls, and which ones at all. */
export interface Rule {
  readonly fault: Fault;
  readonly share: number;
  readonly picks?: (asked: Asked) => boolean;
  /** It befalls no more than so many requests. */
  readonly most?: number;
}

/** A fault that befell a request. */
export interface Injected {
  readonly request: string;
  readonly fault: Fault;
}

/** Decides what befalls each request. */
export interface Dice {
  /** The faults of the next request of this kind: any number of latencies, at most one other. */
  next(asked: Asked): readonly Fault[];
  /** A number from 0 to 1 that belongs to this request. */
  number(asked: Asked, purpose: string): number;
}

/**
 * Dice whose throws depend on the seed, on what is asked for and on how often it was asked for before, and not on
 * what else goes on at the same time: equal seeds befall equal requests.
 */
export function openDice(rules: readonly Rule[], seed: number): Dice {
  const times = new Map<string, number>();
  const used = rules.map(() => 0);
  const throwFor = (asked: Asked, purpose: string): number => {
    const label = labelOf(asked);
    const text = `${seed} ${purpose} ${label} ${times.get(label) ?? 0}`;
    return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
  };
  return {
    number: throwFor,
    next: (asked) => {
      const label = labelOf(asked);
      times.set(label, (times.get(label) ?? 0) + 1);
      const struck: Fault[] = [];
      let isStruck = false;
      // One throw decides among the rules, so that their shares add up.
      let left = throwFor(asked, 'fault');
      rules.forEach(({ fault, share, picks, most = Number.POSITIVE_INFINITY }, index) => {
        if (picks?.(asked) === false || (used[index] ?? 0) >= most) return;
        if (fault.kind === 'latency') {
          if (throwFor(asked, `latency ${index}`) < share) struck.push(fault);
          return;
        }
        if (!isStruck && left < share) {
          isStruck = true;
          used[index] = (used[index] ?? 0) + 1;
          struck.push(fault);
        }
        left -= share;
      });
      return struck;
    },
  };
}

/** What a request is called: equal for every try of the same. */
export const labelOf = ({ name, key, partNumber }: Asked): string =>
  `${name} ${key}${partNumber === null ? '' : ` part ${partNumber}`}`;

import type { Asked, Fault, Rule } from './faults.ts';

/** A kind of bad day, by name. */
export interface Profile {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Exit codes that a publish may end with besides 0. Whatever it is, it must be true. */
  readonly mayEnd: readonly number[];
  /** False where more than a tenth of the requests is befallen: then only the truth is asked for. */
  readonly mustSucceed: boolean;
  /** Where a publish looks at what it has published. */
  readonly verify: 'origin' | 'edge';
}

const at = (share: number, ...faults: readonly Fault[]): readonly Rule[] =>
  faults.map((fault) => ({ fault, share: share / faults.length }));

const only = (picks: (asked: Asked) => boolean, rules: readonly Rule[]): readonly Rule[] =>
  rules.map((rule) => ({ ...rule, picks }));

const signed = ({ anonymous }: Asked): boolean => !anonymous;

const status = (status: number, code: string, retryAfter?: string): Fault => ({
  kind: 'status',
  status,
  code,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

const LATENCY: Fault = { kind: 'latency', ms: 1, jitterMs: 25 };
const FLIPS: readonly Fault[] = [
  { kind: 'flip', in: 'request' },
  { kind: 'flip', in: 'reply' },
];
const TRUNCATED: readonly Fault[] = [
  { kind: 'truncated', length: 'right' },
  { kind: 'truncated', length: 'wrong' },
];
const RESETS: readonly Fault[] = [
  { kind: 'reset', at: 'request' },
  { kind: 'reset', at: 'body' },
  { kind: 'reset', at: 'applied' },
  { kind: 'reset', at: 'reply' },
];
const SERVER_ERRORS: readonly Fault[] = [
  status(500, 'InternalError'),
  status(502, 'BadGateway'),
  status(504, 'GatewayTimeout'),
];
const SLOW_DOWN: readonly Fault[] = [status(503, 'SlowDown'), status(429, 'TooManyRequests')];
const LATE: Fault = { kind: 'late', ms: 60 };
const EVERYTHING: readonly Fault[] = [
  ...RESETS,
  ...SERVER_ERRORS,
  ...SLOW_DOWN,
  ...TRUNCATED,
  ...FLIPS,
  status(409, 'ConditionalRequestConflict'),
  { kind: 'twice' },
  LATE,
];

const profile = (
  name: string,
  rules: readonly Rule[],
  { mayEnd = [69], mustSucceed = true, verify = 'origin' as const }: Partial<Profile> = {},
): Profile => ({ name, rules, mayEnd, mustSucceed, verify });

const isComplete = ({ name }: Asked): boolean => name === 'CompleteMultipartUpload';

/** Every bad day that the publisher is put through. */
export const PROFILES: readonly Profile[] = [
  profile('latency and jitter', at(1, LATENCY)),
  profile('reset before arrival', at(0.1, { kind: 'reset', at: 'request' })),
  profile('reset mid-part', at(0.1, { kind: 'reset', at: 'body' })),
  profile('reset after apply', at(0.1, { kind: 'reset', at: 'applied' }), { mayEnd: [9, 69] }),
  profile('reset mid-reply', at(0.1, { kind: 'reset', at: 'reply' }), { mayEnd: [9, 69] }),
  profile('half-open', at(0.03, { kind: 'silence' }), { mayEnd: [9, 69] }),
  profile('server errors', at(0.1, ...SERVER_ERRORS), { mayEnd: [9, 69] }),
  profile('slow down', at(0.1, ...SLOW_DOWN)),
  profile('slow down with Retry-After', [
    { fault: status(503, 'SlowDown', '1'), share: 0.1, most: 2 },
    { fault: status(429, 'TooManyRequests', '0'), share: 0.1, most: 20 },
  ]),
  profile('conflicts', at(0.1, status(409, 'ConditionalRequestConflict'))),
  profile('errors in a 200', [
    ...only(
      isComplete,
      at(0.6, { kind: 'error-in-200', applied: true }, { kind: 'error-in-200', applied: false }),
    ),
    ...at(0.04, status(500, 'InternalError')),
  ]),
  profile('truncated answers', at(0.1, ...TRUNCATED), { mayEnd: [7, 9, 69] }),
  profile('flipped bits in requests', at(0.1, { kind: 'flip', in: 'request' }), { mayEnd: [7, 9, 69] }),
  profile('flipped bits in answers', at(0.1, { kind: 'flip', in: 'reply' }), { mayEnd: [7, 9, 69] }),
  profile('delivered twice', at(0.1, { kind: 'twice' })),
  profile('delivered late', at(0.1, LATE), { mayEnd: [9, 69] }),
  profile(
    'a stale edge',
    [
      { fault: { kind: 'stale' }, share: 0.4, picks: ({ anonymous }) => anonymous },
      ...only(signed, at(0.05, ...RESETS)),
    ],
    { mayEnd: [9, 69], verify: 'edge' },
  ),
  profile('a token that expires at part 2', [
    {
      fault: status(403, 'ExpiredToken'),
      share: 1,
      most: 1,
      picks: ({ name, partNumber }) => name === 'UploadPart' && partNumber === 2,
    },
    ...at(0.05, ...RESETS),
  ]),
  profile('a token that expires again and again', at(0.1, status(403, 'ExpiredToken')), {
    mayEnd: [3, 9],
    mustSucceed: false,
  }),
  profile('everything at once', [...at(0.1, ...EVERYTHING), ...at(0.5, LATENCY)], { mayEnd: [5, 7, 9, 69] }),
  profile('everything at once, four in ten', at(0.4, ...EVERYTHING), {
    mayEnd: [5, 7, 9, 69],
    mustSucceed: false,
  }),
];

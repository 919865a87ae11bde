import type { ProgressVector, Shown, VectorPolicy } from './case.ts';
import { manifestText, POLICY, packEnvelope, STRANGER, signedManifest, TOMORROW } from './fixtures.ts';

type Step = readonly [expect: ProgressVector['steps'][number]['expect'], shown: Shown];
type Row = readonly [name: string, why: string, steps: readonly Step[], policy?: Partial<VectorPolicy>];

const pack = (
  revision: number,
  more: Readonly<Record<string, string | number>> = {},
  stranger = false,
): Shown => ({
  pack: { envelope: packEnvelope({ revision, ...more }, stranger ? { keys: [STRANGER] } : {}) },
});
const manifest = (revision: number, createdAt?: string): Shown => ({
  manifest: { text: signedManifest(manifestText(revision, 'stable', createdAt)) },
});
const other = { id: 'fmadapter-tagger-9799725' };

const ROWS: readonly Row[] = [
  [
    'forward',
    'Releases follow each other; gaps are what a device slept through.',
    [
      ['accepted', manifest(1)],
      ['accepted', manifest(2)],
      ['accepted', manifest(9)],
    ],
  ],
  [
    'same-again',
    'The same bytes may be seen as often as the device looks.',
    [
      ['accepted', manifest(4)],
      ['accepted', manifest(4)],
    ],
  ],
  [
    'rollback',
    'Somebody serves an older release again. A real rollback is a new, higher revision.',
    [
      ['accepted', manifest(5)],
      ['rollback', manifest(4)],
    ],
  ],
  [
    'rollback-to-the-first',
    'However old it is, and however well signed.',
    [
      ['accepted', manifest(300)],
      ['rollback', manifest(1)],
    ],
  ],
  [
    'rollback-is-remembered',
    'A refusal changes nothing of what is remembered.',
    [
      ['accepted', manifest(5)],
      ['rollback', manifest(4)],
      ['rollback', manifest(4)],
      ['accepted', manifest(5)],
      ['accepted', manifest(6)],
    ],
  ],
  [
    'equivocation',
    'One revision with two contents: somebody shows different readers different things.',
    [
      ['accepted', manifest(7, '2026-11-22T10:00:00Z')],
      ['equivocation', manifest(7, '2026-11-22T10:00:01Z')],
      ['accepted', manifest(7, '2026-11-22T10:00:00Z')],
    ],
  ],
  [
    'same-content-signed-by-another-key',
    'What is compared is what was said, not who signed it: a key may be replaced in between.',
    [
      ['accepted', pack(7)],
      ['accepted', { pack: { envelope: packEnvelope({ revision: 7 }, { keys: [TOMORROW] }) } }],
    ],
  ],
  [
    'packs-of-one-revision',
    'Each pack of a revision has a statement of its own.',
    [
      ['accepted', pack(3)],
      ['accepted', pack(3, other)],
      ['accepted', pack(3)],
    ],
  ],
  [
    'pack-equivocation',
    'The same revision of the same pack with other facts.',
    [
      ['accepted', pack(3)],
      ['equivocation', pack(3, { version: 8 })],
    ],
  ],
  [
    'withdrawn-pack-comes-back',
    'Revision 4 no longer had the other pack; its statement of revision 3 must not bring it back.',
    [
      ['accepted', pack(3)],
      ['accepted', pack(3, other)],
      ['accepted', pack(4)],
      ['rollback', pack(3, other)],
    ],
  ],
  [
    'mixed-releases',
    'A new statement for one pack does not make an old one for another acceptable.',
    [
      ['accepted', pack(9)],
      ['rollback', pack(8, other)],
      ['accepted', pack(9, other)],
    ],
  ],
  [
    'a-refused-statement-moves-nothing',
    'A forged high revision must not lock out the real ones.',
    [
      ['accepted', pack(2)],
      ['unknown-key', pack(9_000_000, {}, true)],
      ['accepted', pack(3)],
    ],
  ],
  [
    'wrong-channel-moves-nothing',
    'Nor may a higher revision of another channel.',
    [
      ['accepted', pack(2)],
      ['wrong-channel', pack(50, { channel: 'beta' })],
      ['accepted', pack(3)],
    ],
  ],
  [
    'stale-moves-nothing',
    'A stale release is refused for now, and its successor is accepted.',
    [
      ['stale', pack(2)],
      ['accepted', pack(3, { issuedAt: '2026-12-20T10:00:00Z' })],
    ],
    { maxAge: { seconds: 864_000, now: '2026-12-22T10:00:00Z' } },
  ],
  [
    'floor',
    'The floor that an app is built with counts before anything is remembered.',
    [
      ['rollback', manifest(9)],
      ['accepted', manifest(10)],
      ['rollback', manifest(9)],
    ],
    { minRevision: 10 },
  ],
  [
    'up-to-the-largest-integer',
    'Revisions are integers up to 2^53 - 1.',
    [
      ['accepted', pack(9_007_199_254_740_991)],
      ['rollback', pack(9_007_199_254_740_990)],
    ],
  ],
];

/** Every case of looking several times. */
export const PROGRESS_VECTORS: readonly ProgressVector[] = ROWS.map(([name, why, steps, policy = {}]) => ({
  name,
  why,
  policy: { ...POLICY, ...policy },
  steps: steps.map(([expect, shown]) => ({ shown, expect })),
}));

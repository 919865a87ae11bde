import { expect, test } from 'vitest';
import { toExtraKeys } from '../../src/config/extra-keys.ts';
import { ReleaseError } from '../../src/errors.ts';

const target = (projections: Record<string, string | Record<string, string>>, hosting = 'managed') =>
  ({
    kind: 'directory',
    path: 'cdn',
    publicUrl: 'https://cdn.example.com/',
    hosting: hosting === 'managed' ? 'managed' : 'unmanaged',
    projections,
  }) as const;

test('a key belongs to the only channel, or to those that are named', () => {
  expect(toExtraKeys('cdn', target({ iOS: 'legacy/ios.json' }), ['stable'])).toEqual({
    iOS: { stable: 'legacy/ios.json' },
  });
  const keys = { iOS: { stable: 'ios.json', beta: 'beta/ios.json' }, macOS: { stable: 'mac' } };
  expect(toExtraKeys('cdn', target(keys), ['stable', 'beta'])).toEqual(keys);
  const { projections: _, ...plain } = target({}, 'unmanaged');
  expect(toExtraKeys('cdn', plain, ['stable'])).toEqual({});
});

interface BadKeys {
  readonly why: string;
  readonly keys: Record<string, string | Record<string, string>>;
  readonly hosting?: string;
  readonly channels?: readonly string[];
  readonly says: string;
}

test.each<BadKeys>([
  {
    why: 'unmanaged hosting',
    keys: { iOS: 'a.json' },
    hosting: 'unmanaged',
    says: 'only `hosting: "managed"`',
  },
  {
    why: 'a platform that is none',
    keys: { iPadOS: 'a.json' },
    says: '"iPadOS" is not a platform of its own',
  },
  { why: 'a channel that is none', keys: { iOS: { nightly: 'a.json' } }, says: 'the channel "nightly"' },
  {
    why: 'no channel where there are two',
    keys: { iOS: 'a.json' },
    channels: ['stable', 'beta'],
    says: 'expected { "stable": "a.json" }',
  },
  {
    why: 'one key for two manifests',
    keys: { iOS: 'a.json', macOS: 'a.json' },
    says: 'uses the key "a.json" twice',
  },
  ...[
    'v1/channels/stable/iOS.json',
    'V1/x',
    'v1',
    '/a.json',
    'a//b',
    '../a',
    '.hidden',
    'a/.b',
    'a b',
    'ä',
    'x/',
  ].map((key) => ({ why: `the key "${key}"`, keys: { iOS: key }, says: `has the key "${key}"` })),
])('$why is refused', ({ keys, says, hosting = 'managed', channels = ['stable'] }) => {
  const act = () => toExtraKeys('cdn', target(keys, hosting), channels);
  expect(act).toThrow(ReleaseError);
  expect(act).toThrow(says);
});

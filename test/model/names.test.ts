import { expect, test } from 'vitest';
import { ASSET_PACK_ID, adapterIdentifier, parseChannelName } from '../../src/model/names.ts';
import { SIGNATURE } from '../support/builders.ts';

test('an identifier is the name and the first seven digits', () => {
  expect(adapterIdentifier('summarizer', SIGNATURE)).toBe('fmadapter-summarizer-9799725');
  expect(ASSET_PACK_ID.test(adapterIdentifier('a'.repeat(64), SIGNATURE))).toBe(true);
});

test.each(['stable', 'a', 'beta-2', `a${'b'.repeat(31)}`])('%s is a channel name', (name) => {
  expect(parseChannelName(name)).toBe(name);
});

test.each(['', 'Stable', '2beta', '-a', 'a_b', 'a.b', 'a/b', '../a', 'ä', 'stable\n', `a${'b'.repeat(32)}`])(
  '%j is none, exit 2',
  (name) => {
    expect(() => parseChannelName(name)).toThrow(expect.objectContaining({ code: 'USAGE', exitCode: 2 }));
  },
);

test.each(['', 'com.acme', 'a b', 'ä', 'a/b', 'a\n', 'a'.repeat(129)])('%j is no asset pack id', (id) => {
  expect(ASSET_PACK_ID.test(id)).toBe(false);
});

import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { defineConfig } from '../../src/config/define.ts';
import { normaliseConfig } from '../../src/config/normalise.ts';
import { ReleaseError } from '../../src/errors.ts';
import type { UserConfig } from '../../src/generated/config.ts';

const normalise = (given: Partial<UserConfig>): Config =>
  normaliseConfig(
    { support: { iOS: '>=26.0' }, ...given },
    { root: '/project', file: 'fmrelease.config.ts' },
  );

function faultsOf(given: Partial<UserConfig>): readonly string[] {
  try {
    normalise(given);
    return [];
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'CONFIG_INVALID') return error.details;
    throw error;
  }
}

const urlOf = (publicUrl: string): string | undefined => {
  const [target] = normalise({ targets: { t: { kind: 's3', bucket: 'models', publicUrl } } }).targets;
  return target?.kind === 's3' ? target.publicUrl : undefined;
};

test('defineConfig gives back what it takes', () => {
  const config = { support: { iOS: '>=26.0' } };
  expect(defineConfig(config)).toBe(config);
});

test('support alone is enough', () => {
  expect(normalise({})).toEqual({
    root: '/project',
    file: 'fmrelease.config.ts',
    matrix: 'fmrelease.matrix.json',
    support: { iOS: { from: [26, 0, 0], below: null } },
    channels: ['stable'],
    targets: [
      {
        kind: 'directory',
        name: 'local',
        path: '/project/.fmrelease/cdn',
        publicUrl: 'http://127.0.0.1:8787/',
        hosting: 'unmanaged',
        verify: 'origin',
        archive: 'aar',
        compression: 'none',
        projections: {},
      },
    ],
    defaultTarget: null,
    only: [],
    fleet: null,
    audit: { severity: {}, waive: [] },
    retention: { revisions: 10, builds: 2, days: 30 },
  });
});

test('each kind of target has its own defaults, and what is written wins', () => {
  const { targets } = normalise({
    targets: {
      cdn: { kind: 's3', bucket: 'acme', publicUrl: 'https://cdn.example.com/editor' },
      disk: {
        kind: 'directory',
        path: '/srv/cdn',
        publicUrl: 'https://x.example',
        hosting: 'managed',
        verify: 'none',
        archive: 'zip',
        compression: 'none',
      },
      apple: { kind: 'app-store-connect' },
    },
  });
  expect(targets).toMatchObject([
    {
      name: 'cdn',
      kind: 's3',
      bucket: 'acme',
      prefix: '',
      publicUrl: 'https://cdn.example.com/editor/',
      hosting: 'unmanaged',
      verify: 'edge',
      archive: 'aar',
      compression: 'none',
    },
    {
      name: 'disk',
      kind: 'directory',
      path: '/srv/cdn',
      hosting: 'managed',
      verify: 'none',
      archive: 'zip',
      compression: 'none',
    },
    { name: 'apple', kind: 'app-store-connect' },
  ]);
});

test('one retention key leaves the others at their defaults', () => {
  expect(normalise({ retention: { days: 7 } }).retention).toEqual({ revisions: 10, builds: 2, days: 7 });
});

describe('publicUrl', () => {
  test.each([
    { text: 'https://cdn.example.com', url: 'https://cdn.example.com/' },
    { text: 'https://cdn.example.com/editor', url: 'https://cdn.example.com/editor/' },
    { text: 'https://cdn.example.com/editor/', url: 'https://cdn.example.com/editor/' },
    { text: 'http://127.0.0.1:8787/', url: 'http://127.0.0.1:8787/' },
    { text: 'http://localhost:80/a', url: 'http://localhost/a/' },
    { text: 'http://[::1]:8787', url: 'http://[::1]:8787/' },
    { text: 'https://CDN.example.com/a/../b', url: 'https://cdn.example.com/b/' },
  ])('$text is $url', ({ text, url }) => {
    expect(urlOf(text)).toBe(url);
  });

  test.each([
    { text: 'cdn.example.com', says: 'is no URL' },
    { text: '/editor', says: 'is no URL' },
    { text: 'http://cdn.example.com/', says: 'uses http: expected https, or http on loopback' },
    { text: 'http://127.0.0.1.example.com/', says: 'uses http' },
    { text: 'http://localhost.example.com/', says: 'uses http' },
    { text: 'ftp://cdn.example.com/', says: 'uses ftp' },
    { text: 'file:///srv/cdn', says: 'uses file' },
    { text: 's3://bucket/prefix', says: 'uses s3' },
    { text: 'https://key:s3cr3t@cdn.example.com/', says: 'carries credentials' },
    { text: 'https://key@cdn.example.com/', says: 'carries credentials' },
    { text: 'https://cdn.example.com/?v=1', says: 'has a query or a fragment' },
    { text: 'https://cdn.example.com/?', says: 'has a query or a fragment' },
    { text: 'https://cdn.example.com/#a', says: 'has a query or a fragment' },
    { text: 'https://cdn.example.com/#', says: 'has a query or a fragment' },
  ])('$text $says', ({ text, says }) => {
    const [fault, ...others] = faultsOf({
      targets: { t: { kind: 's3', bucket: 'models', publicUrl: text } },
    });
    expect(fault).toContain(`The publicUrl of target "t" ${says}`);
    expect(fault).not.toContain('s3cr3t');
    expect(others).toEqual([]);
  });
});

describe('defaultTarget', () => {
  const targets: UserConfig['targets'] = { cdn: { kind: 's3', bucket: 'models', publicUrl: 'https://x' } };
  test.each([
    { given: { targets, defaultTarget: 'cdn' }, faults: [] },
    { given: { defaultTarget: 'local' }, faults: [] },
    {
      given: { targets, defaultTarget: 'local' },
      faults: ['defaultTarget "local" is none of the targets: cdn.'],
    },
    { given: { defaultTarget: 'cdn' }, faults: ['defaultTarget "cdn" is none of the targets: local.'] },
    {
      given: { targets, defaultTarget: 'toString' },
      faults: ['defaultTarget "toString" is none of the targets: cdn.'],
    },
  ])('$given.defaultTarget → $faults', ({ given, faults }) => {
    expect(faultsOf(given)).toEqual(faults);
  });
});

test('every fault is reported at once, each with its field', () => {
  const error = (() => {
    try {
      return normalise({
        support: { iPadOS: '>=26.0', iOS: 'new', macOS: '26.0 || 26.2', tvOS: '>=26.0' },
        targets: {
          one: { kind: 's3', bucket: 'models', publicUrl: 'nowhere' },
          two: { kind: 'directory', path: 'x', publicUrl: 'http://example.com' },
        },
        defaultTarget: 'three',
      });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/^fmrelease\.config\.ts has 6 faults: /),
    details: [
      'The publicUrl of target "one" is no URL: expected https://host/path/.',
      'The publicUrl of target "two" uses http: expected https, or http on loopback.',
      '"iPadOS" is not a platform of its own: write "iOS", which covers iPadOS.',
      'support.iOS: "new" is not an OS range: expected integers and comparators only.',
      'support.macOS: "26.0 || 26.2" is not an OS range: it has a hole before 26.2, expected one unbroken interval.',
      'defaultTarget "three" is none of the targets: one, two.',
    ],
  });
});

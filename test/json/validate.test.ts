import { describe, expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import validateConfig from '../../src/generated/config.validator.js';
import type { MatrixDocument } from '../../src/generated/matrix.ts';
import validateMatrix from '../../src/generated/matrix.validator.js';
import { checkDocument, explainFaults, type SchemaValidator } from '../../src/json/validate.ts';
import { aBuildDocument, aMatrixDocument, SIGNATURE } from '../support/builders.ts';

const linesOf = (validate: SchemaValidator, value: unknown): readonly string[] => {
  validate(value);
  return explainFaults(validate.errors ?? [], value);
};

const adapterWith = (given: Record<string, unknown>): unknown => ({
  formatVersion: 1,
  adapters: { a: { platforms: ['iOS'], builds: [], serve: [], ...given } },
});

const rowWith = (given: Record<string, unknown>): unknown => ({
  formatVersion: 1,
  adapters: {},
  systemModels: [
    {
      id: 'x',
      os: { iOS: '*' },
      baseModelSignature: null,
      adapterSupport: 'supported',
      certainty: 'proved',
      ...given,
    },
  ],
});

test('a sound document is returned as it is', () => {
  const document = aMatrixDocument();
  expect(
    checkDocument<MatrixDocument>(document, {
      validate: validateMatrix,
      source: 'm.json',
      code: 'MATRIX_INVALID',
    }),
  ).toBe(document);
});

test('a refusal counts the faults, names the file and keeps every line', () => {
  const check = (value: unknown) => () =>
    checkDocument(value, { validate: validateMatrix, source: 'm.json', code: 'MATRIX_INVALID' });
  expect(check({ formatVersion: 1 })).toThrow(
    expect.objectContaining({
      code: 'MATRIX_INVALID',
      message: 'm.json does not follow its schema. One field does not fit: "adapters" is missing.',
      fix: 'Correct that field in m.json.',
      details: ['"adapters" is missing'],
    }),
  );
  const builds = Array.from({ length: 12 }, () => ({ ...aBuildDocument(), sizeBytes: -1 }));
  try {
    check(adapterWith({ builds }))();
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(ReleaseError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^m\.json does not follow its schema\. 12 fields do not fit: /),
    });
    expect(error instanceof ReleaseError && error.details.length).toBe(12);
  }
});

test.each([
  { why: 'a function', config: () => ({}), found: 'a function' },
  { why: 'a big integer', config: { support: 26n }, found: 'a bigint' },
  { why: 'a circle', config: { support: circle() }, found: 'a object' },
])('$why, which JSON cannot write, is described all the same', ({ config, found }) => {
  expect(linesOf(validateConfig, config).join()).toContain(`found ${found}`);
});

/** An array that holds itself. */
function circle(): unknown[] {
  const items: unknown[] = [];
  items.push(items);
  return items;
}

describe('one clear line for', () => {
  test.each([
    { why: 'a missing key', value: { formatVersion: 1 }, lines: ['"adapters" is missing'] },
    {
      why: 'a missing key further down',
      value: adapterWith({ builds: undefined }),
      lines: ['adapters.a: "builds" is missing'],
    },
    {
      why: 'an unknown key',
      value: adapterWith({ server: [] }),
      lines: ['adapters.a: "server" is not a known key'],
    },
    {
      why: 'a wrong enum',
      value: adapterWith({ kind: 'zip' }),
      lines: ['adapters.a.kind: expected one of fmadapter, files, found "zip"'],
    },
    {
      why: 'a wrong constant',
      value: { formatVersion: 2, adapters: {} },
      lines: ['formatVersion: expected 1, found 2'],
    },
    {
      why: 'a wrong type',
      value: adapterWith({ serve: {} }),
      lines: ['adapters.a.serve: expected array, found {}'],
    },
    { why: 'a wrong document', value: [], lines: ['(document): expected object, found []'] },
    { why: 'no document', value: undefined, lines: ['(document): expected object, found nothing'] },
    {
      why: 'an empty list',
      value: adapterWith({ platforms: [] }),
      lines: ['adapters.a.platforms: is empty, expected at least 1 item'],
    },
    {
      why: 'a repeated item',
      value: adapterWith({ platforms: ['iOS', 'iOS'] }),
      lines: ['adapters.a.platforms: items 1 and 0 are the same'],
    },
    {
      why: 'a long value, cut',
      value: adapterWith({ kind: 'x'.repeat(99) }),
      lines: [`adapters.a.kind: expected one of fmadapter, files, found "${'x'.repeat(56)}…`],
    },
    {
      why: 'a key with a slash and a tilde',
      value: { formatVersion: 1, adapters: { 'a/b~c': 1 } },
      lines: ['adapters.a/b~c: expected object, found 1'],
    },
  ])('$why', ({ value, lines }) => {
    expect(linesOf(validateMatrix, value)).toEqual(lines);
  });
});

describe('a serve entry', () => {
  const to = { baseModelSignature: SIGNATURE };
  const at = 'adapters.a.serve[0]';
  test.each([
    {
      entry: { systemModel: 'x' },
      lines: [`${at}: expected exactly one of "version", "none", found {"systemModel":"x"}`],
    },
    {
      entry: { version: '1.0.0' },
      lines: [
        `${at}: expected exactly one of "baseModelSignature", "systemModel", found {"version":"1.0.0"}`,
      ],
    },
    {
      entry: { ...to, version: '1.0.0', none: 'base-model' },
      lines: [`${at}: holds keys that exclude each other, found "baseModelSignature", "version", "none"`],
    },
    {
      entry: { ...to, systemModel: 'x', version: '1.0.0' },
      lines: [
        `${at}: holds keys that exclude each other, found "baseModelSignature", "systemModel", "version"`,
      ],
    },
    {
      entry: { ...to, none: 'nothing' },
      lines: [`${at}.none: expected exactly one of "base-model", object, found "nothing"`],
    },
    { entry: { ...to, none: {} }, lines: [`${at}.none: "adapter" is missing`] },
    { entry: { ...to, none: { adapter: 1 } }, lines: [`${at}.none.adapter: expected string, found 1`] },
    { entry: { ...to, none: { adapter: 'a', why: 'x' } }, lines: [`${at}.none: "why" is not a known key`] },
    {
      entry: { baseModelSignature: '97', version: '1.0.0' },
      lines: [`${at}.baseModelSignature: expected the pattern ^[0-9a-f]{40}$, found "97"`],
    },
    { entry: 'x', lines: [`${at}: expected object, found "x"`] },
  ])('$entry', ({ entry, lines }) => {
    expect(linesOf(validateMatrix, adapterWith({ serve: [entry] }))).toEqual(lines);
  });
});

describe('alternatives', () => {
  const policy = 'adapters.a.downloadPolicy';
  test.each([
    {
      downloadPolicy: {},
      lines: [`${policy}: expected exactly one of "onDemand", "prefetch", "essential", found {}`],
    },
    { downloadPolicy: 'onDemand', lines: [`${policy}: expected object, found "onDemand"`] },
    { downloadPolicy: { prefetch: {} }, lines: [`${policy}.prefetch: "installationEventTypes" is missing`] },
    { downloadPolicy: { onDemand: { a: 1 } }, lines: [`${policy}.onDemand: "a" is not a known key`] },
    {
      downloadPolicy: { essential: { installationEventTypes: ['x'] } },
      lines: [
        `${policy}.essential.installationEventTypes[0]: expected one of firstInstallation, subsequentUpdate, found "x"`,
      ],
    },
    {
      downloadPolicy: { onDemand: {}, essential: { installationEventTypes: ['firstInstallation'] } },
      lines: [expect.stringContaining(`${policy}: expected exactly one of "essential", "onDemand", found`)],
    },
  ])('of a policy $downloadPolicy', ({ downloadPolicy, lines }) => {
    expect(linesOf(validateMatrix, adapterWith({ downloadPolicy }))).toEqual(lines);
  });

  const digits = 'systemModels[0].baseModelSignature';
  test.each([
    { baseModelSignature: 'abc', lines: [`${digits}: expected the pattern ^[0-9a-f]{40}$, found "abc"`] },
    {
      baseModelSignature: { prefix: 'zz' },
      lines: [`${digits}.prefix: expected the pattern ^[0-9a-f]{7,39}$, found "zz"`],
    },
    { baseModelSignature: {}, lines: [`${digits}: "prefix" is missing`] },
    { baseModelSignature: 7, lines: [`${digits}: expected exactly one of string, object, null, found 7`] },
  ])('of a row with the signature $baseModelSignature', ({ baseModelSignature, lines }) => {
    expect(linesOf(validateMatrix, rowWith({ baseModelSignature }))).toEqual(lines);
  });

  const s3 = { kind: 's3', bucket: 'models', publicUrl: 'https://x' };
  test.each([
    { target: 'x', lines: ['targets.t: expected object, found "x"'] },
    {
      target: { ...s3, hosting: 'mine' },
      lines: ['targets.t.hosting: expected one of unmanaged, managed, found "mine"'],
    },
    {
      target: { ...s3, accessKey: 'x', verify: 'later' },
      lines: [
        'targets.t: "accessKey" is not a known key',
        'targets.t.verify: expected one of edge, origin, none, found "later"',
      ],
    },
  ])('of a target $target', ({ target, lines }) => {
    expect(linesOf(validateConfig, { support: { iOS: '*' }, targets: { t: target } })).toEqual(lines);
  });

  test('of a target whose form cannot be told do not name what another form wants', () => {
    const lines = linesOf(validateConfig, {
      support: { iOS: '*' },
      targets: { t: { kind: 's3', publicUrl: 'https://x' } },
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^targets\.t: ("bucket" is missing|fits none of the documented forms, found .*)$/,
    );
  });
});

test('the name of a target is told by its key', () => {
  const targets = { 'a b': { kind: 's3', bucket: 'models', publicUrl: 'https://x' } };
  expect(linesOf(validateConfig, { support: { iOS: '*' }, targets })).toEqual([
    'targets: expected the pattern ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$, found the key "a b"',
  ]);
});

import { describe, expect, test } from 'vitest';
import type { MatrixDocument } from '../../src/generated/matrix.ts';
import { parseMatrix } from '../../src/matrix/parse.ts';
import { aBuildDocument, aMatrixDocument, SIGNATURE } from '../support/builders.ts';

type AdapterGiven = Partial<MatrixDocument['adapters'][string]>;

const findingsOf = (adapter: AdapterGiven, name = 'summarizer') =>
  parseMatrix({
    formatVersion: 1,
    adapters: Object.fromEntries(Object.values(aMatrixDocument(adapter).adapters).map((one) => [name, one])),
  }).findings;

const { baseModelSignature: _, ...unsigned } = aBuildDocument();

test('a sound document has no findings and keeps what it says', () => {
  const { adapters, findings } = parseMatrix(aMatrixDocument());
  expect(findings).toEqual([]);
  expect(adapters).toMatchObject([
    {
      name: 'summarizer',
      kind: 'fmadapter',
      packId: null,
      platforms: ['iOS', 'macOS'],
      downloadPolicy: { onDemand: {} },
      builds: [{ version: '1.0.0', baseModelSignature: SIGNATURE, draft: false, toolkit: null, evals: [] }],
      serve: [
        {
          subject: { kind: 'signature', signature: SIGNATURE },
          decision: { kind: 'build', version: '1.0.0' },
        },
      ],
    },
  ]);
});

test('what is left out has its default', () => {
  const { adapters, systemModels } = parseMatrix({
    formatVersion: 1,
    adapters: { a: { platforms: ['iOS'], builds: [], serve: [{ systemModel: 'x', none: 'base-model' }] } },
  });
  expect(systemModels).toEqual([]);
  expect(adapters).toMatchObject([
    {
      kind: 'fmadapter',
      packId: null,
      downloadPolicy: { onDemand: {} },
      serve: [
        {
          subject: { kind: 'systemModel', id: 'x' },
          decision: { kind: 'none', fallback: 'base-model', reason: null, until: null },
        },
      ],
    },
  ]);
});

test('a decline keeps its fallback, reason and end', () => {
  const serve = [
    { baseModelSignature: SIGNATURE, none: { adapter: 'tiny' }, reason: 'too slow', until: '2027-01-31' },
  ];
  expect(parseMatrix(aMatrixDocument({ serve })).adapters[0]?.serve[0]?.decision).toEqual({
    kind: 'none',
    fallback: { adapter: 'tiny' },
    reason: 'too slow',
    until: '2027-01-31',
  });
});

test.each([
  { policy: { prefetch: { installationEventTypes: ['firstInstallation' as const] } } },
  { policy: { essential: { installationEventTypes: ['subsequentUpdate' as const] } } },
])('the policy $policy stays', ({ policy }) => {
  expect(parseMatrix(aMatrixDocument({ downloadPolicy: policy })).adapters[0]?.downloadPolicy).toEqual(
    policy,
  );
});

describe('findings', () => {
  test.each([
    {
      why: 'on-demand-null',
      adapter: { downloadPolicy: { onDemand: null } },
      code: 'on-demand-null',
      says: 'ITMS-91140',
    },
    {
      why: 'iPadOS',
      adapter: { platforms: ['iPadOS'] },
      code: 'platform-invalid',
      says: 'write "iOS", which covers iPadOS',
    },
    { why: 'ios', adapter: { platforms: ['ios'] }, code: 'platform-invalid', says: 'write "iOS".' },
    {
      why: 'watchOS',
      adapter: { platforms: ['watchOS'] },
      code: 'platform-invalid',
      says: 'expected one of iOS, macOS, tvOS, visionOS',
    },
    {
      why: 'a loose version',
      adapter: { builds: [aBuildDocument({ version: 'v1.0' })] },
      code: 'bad-name',
      says: '"v1.0" is not strict semver',
    },
    {
      why: 'a build without signature',
      adapter: { builds: [unsigned] },
      code: 'signature-mismatch',
      says: 'has no baseModelSignature',
    },
    {
      why: 'files with signature',
      adapter: { kind: 'files' as const },
      code: 'signature-mismatch',
      says: 'but its kind is files',
    },
    {
      why: 'a packId of an adapter',
      adapter: { packId: 'mine' },
      code: 'bad-name',
      says: 'sets packId "mine"',
    },
    {
      why: 'a dotted packId',
      adapter: { kind: 'files' as const, packId: 'com.acme.pack', builds: [] },
      code: 'pack-id-dotted',
      says: '"com.acme.pack" is no asset pack id',
    },
    {
      why: 'a packId with a space',
      adapter: { kind: 'files' as const, packId: 'a pack', builds: [] },
      code: 'bad-name',
      says: '"a pack" is no asset pack id',
    },
  ])('$why → $code', ({ adapter, code, says }) => {
    const findings = findingsOf(adapter);
    expect(findings).toMatchObject([{ code, severity: 'error' }]);
    expect(findings[0]?.message).toContain(says);
  });

  test.each([
    { name: 'summarizer_2', fine: true },
    { name: 'a'.repeat(64), fine: true },
    { name: 'a'.repeat(65), fine: false },
    { name: 'my-adapter', fine: false },
    { name: 'my.adapter', fine: false },
    { name: 'größe', fine: false },
    { name: '', fine: false },
  ])('the name "$name" of an adapter → $fine', ({ name, fine }) => {
    expect(findingsOf({ builds: [], serve: [] }, name).map(({ code }) => code)).toEqual(
      fine ? [] : ['bad-name'],
    );
  });

  test('a hyphen is fine in the name of files, a dot only with a packId', () => {
    const files = { kind: 'files' as const, builds: [], serve: [] };
    expect(findingsOf(files, 'core-ai')).toEqual([]);
    expect(findingsOf(files, 'core.ai').map(({ code }) => code)).toEqual(['pack-id-dotted']);
    expect(findingsOf({ ...files, packId: 'core-ai' }, 'core.ai')).toEqual([]);
  });

  test('come all together, and what is unusable is left out', () => {
    const { adapters, findings } = parseMatrix(
      aMatrixDocument({
        platforms: ['iPadOS', 'iOS'],
        downloadPolicy: { onDemand: null },
        builds: [unsigned],
        packId: 'x',
      }),
    );
    expect(findings.map(({ code }) => code)).toEqual([
      'bad-name',
      'platform-invalid',
      'on-demand-null',
      'signature-mismatch',
    ]);
    expect(adapters[0]).toMatchObject({ platforms: ['iOS'], downloadPolicy: { onDemand: {} } });
  });
});

describe('rows', () => {
  const row = {
    id: 'next',
    os: { iOS: '>=28.0' },
    baseModelSignature: { prefix: 'abcdef0' },
    adapterSupport: 'supported',
    certainty: 'inferred',
  } as const;

  test('keep a prefix as one, and have defaults', () => {
    expect(parseMatrix({ ...aMatrixDocument(), systemModels: [row] }).systemModels).toEqual([
      {
        id: 'next',
        os: { iOS: { from: [28, 0, 0], below: null } },
        variant: null,
        signature: { digits: 'abcdef0', complete: false },
        adapterSupport: 'supported',
        toolkit: null,
        certainty: 'inferred',
        evidence: [],
      },
    ]);
  });

  test('lose a platform that is none, with a finding', () => {
    const parsed = parseMatrix({
      ...aMatrixDocument(),
      systemModels: [{ ...row, os: { iPadOS: '>=28.0' } }],
    });
    expect(parsed.systemModels[0]?.os).toEqual({});
    expect(parsed.findings).toMatchObject([{ code: 'platform-invalid', subject: 'next' }]);
  });

  test('with a malformed range are refused, naming row and platform', () => {
    const document = { ...aMatrixDocument(), systemModels: [{ ...row, os: { iOS: '26 or so' } }] };
    expect(() => parseMatrix(document)).toThrow('next.os.iOS: "26 or so" is not an OS range');
  });
});

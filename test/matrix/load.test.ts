import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ReleaseError } from '../../src/errors.ts';
import type { MatrixDocument } from '../../src/generated/matrix.ts';
import { type Intent, loadIntent, requireSoundMatrix, selectAdapters } from '../../src/matrix/load.ts';
import {
  aBuildDocument,
  aMatrixDocument,
  NEAR_SIGNATURE,
  OTHER_SIGNATURE,
  SIGNATURE,
} from '../support/builders.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fmrelease-load-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function intentOf(document: MatrixDocument): Promise<Intent> {
  await writeFile(join(root, 'm.json'), JSON.stringify(document));
  return loadIntent({ root, matrix: 'm.json', support: { iOS: { from: [26, 0, 0], below: null } } });
}

const [summarizer] = Object.values(aMatrixDocument().adapters);
const matrixOf = (adapters: Record<string, Partial<MatrixDocument['adapters'][string]>>): MatrixDocument => ({
  formatVersion: 1,
  adapters: Object.fromEntries(
    Object.entries(adapters).map(([name, given]) => [
      name,
      { platforms: ['iOS'], builds: [], serve: [], ...summarizer, ...given },
    ]),
  ),
});

const refusalOf = (intent: Intent, only: readonly string[]): readonly string[] => {
  try {
    requireSoundMatrix(intent, only);
    return [];
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'MATRIX_UNSOUND')
      return error.details.map((detail) => detail.split(':')[0] ?? '');
    throw error;
  }
};

test('the shipped catalogue decides: covered on 26, sunset on 27', async () => {
  const { cells, faults } = await intentOf(aMatrixDocument());
  expect(faults).toEqual([]);
  expect(cells.map(({ systemModel, state }) => `${systemModel?.id} ${state}`)).toEqual([
    'os26.0 covered',
    'os26.4 covered',
    'os26.5 covered',
    'afm3-core sunset',
    'afm3-core-advanced sunset',
  ]);
});

test('rows of the matrix replace shipped ones by id and add new ones', async () => {
  const row = { os: { iOS: '>=26.0 <26.4' }, adapterSupport: 'supported', certainty: 'proved' } as const;
  const { catalogue, cells } = await intentOf({
    ...aMatrixDocument(),
    systemModels: [
      { ...row, id: 'os26.0', baseModelSignature: OTHER_SIGNATURE },
      { ...row, id: 'lab', os: { tvOS: '>=26.0' }, baseModelSignature: null },
    ],
  });
  expect(catalogue.systemModels.map(({ id }) => id)).toEqual([
    'os26.0',
    'os26.4',
    'os26.5',
    'afm3-core',
    'afm3-core-advanced',
    'lab',
  ]);
  expect(cells[0]?.state).toBe('gap');
});

describe('a scope', () => {
  test('of an unknown name is ADAPTER_UNKNOWN, exit 4, with the names that exist', async () => {
    const intent = await intentOf(matrixOf({ a: {}, b: {} }));
    expect(selectAdapters(intent, []).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(selectAdapters(intent, ['b']).map(({ name }) => name)).toEqual(['b']);
    expect(selectAdapters(intent, ['gone'], ['gone'])).toEqual([]);
    expect(() => selectAdapters(intent, ['c'])).toThrow(
      expect.objectContaining({ code: 'ADAPTER_UNKNOWN', exitCode: 4, fix: 'Name one of a, b.' }),
    );
  });

  const broken = matrixOf({
    sum: {},
    summarizer: { serve: [{ baseModelSignature: OTHER_SIGNATURE, version: '1.0.0' }] },
    pair: {
      builds: [aBuildDocument(), aBuildDocument({ baseModelSignature: NEAR_SIGNATURE })],
      serve: [
        { baseModelSignature: SIGNATURE, version: '1.0.0' },
        { baseModelSignature: NEAR_SIGNATURE, version: '1.0.0' },
      ],
    },
    leaning: { serve: [{ baseModelSignature: SIGNATURE, none: { adapter: 'sum2' } }] },
    loose: { builds: [aBuildDocument({ version: 'v1' })], serve: [] },
  });

  test.each([
    { only: [], faults: ['bad-name', 'signature-mismatch', 'pack-id-conflict', 'fallback-broken'] },
    { only: ['sum'], faults: [] },
    { only: ['summarizer'], faults: ['signature-mismatch'] },
    { only: ['pair'], faults: ['pack-id-conflict'] },
    { only: ['leaning'], faults: ['fallback-broken'] },
    { only: ['loose', 'sum'], faults: ['bad-name'] },
  ])('$only is stopped by its own faults only: $faults', async ({ only, faults }) => {
    expect(refusalOf(await intentOf(broken), only)).toEqual(faults);
  });

  test('is stopped by a fault of the catalogue, which every adapter rests on', async () => {
    const row = {
      os: { iOS: '>=26.0' },
      baseModelSignature: null,
      adapterSupport: 'unsupported',
      certainty: 'proved',
    } as const;
    const overlapping = await intentOf({ ...aMatrixDocument(), systemModels: [{ ...row, id: 'lab' }] });
    expect(new Set(refusalOf(overlapping, ['summarizer']))).toEqual(new Set(['os-overlap']));
    const misnamed = await intentOf({
      ...aMatrixDocument(),
      systemModels: [{ ...row, id: 'lab', os: { iPadOS: '>=26.0' } }],
    });
    expect(refusalOf(misnamed, ['summarizer'])).toEqual(['platform-invalid']);
  });
});

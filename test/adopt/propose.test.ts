import { expect, test } from 'vitest';
import { type IdentifiedPack, proposeMatrix } from '../../src/adopt/propose.ts';
import { OTHER_SIGNATURE, SIGNATURE } from '../support/builders.ts';

/** A pack of one adapter, as it was taken over for one platform. */
const packFor = (platform: 'iOS' | 'macOS', baseModelSignature: string): IdentifiedPack => ({
  pack: {
    id: `fmadapter-summarizer-${baseModelSignature.slice(0, 7)}`,
    key: 'v1/packs/x',
    downloadSize: 1,
    sha256: '0'.repeat(64),
    adapter: 'summarizer',
    build: '1.0.0',
    buildDigest: `sha256:${baseModelSignature.padEnd(64, '0')}`,
    recipe: {
      format: 'asset-pack',
      compression: 'apple',
      platforms: [platform],
      downloadPolicy: { onDemand: {} },
    },
    baseModelSignature,
  },
  identity: {
    adapter: 'summarizer',
    kind: 'fmadapter',
    baseModelSignature,
    buildDigest: `sha256:${baseModelSignature.padEnd(64, '0')}`,
    contents: { sizeBytes: 1, draft: false },
    remarks: [],
  },
});

test('an adapter whose packs are for different platforms is proposed for all of them', () => {
  const packs = [packFor('macOS', OTHER_SIGNATURE), packFor('iOS', SIGNATURE)];
  const { summarizer } = proposeMatrix(packs, '2026-12-01T12:00:00Z');
  expect(summarizer?.platforms).toEqual(['iOS', 'macOS']);
  expect(summarizer?.serve.length).toBe(2);
});

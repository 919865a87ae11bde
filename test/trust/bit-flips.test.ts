import { expect, test } from 'vitest';
import { sha256Of } from '../../src/model/digest.ts';
import { isSignedPack, verifyDocument, verifyEnvelope } from '../../src/trust/verify.ts';
import { PACK, POLICY, packEnvelope, signedManifest, TODAY, TOMORROW } from '../conformance/fixtures.ts';
import { lookIndependently } from '../conformance/independent-verifier.ts';
import { flipBits } from './flip-bits.ts';

const { app, channel } = POLICY;
const policy = { app, channel, keys: [TODAY.publicKey, TOMORROW.publicKey] };

test('both verifiers refuse an envelope with any one bit flipped', () => {
  const envelope = packEnvelope();
  expect(verifyEnvelope(envelope, 'pack', { policy })).toMatchObject({ keyIds: [TODAY.publicKey.id] });
  expect(lookIndependently({ pack: { envelope } }, POLICY)).toBe(true);
  const accepted: string[] = [];
  flipBits(Buffer.from(envelope), (flipped, bit) => {
    const text = flipped.toString('latin1');
    if (typeof verifyEnvelope(text, 'pack', { policy }) !== 'string') accepted.push(`product at bit ${bit}`);
    if (lookIndependently({ pack: { envelope: text } }, POLICY)) accepted.push(`oracle at bit ${bit}`);
  });
  expect(accepted).toEqual([]);
});

test('both verifiers refuse a signed manifest with any one bit flipped', () => {
  const text = signedManifest();
  expect(verifyDocument(Buffer.from(text), 'manifest', { policy })).toHaveProperty('content');
  const accepted: string[] = [];
  flipBits(Buffer.from(text), (flipped, bit) => {
    if (typeof verifyDocument(flipped, 'manifest', { policy }) !== 'string')
      accepted.push(`product at bit ${bit}`);
    if (lookIndependently({ manifest: { text: flipped.toString('latin1') } }, POLICY))
      accepted.push(`oracle at bit ${bit}`);
  });
  expect(accepted).toEqual([]);
});

test('both verifiers refuse a pack with any one bit flipped', () => {
  const envelope = packEnvelope();
  const verdict = verifyEnvelope(envelope, 'pack', { policy });
  if (typeof verdict === 'string' || verdict.statement.kind !== 'pack')
    throw new Error('the envelope is sound');
  const { statement } = verdict;
  const signed = (bytes: Buffer): readonly boolean[] => [
    isSignedPack(statement, { sha256: sha256Of(bytes), sizeBytes: bytes.length }),
    lookIndependently({ pack: { envelope, base64: bytes.toString('base64') } }, POLICY),
  ];
  expect(signed(PACK)).toEqual([true, true]);
  flipBits(PACK, (flipped) => expect(signed(flipped)).toEqual([false, false]));
});

import { expect, test } from 'vitest';
import { signingOf } from '../../src/config/config.ts';
import { encode } from '../../src/release/documents.ts';
import { sealRevision } from '../../src/trust/seal-revision.ts';
import { openSigner } from '../../src/trust/signer.ts';
import { MAX_DOCUMENT_BYTES } from '../../src/trust/verify.ts';
import { readLogEntry } from '../support/project.ts';
import { signedProject } from './signed-project.ts';

test('a release that every verifier would refuse for its size is not signed', async () => {
  const project = await signedProject();
  const { target } = (await project.session()).channel;
  const signing = signingOf(target);
  if (signing === null) throw new Error('the project is not signed');
  const request = { signing, signer: await openSigner(signing, undefined), target };
  const { signature: _, statements: __, ...entry } = readLogEntry(project, 1);
  const draft = { entry, entryBytes: encode(entry), entrySha256: '', cells: [], cellsBytes: encode({}) };
  expect(await sealRevision(draft, request)).toHaveProperty('entry.signature');
  const bulky = { ...draft, entry: { ...entry, message: 'm'.repeat(MAX_DOCUMENT_BYTES) } };
  await expect(sealRevision(bulky, request)).rejects.toMatchObject({
    code: 'SIGNING_FAILED',
    message: expect.stringMatching(
      /^The log entry of revision 1 of "stable" would have \d+ bytes, and verifiers take 4194304\.$/,
    ),
  });
  const [pack] = entry.packs;
  if (pack === undefined) throw new Error('the release has no pack');
  const wide = { ...draft, cells: Array.from({ length: 20_000 }, () => CELL) };
  await expect(sealRevision(wide, request)).rejects.toMatchObject({
    code: 'SIGNING_FAILED',
    message: expect.stringMatching(/^manifest\.json of revision 1 of "stable" would have \d+ bytes/),
  });
});

const CELL = {
  adapter: 'tagger',
  platform: 'iOS',
  os: { from: '26.0', below: '27.0' },
  systemModel: 'os26.0',
  variant: null,
  baseModelSignature: '9799725ff8e851184037110b422d891ad3b92ec1',
  state: 'covered',
  pack: 'fmadapter-tagger-9799725',
  fallback: null,
} as const;

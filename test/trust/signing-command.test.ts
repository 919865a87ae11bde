import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportPrivateKey, generatePrivateKey, type PrivateKey } from '../../src/trust/keys.ts';
import { signStatement } from '../../src/trust/sign.ts';
import { openSigner } from '../../src/trust/signer.ts';
import type { Signing } from '../../src/trust/signing.ts';
import { verifyEnvelope } from '../../src/trust/verify.ts';
import { scratchFolder } from '../support/scratch.ts';

const [KEY, OTHER] = [generatePrivateKey(), generatePrivateKey()];

/** A stand-in for the client of a key service: signs stdin with a key of its own, and answers as `answer` says. */
function signingCommand(key: PrivateKey, answer: string): readonly string[] {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'key.pem'), exportPrivateKey(key));
  const script = join(folder, 'sign.mjs');
  writeFileSync(
    script,
    `import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
const message = readFileSync(0);
const signature = sign(null, message, createPrivateKey(readFileSync(${JSON.stringify(join(folder, 'key.pem'))})));
${answer}`,
  );
  return [process.execPath, script];
}

const signingBy = (command: readonly string[], timeoutMs = 20_000): Signing => ({
  app: null,
  keys: [OTHER.publicKey, KEY.publicKey],
  keyFile: null,
  command,
  timeoutMs,
  since: new Map(),
});

const STATEMENT = {
  kind: 'pack',
  app: null,
  channel: 'stable',
  revision: 1,
  issuedAt: '2026-11-22T10:00:00Z',
  id: 'dictionary',
  version: 1,
  packSha256: '0'.repeat(64),
  sizeBytes: 1,
  baseModelSignature: null,
} as const;

test.each([
  { form: 'raw', answer: 'process.stdout.write(signature)' },
  { form: 'base64 with a newline', answer: "console.log(signature.toString('base64'))" },
])('a command that answers $form signs with whichever accepted key it holds', async ({ answer }) => {
  const signer = await openSigner(signingBy(signingCommand(KEY, answer)), undefined);
  expect(signer.keyId).toBe(KEY.publicKey.id);
  const policy = { keys: [KEY.publicKey], app: null, channel: 'stable' };
  expect(verifyEnvelope(await signStatement(STATEMENT, signer), 'pack', { policy })).toMatchObject({
    statement: STATEMENT,
    keyIds: [KEY.publicKey.id],
  });
});

test.each([
  { why: 'fails', answer: 'process.exit(3)', said: /exited 3/ },
  { why: 'answers nothing', answer: '', said: /answered 0 bytes/ },
  {
    why: 'answers half',
    answer: 'process.stdout.write(signature.subarray(0, 32))',
    said: /answered 32 bytes/,
  },
  {
    why: 'answers a lot',
    answer: 'process.stdout.write(Buffer.alloc(100_000))',
    said: /far more than a signature/,
  },
  {
    why: 'signs something else',
    answer: 'signature[3] ^= 1; process.stdout.write(signature)',
    said: /none of `signing.keys`/,
  },
])('a command that $why is a clear error, before anything is uploaded', async ({ answer, said }) => {
  await expect(openSigner(signingBy(signingCommand(KEY, answer)), undefined)).rejects.toMatchObject({
    code: 'SIGNING_FAILED',
    exitCode: 3,
    message: expect.stringMatching(said),
    fix: expect.stringContaining('by hand'),
  });
});

test('a command that never answers is ended', async () => {
  const hanging = signingBy([process.execPath, '-e', 'setInterval(() => {}, 1000)'], 300);
  await expect(openSigner(hanging, undefined)).rejects.toMatchObject({
    message: expect.stringMatching(/within 0.3 seconds/),
  });
});

test('a command that is not there is named', async () => {
  await expect(openSigner(signingBy(['no-such-signer']), undefined)).rejects.toMatchObject({
    code: 'SIGNING_FAILED',
    message: 'The signing command "no-such-signer" could not be started (ENOENT).',
  });
});

test('a key that the command holds and no app accepts is refused', async () => {
  const signing = {
    ...signingBy(signingCommand(KEY, 'process.stdout.write(signature)')),
    keys: [OTHER.publicKey],
  };
  await expect(openSigner(signing, undefined)).rejects.toMatchObject({ code: 'SIGNING_FAILED' });
});

test('the key of the environment goes before command and file, and neither is asked', async () => {
  const signer = await openSigner(signingBy(['no-such-signer']), exportPrivateKey(KEY));
  expect(signer.keyId).toBe(KEY.publicKey.id);
  const seed = Buffer.from(KEY.key.export({ format: 'jwk' }).d ?? '', 'base64url').toString('base64');
  expect((await openSigner(signingBy(['no-such-signer']), `${seed}\n`)).keyId).toBe(KEY.publicKey.id);
});

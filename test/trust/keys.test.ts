import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import {
  exportPrivateKey,
  generatePrivateKey,
  parsePrivateKey,
  parsePublicKey,
} from '../../src/trust/keys.ts';
import { emptyProject } from '../support/cli-project.ts';

test('a key comes back from its file with the same public half', () => {
  const key = generatePrivateKey();
  const again = parsePrivateKey(exportPrivateKey(key), 'the file');
  expect(again.publicKey.text).toBe(key.publicKey.text);
  expect(parsePublicKey(key.publicKey.text).id).toBe(key.publicKey.id);
});

/** RFC 8032 §7.1, test 1. */
test('the public half is that of the standard', () => {
  const secret = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
  const known = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
  expect(parsePrivateKey(secret.toString('base64'), 'RFC').publicKey.text).toBe(known.toString('base64'));
});

test('a private key shows itself nowhere', () => {
  const key = generatePrivateKey();
  const secret = Buffer.from(key.key.export({ format: 'jwk' }).d ?? '', 'base64url');
  const shown = [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key)].join();
  for (const form of [secret.toString('hex'), secret.toString('base64'), secret.toString('base64url')])
    expect(shown).not.toContain(form);
});

test.each([
  {
    why: 'another kind of key',
    text: generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ format: 'pem', type: 'pkcs8' })
      .toString(),
  },
  {
    why: 'a public key',
    text: generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  },
  { why: 'too few bytes', text: Buffer.alloc(31, 7).toString('base64') },
  { why: 'nothing', text: '' },
  { why: 'any text', text: 'c2VjcmV0IHNlY3JldCBzZWNyZXQ=' },
])('$why is no private key, and the message does not quote it', ({ text }) => {
  let message = '';
  try {
    parsePrivateKey(text, 'The key file');
  } catch (error) {
    message = inspect(error, { depth: 9 });
  }
  expect(message).toContain('SIGNING_KEY_INVALID');
  const body = text.split('\n').filter((line) => line.length > 10 && !line.startsWith('-'));
  for (const line of body) expect(message).not.toContain(line);
});

test('key generate writes a file for its owner alone, never over another, and prints no secret', async () => {
  const project = emptyProject();
  const made = await project.run(['key', 'generate', '--out', 'new.pem']);
  expect([made.code, made.stderr]).toEqual([0, '']);
  expect(statSync(join(project.root, 'new.pem')).mode & 0o777).toBe(0o600);
  const text = project.read('new.pem');
  const { publicKey } = parsePrivateKey(text, 'new.pem');
  expect(made.stdout).toContain(publicKey.text);
  for (const line of text.split('\n').filter((part) => part.length > 30))
    expect(made.stdout).not.toContain(line);
  const again = await project.run(['key', 'generate', '--out', 'new.pem', '--json']);
  expect(again.code).toBe(6);
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'FILE_EXISTS' } });
  expect(project.read('new.pem')).toBe(text);
  expect((await project.run(['key', 'generate', '--out', 'new.pem', '--force'])).code).toBe(0);
  expect(project.read('new.pem')).not.toBe(text);
  expect(statSync(join(project.root, 'new.pem')).mode & 0o777).toBe(0o600);
  mkdirSync(join(project.root, 'folder'));
  expect((await project.run(['key', 'generate', '--out', 'folder', '--force'])).code).toBe(2);
  expect((await project.run(['key', 'generate', '--out', 'no/such/key.pem'])).code).toBe(2);
});

test('key show tells the public half of a file, of the environment and of the config, and whether apps accept it', async () => {
  const project = emptyProject();
  const [accepted, other] = [generatePrivateKey(), generatePrivateKey()];
  writeFileSync(join(project.root, 'key.pem'), exportPrivateKey(accepted));
  writeFileSync(join(project.root, 'other.pem'), exportPrivateKey(other));
  const show = async (args: readonly string[], env = {}) => {
    const { stdout, code } = await project.run(['key', 'show', ...args, '--json'], { env });
    return { code, ...(JSON.parse(stdout) as { result?: object; error?: object }) };
  };
  expect(await show(['key.pem'])).toMatchObject({
    code: 0,
    result: { publicKey: accepted.publicKey.text, accepted: null },
  });
  expect(await show([])).toMatchObject({ code: 4, error: { code: 'CONFIG_NOT_FOUND' } });
  const config = { support: { iOS: '>=26.0' } };
  project.write('fmrelease.config.json', config);
  expect(await show([])).toMatchObject({ code: 3, error: { code: 'SIGNING_KEY_MISSING' } });
  project.write('fmrelease.config.json', {
    ...config,
    signing: { keys: [accepted.publicKey.text], keyFile: 'key.pem' },
  });
  expect(await show([])).toMatchObject({ code: 0, result: { keyId: accepted.publicKey.id, accepted: true } });
  expect(await show(['other.pem'])).toMatchObject({ code: 0, result: { accepted: false } });
  const env = { FMRELEASE_SIGNING_KEY: readFileSync(join(project.root, 'other.pem'), 'utf8') };
  expect(await show([], env)).toMatchObject({ code: 6, error: { code: 'SIGNING_KEY_NOT_ACCEPTED' } });
  project.write('fmrelease.config.json', { ...config, signing: { keys: ['AAAA'] } });
  expect(await show([])).toMatchObject({ code: 6, error: { code: 'CONFIG_INVALID' } });
});

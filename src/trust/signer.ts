import { sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isSystemError, ReleaseError } from '../errors.ts';
import { type EnvelopeSignature, preAuthEncoding } from './envelope.ts';
import { type PrivateKey, parsePrivateKey } from './keys.ts';
import { KEY_VARIABLE, type Signing } from './signing.ts';
import { askCommand } from './signing-command.ts';

/** Signs messages with one key. */
export interface Signer {
  readonly keyId: string;
  /** @throws ReleaseError `SIGNING_FAILED` */
  sign(message: Uint8Array): Promise<EnvelopeSignature>;
}

/**
 * Opens what signs: the key in FMRELEASE_SIGNING_KEY, else the signing command, else the key file. A command is tried
 * once, so that a release does not fail after its upload.
 *
 * @param environmentKey - the value of FMRELEASE_SIGNING_KEY; undefined or empty is unset
 * @throws ReleaseError `SIGNING_KEY_MISSING`, `SIGNING_KEY_INVALID`, `SIGNING_KEY_NOT_ACCEPTED`, `SIGNING_FAILED`
 */
export async function openSigner(signing: Signing, environmentKey: string | undefined): Promise<Signer> {
  if (environmentKey !== undefined && environmentKey !== '')
    return keySigner(parsePrivateKey(environmentKey, KEY_VARIABLE), signing, KEY_VARIABLE);
  if (signing.command !== null) {
    const { command } = signing;
    const ask = (message: Uint8Array) => askCommand(message, { ...signing, command });
    const { keyId } = await ask(preAuthEncoding({ payloadType: TRIAL_TYPE, payload: Buffer.from('trial') }));
    return { keyId, sign: ask };
  }
  if (signing.keyFile !== null) {
    const key = parsePrivateKey(
      await readKeyFile(signing.keyFile, { name: 'The key file', fix: FILE_FIX }),
      'The key file',
    );
    return keySigner(key, signing, 'the key file');
  }
  throw new ReleaseError(
    'SIGNING_KEY_MISSING',
    'The config asks for signatures, and there is no key to sign with.',
    {
      fix: `Set ${KEY_VARIABLE}, or \`signing.command\` or \`signing.keyFile\` in the config.`,
    },
  );
}

function keySigner(key: PrivateKey, { keys }: Signing, source: string): Signer {
  const { id, text } = key.publicKey;
  refuseExposedKey(key, keys);
  if (!keys.some((accepted) => accepted.id === id))
    throw new ReleaseError(
      'SIGNING_KEY_NOT_ACCEPTED',
      `The key of ${source} has the public half ${text}, which is not among \`signing.keys\`: no app would accept it.`,
      {
        fix: `Add "${text}" to \`signing.keys\`, once the app that knows it is out; or sign with another key.`,
      },
    );
  return {
    keyId: id,
    sign: (message) => Promise.resolve({ keyId: id, signature: sign(null, message, key.key) }),
  };
}

/** Both halves are 32 bytes of base64, so the wrong one is easily pasted; then the key is lost and must be replaced. */
function refuseExposedKey({ key }: PrivateKey, keys: Signing['keys']): void {
  const secret = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url').toString('base64');
  if (!keys.some(({ text }) => text === secret)) return;
  throw new ReleaseError('SIGNING_KEY_INVALID', '`signing.keys` holds the private half of the signing key.', {
    fix: 'Take it out of the config, make a new key with `fmrelease key generate`, and never use this one again.',
  });
}

/** Reads a key file; its content appears in no message. `name` and `fix` are for the message where it cannot be read. */
export async function readKeyFile(
  path: string,
  { name, fix }: { readonly name: string; readonly fix: string },
): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM')) throw cause;
    throw new ReleaseError('SIGNING_KEY_MISSING', `${name} cannot be read (${cause.code}).`, { fix, cause });
  }
}

const FILE_FIX = 'Correct `signing.keyFile`, or make one with `fmrelease key generate`.';

/** What a command signs when it is tried: of a type that no verifier accepts. */
const TRIAL_TYPE = 'application/vnd.fmrelease.trial';

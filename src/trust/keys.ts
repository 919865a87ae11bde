import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ReleaseError } from '../errors.ts';
import { sha256Of } from '../model/digest.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';

/** A public key that a verifier accepts, with the id that envelopes name it by. */
export interface PublicKey {
  /** The first 16 hex digits of the SHA-256 of the 32 bytes. */
  readonly id: string;
  /** The 32 bytes (RFC 8032 §5.1.5) as base64: what CryptoKit takes as `rawRepresentation`. */
  readonly text: string;
  readonly key: KeyObject;
}

/** A private key. It prints as nothing, so that no message can carry it. */
export interface PrivateKey {
  readonly publicKey: PublicKey;
  /** Kept as a key object of the platform, which no serialisation shows. */
  readonly key: KeyObject;
}

/**
 * Reads a public key: 32 bytes as base64.
 *
 * @throws ReleaseError `CONFIG_INVALID`
 */
export function parsePublicKey(text: string): PublicKey {
  const bytes = decodeBase64(text);
  if (bytes?.length !== KEY_BYTES)
    throw new ReleaseError(
      'CONFIG_INVALID',
      `"${text}" is not a public key: expected the base64 of ${KEY_BYTES} bytes, found ${bytes === null ? 'no base64' : `${bytes.length} bytes`}.`,
      { fix: 'Copy it from `fmrelease key show`.' },
    );
  const der = Buffer.concat([SPKI_PREFIX, bytes]);
  return { id: keyIdOf(bytes), text, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

/**
 * Reads a private key as `key generate` writes it (PKCS #8 PEM), or its 32 bytes as base64. The message never quotes it.
 *
 * @param source - where it comes from, for the message
 * @throws ReleaseError `SIGNING_KEY_INVALID`
 */
export function parsePrivateKey(text: string, source: string): PrivateKey {
  const trimmed = text.trim();
  const seed = decodeBase64(trimmed);
  try {
    const key =
      seed?.length === KEY_BYTES
        ? createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })
        : createPrivateKey({ key: trimmed, format: 'pem' });
    if (key.asymmetricKeyType === 'ed25519') return fromKeyObject(key);
  } catch {
    // what the platform says of it may quote it, so neither the error nor its cause is kept
  }
  throw new ReleaseError(
    'SIGNING_KEY_INVALID',
    `${source} does not hold an Ed25519 private key: expected the PEM that \`fmrelease key generate\` writes, or 32 bytes as base64.`,
    { fix: `Put such a key into ${source}.` },
  );
}

/** A new key from the system's random source. */
export const generatePrivateKey = (): PrivateKey => fromKeyObject(generateKeyPairSync('ed25519').privateKey);

/** The PKCS #8 PEM of a key: the only place where it becomes text. */
export const exportPrivateKey = ({ key }: PrivateKey): string =>
  key.export({ format: 'pem', type: 'pkcs8' }).toString();

/** The id of a key, by its 32 bytes. */
export const keyIdOf = (bytes: Uint8Array): string => sha256Of(bytes).slice(0, KEY_ID_DIGITS);

function fromKeyObject(key: KeyObject): PrivateKey {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { publicKey: parsePublicKey(encodeBase64(Buffer.from(x, 'base64url'))), key };
}

const KEY_BYTES = 32;
const KEY_ID_DIGITS = 16;
/** What stands before the 32 bytes in DER (RFC 8410 §4 and §7). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

import { createHash } from 'node:crypto';

/** The SHA-256 of a body, as the two headers want it. */
export interface BodyDigest {
  readonly hex: string;
  readonly base64: string;
}

/** Hashes a body. On this thread: handing a part to another one copies it first, which costs as much as hashing it. */
export function digestOf(body: Uint8Array): BodyDigest {
  const hash = createHash('sha256').update(body).digest();
  return { hex: hash.toString('hex'), base64: hash.toString('base64') };
}

/** A digest that is known already, from its hex form. */
export const knownDigest = (hex: string): BodyDigest => ({
  hex,
  base64: Buffer.from(hex, 'hex').toString('base64'),
});

/**
 * A body to send, signed for this digest. The store must refuse any other body: that refusal is the proof that every
 * byte arrived. Without it the SDK would hash the body once more.
 */
export function signedBody<Bytes extends Uint8Array>(body: Bytes, { hex }: Pick<BodyDigest, 'hex'>): Bytes {
  digests.set(body, hex);
  return body;
}

/** The digest that a body was signed for; undefined for any other body. */
export const signedDigest = (body: unknown): string | undefined =>
  body !== null && typeof body === 'object' ? digests.get(body) : undefined;

const digests = new WeakMap<object, string>();

import { ReleaseError } from '../errors.ts';
import { type JsonValue, readJson } from '../json/read.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';

/** A DSSE envelope (protocol 1.0.2) as it was read. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
}

/** One signature over the payload and its type. */
export interface EnvelopeSignature {
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** An envelope as one line of text, which is how it travels: as a string in manifests, log entries and `userInfo`. */
export const writeEnvelope = ({ payloadType, payload, signatures }: Envelope): string =>
  JSON.stringify({
    payloadType,
    payload: encodeBase64(payload),
    signatures: signatures.map(({ keyId, signature }) => ({ keyid: keyId, sig: encodeBase64(signature) })),
  });

/**
 * Reads an envelope strictly: its size, JSON without repeated keys, canonical base64, one to eight signatures. Keys that
 * DSSE does not know are passed over. Returns why it is none instead of throwing: it comes from outside.
 */
export function readEnvelope(text: string): Envelope | 'oversize' | 'malformed' {
  if (Buffer.byteLength(text) > MAX_ENVELOPE_BYTES) return 'oversize';
  const value = readStrictly(text);
  const { payloadType, payload, signatures } = objectOf(value);
  const bytes = typeof payload === 'string' ? decodeBase64(payload) : null;
  if (typeof payloadType !== 'string' || bytes === null || !Array.isArray(signatures)) return 'malformed';
  if (signatures.length < 1 || signatures.length > MAX_SIGNATURES) return 'malformed';
  const read = signatures.flatMap((item) => {
    const { keyid, sig } = objectOf(item);
    const signature = typeof sig === 'string' ? decodeBase64(sig) : null;
    return typeof keyid === 'string' && signature !== null ? [{ keyId: keyid, signature }] : [];
  });
  if (read.length !== signatures.length) return 'malformed';
  const envelope = { payloadType, payload: bytes, signatures: read };
  return preAuthEncoding(envelope).length > MAX_MESSAGE_BYTES ? 'oversize' : envelope;
}

/** What is signed, byte for byte: DSSE's pre-authentication encoding of the type and the payload. */
export const preAuthEncoding = ({
  payloadType,
  payload,
}: Pick<Envelope, 'payloadType' | 'payload'>): Uint8Array =>
  Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `),
    payload,
  ]);

function readStrictly(text: string): JsonValue {
  try {
    return readJson(text, 'envelope');
  } catch (error) {
    if (error instanceof ReleaseError) return null;
    throw error;
  }
}

const objectOf = (value: JsonValue): Readonly<Record<string, JsonValue>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

/** What key services sign in one call (AWS KMS, `MessageType=RAW`: 4096 bytes). */
export const MAX_MESSAGE_BYTES = 4096;
const MAX_ENVELOPE_BYTES = 8192;
const MAX_SIGNATURES = 8;

import { createHash, createPublicKey, verify } from 'node:crypto';
import type { Shown, VectorPolicy } from './case.ts';

/**
 * A second verifier, written from docs/signing.md alone and sharing no code with the first. It knows no memory and no
 * reasons: it says whether to accept.
 */
export function lookIndependently(shown: Shown, policy: VectorPolicy): boolean {
  try {
    return 'manifest' in shown
      ? acceptsManifest(shown.manifest.text, policy)
      : acceptsPack(shown.pack, policy);
  } catch {
    return false;
  }
}

type Payload = Readonly<Record<string, unknown>>;

function acceptsPack(
  { envelope, base64 }: { readonly envelope: string | null; readonly base64?: string },
  policy: VectorPolicy,
): boolean {
  if (envelope === null) return false;
  const payload = openEnvelope(envelope, 'application/vnd.fmrelease.pack.v1+json', policy);
  requireMatch(payload['id'], /^[\w-]{1,128}$/);
  requireMatch(payload['packSha256'], /^[0-9a-f]{64}$/);
  requireInteger(payload['version']);
  requireInteger(payload['sizeBytes']);
  if ('baseModelSignature' in payload) requireMatch(payload['baseModelSignature'], /^[0-9a-f]{40}$/);
  if (base64 === undefined) return true;
  const bytes = Buffer.from(base64, 'base64');
  return payload['sizeBytes'] === bytes.length && payload['packSha256'] === sha256(bytes);
}

function acceptsManifest(text: string, policy: VectorPolicy): boolean {
  const parts = /^([\s\S]*),\n {2}"signature": ("(?:[^"\\\n]|\\.)*")\n\}\n$/.exec(text);
  if (parts === null) return false;
  const content = Buffer.from(`${parts[1] ?? ''}\n}\n`);
  const envelope: unknown = JSON.parse(parts[2] ?? '');
  if (typeof envelope !== 'string' || JSON.stringify(envelope) !== parts[2]) return false;
  const payload = openEnvelope(envelope, 'application/vnd.fmrelease.manifest.v1+json', policy);
  return payload['sha256'] === sha256(content) && payload['sizeBytes'] === content.length;
}

/** The payload of an envelope whose signature holds; throws otherwise. */
function openEnvelope(
  text: string,
  type: string,
  { keys, app, channel, minRevision = 1, maxAge }: VectorPolicy,
): Payload {
  if (Buffer.byteLength(text) > 8192) throw new Error('size');
  const envelope = JSON.parse(text) as {
    payloadType: string;
    payload: string;
    signatures: { keyid: string; sig: string }[];
  };
  // one spelling of the three members, whatever else stands behind them
  const { payloadType, payload, signatures } = envelope;
  if (
    !text.startsWith(
      JSON.stringify({
        payloadType,
        payload,
        signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig })),
      }).slice(0, -1),
    )
  )
    throw new Error('spelling');
  if (payloadType !== type || signatures.length > 8) throw new Error('type');
  const bytes = canonical(payload);
  const message = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${bytes.length} `), bytes]);
  if (message.length > 4096) throw new Error('size');
  const known = new Map(keys.map((key) => [sha256(Buffer.from(key, 'base64')).slice(0, 16), key]));
  const used = new Set<string>();
  let good = 0;
  for (const { keyid, sig } of signatures) {
    if (used.has(keyid)) throw new Error('twice');
    used.add(keyid);
    const raw = canonical(sig);
    const key = known.get(keyid);
    if (key === undefined) continue;
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key, 'base64').toString('base64url') };
    if (!verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), raw))
      throw new Error('signature');
    good += 1;
  }
  if (good === 0) throw new Error('nobody');
  const fields = JSON.parse(bytes.toString('latin1')) as Payload;
  if (JSON.stringify(fields) !== bytes.toString('latin1')) throw new Error('spelling');
  requireMatch(fields['issuedAt'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  requireInteger(fields['revision']);
  if (app !== null && fields['app'] !== app) throw new Error('app');
  if (fields['channel'] !== channel || Number(fields['revision']) < minRevision) throw new Error('place');
  if (
    maxAge !== undefined &&
    Date.parse(maxAge.now) - Date.parse(String(fields['issuedAt'])) > maxAge.seconds * 1000
  )
    throw new Error('age');
  return fields;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function canonical(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw new Error('base64');
  return bytes;
}

function requireMatch(value: unknown, pattern: RegExp): void {
  if (typeof value !== 'string' || !pattern.test(value)) throw new Error('form');
}

function requireInteger(value: unknown): void {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Error('form');
}

import { verify as verifySignature } from 'node:crypto';
import { sha256Of } from '../model/digest.ts';
import { type Envelope, preAuthEncoding, readEnvelope } from './envelope.ts';
import type { PublicKey } from './keys.ts';
import { advance, type Seen } from './seen.ts';
import { splitSigned } from './signed-document.ts';
import {
  type DocumentStatement,
  PAYLOAD_TYPES,
  type PackStatement,
  readStatement,
  type Statement,
  type StatementKind,
} from './statement.ts';

/** Why something signed is refused. Stable: the conformance vectors name them. */
export type Refusal =
  /** There is no signature. */
  | 'unsigned'
  /** The envelope, or what it signs, is bigger than any sound one. */
  | 'oversize'
  /** Not an envelope: broken JSON, a repeated key, base64 in another spelling, a field of another type. */
  | 'malformed'
  /** A signature for another kind of thing. */
  | 'wrong-payload-type'
  /** One key signed twice: counting it twice would be a mistake that this makes impossible. */
  | 'duplicate-key'
  /** None of the signatures is by an accepted key. */
  | 'unknown-key'
  /** A signature by an accepted key does not hold. */
  | 'bad-signature'
  /** Signed, but not a statement of its kind. */
  | 'bad-statement'
  /** For another app. */
  | 'wrong-app'
  /** For another channel. */
  | 'wrong-channel'
  /** The bytes are others than were signed. */
  | 'content-mismatch'
  /** Older than what was accepted before, or than the floor. */
  | 'rollback'
  /** The revision that was accepted before, with other content. */
  | 'equivocation'
  /** Issued longer ago than the reader puts up with. */
  | 'stale';

/** What a reader accepts. */
export interface TrustPolicy {
  readonly keys: readonly PublicKey[];
  /** Null accepts statements for any app. */
  readonly app: string | null;
  readonly channel: string;
  /** The lowest revision that is accepted by a reader that has seen nothing yet. */
  readonly minRevision?: number;
  /** The longest that a release may stand unrenewed; undefined puts no limit. */
  readonly maxAge?: { readonly seconds: number; readonly now: Date };
}

/** A statement that holds, who signed it, and what to remember. */
export interface Accepted<T extends Statement = Statement> {
  readonly statement: T;
  readonly keyIds: readonly string[];
  readonly seen: Seen;
}

/**
 * Verifies an envelope of one kind, in this order: size, form, payload type, signatures, and only then what the signed
 * bytes say; app, channel, progress, age. Pure; returns why it refuses.
 *
 * @param text - null stands for no envelope at all
 */
export function verifyEnvelope(
  text: string | null,
  kind: StatementKind,
  { policy, seen = null }: { readonly policy: TrustPolicy; readonly seen?: Seen | null },
): Accepted | Refusal {
  if (text === null) return 'unsigned';
  const envelope = readEnvelope(text);
  if (typeof envelope === 'string') return envelope;
  if (envelope.payloadType !== PAYLOAD_TYPES[kind]) return 'wrong-payload-type';
  const keyIds = verifySignatures(envelope, policy.keys);
  if (typeof keyIds === 'string') return keyIds;
  const statement = readStatement(kind, envelope.payload);
  if (statement === null) return 'bad-statement';
  const misplaced = refuseMisplaced(statement, policy);
  if (misplaced !== null) return misplaced;
  if (statement.revision < (policy.minRevision ?? 1)) return 'rollback';
  const next = advance(seen, { statement, payloadSha256: sha256Of(envelope.payload) });
  if (typeof next === 'string') return next;
  return isStale(statement, policy) ? 'stale' : { statement, keyIds, seen: next };
}

/** A document of one kind and the envelope at its end, verified together. */
export function verifyDocument(
  bytes: Uint8Array,
  kind: DocumentStatement['kind'],
  context: { readonly policy: TrustPolicy; readonly seen?: Seen | null },
): (Accepted & { readonly content: Uint8Array }) | Refusal {
  if (bytes.length > MAX_DOCUMENT_BYTES) return 'oversize';
  const { content, envelope } = splitSigned(bytes);
  const verdict = verifyEnvelope(envelope, kind, context);
  if (typeof verdict === 'string') return verdict;
  const { statement } = verdict;
  const isSame =
    statement.kind !== 'pack' &&
    statement.sizeBytes === content.length &&
    statement.sha256 === sha256Of(content);
  return isSame ? { ...verdict, content } : 'content-mismatch';
}

/** True when a pack's bytes are those of its statement. */
export const isSignedPack = (
  { packSha256, sizeBytes }: PackStatement,
  pack: { readonly sha256: string; readonly sizeBytes: number },
): boolean => packSha256 === pack.sha256 && sizeBytes === pack.sizeBytes;

/** The accepted keys whose signatures hold; every signature by an accepted key must. */
function verifySignatures(envelope: Envelope, keys: readonly PublicKey[]): readonly string[] | Refusal {
  const ids = envelope.signatures.map(({ keyId }) => keyId);
  if (new Set(ids).size !== ids.length) return 'duplicate-key';
  const message = preAuthEncoding(envelope);
  const known = envelope.signatures.flatMap(({ keyId, signature }) => {
    const key = keys.find(({ id }) => id === keyId);
    return key === undefined ? [] : [{ key, signature }];
  });
  if (known.length === 0) return 'unknown-key';
  return known.every(({ key, signature }) => verifySignature(null, message, key.key, signature))
    ? known.map(({ key }) => key.id)
    : 'bad-signature';
}

function refuseMisplaced(statement: Statement, { app, channel }: TrustPolicy): Refusal | null {
  if (app !== null && statement.app !== app) return 'wrong-app';
  return statement.channel === channel ? null : 'wrong-channel';
}

const isStale = ({ issuedAt }: Statement, { maxAge }: TrustPolicy): boolean =>
  maxAge !== undefined && maxAge.now.getTime() - Date.parse(issuedAt) > maxAge.seconds * 1000;

/** Far above any sound manifest. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

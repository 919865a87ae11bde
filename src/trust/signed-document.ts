/** A document and the envelope that stands at its end; null when it carries none. */
export interface SignedDocument {
  /** The document as it was before it was signed: what the signature covers, and all that a verifier may read. */
  readonly content: Uint8Array;
  readonly envelope: string | null;
}

/**
 * Adds a signature to a document as its last member. The bytes before it stay as they are, so that a verifier needs no
 * canonical JSON: it cuts the member off again and has the very bytes that were signed.
 *
 * @param content - a canonical document: an object, two spaces, one final newline
 */
export function appendSignature(content: Uint8Array, envelope: string): Uint8Array {
  const text = Buffer.from(content);
  if (!text.subarray(-END.length).equals(END)) throw new Error('only a canonical document can be signed');
  return Buffer.concat([text.subarray(0, -END.length), MEMBER, Buffer.from(JSON.stringify(envelope)), END]);
}

/**
 * Takes a document apart: everything before its last member `signature`, and that member. A document without one, or
 * one that was laid out again by another tool, has no envelope; then all of it is content.
 */
export function splitSigned(bytes: Uint8Array): SignedDocument {
  const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = document.lastIndexOf(MEMBER);
  const isWhole = at !== -1 && document.subarray(-END.length).equals(END);
  const envelope = isWhole ? readText(document.subarray(at + MEMBER.length, -END.length)) : null;
  return envelope === null
    ? { content: bytes, envelope: null }
    : { content: Buffer.concat([document.subarray(0, at), END]), envelope };
}

/** A JSON string in its one spelling, so that every byte of the member counts. */
function readText(quoted: Buffer): string | null {
  const text = quoted.toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' && JSON.stringify(value) === text ? value : null;
  } catch {
    return null;
  }
}

const MEMBER = Buffer.from(',\n  "signature": ');
const END = Buffer.from('\n}\n');

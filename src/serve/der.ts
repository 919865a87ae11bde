/** The few DER forms (X.690) that a certificate needs. Each function returns a whole element: tag, length, content. */

/** An element with any tag. */
export function derElement(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

/** SEQUENCE. */
export const derSequence = (...parts: readonly Uint8Array[]): Uint8Array => derElement(0x30, ...parts);

/** OBJECT IDENTIFIER from its dotted form. */
export function derOid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return derElement(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** A positive INTEGER from its bytes, big end first. */
export function derUnsigned(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const lean = bytes.subarray(start);
  return derElement(0x02, ((lean[0] ?? 0) & 0x80) === 0 ? lean : Buffer.concat([Buffer.of(0), lean]));
}

/** BIT STRING of whole bytes. */
export const derBits = (bytes: Uint8Array, unused = 0): Uint8Array =>
  derElement(0x03, Buffer.of(unused), bytes);

/** OCTET STRING. */
export const derOctets = (bytes: Uint8Array): Uint8Array => derElement(0x04, bytes);

/** UTF8String. */
export const derText = (text: string): Uint8Array => derElement(0x0c, Buffer.from(text, 'utf8'));

/** BOOLEAN true. */
export const DER_TRUE: Uint8Array = Buffer.of(0x01, 0x01, 0xff);

/** UTCTime, whole seconds: for years up to 2049. */
export const derTime = (time: Date): Uint8Array =>
  derElement(0x17, Buffer.from(`${time.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`, 'latin1'));

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

function base128(number: number): readonly number[] {
  const digits = [number & 0x7f];
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

import { ReleaseError } from '../errors.ts';
import { ADAPTER_NAME } from './names.ts';

/** The 40 lower-case hex digits that bind an adapter to one base model (`metadata.json`, exported by Apple's toolkit). */
export type BaseModelSignature = string & { readonly brand: 'BaseModelSignature' };

/** What a device reports: a signature, its first seven digits or more, or a whole adapter identifier. */
export interface SignatureQuery {
  readonly prefix: string;
  readonly adapterName: string | null;
}

/** True for 40 lower-case hex digits. */
export const isBaseModelSignature = (text: string): text is BaseModelSignature => /^[0-9a-f]{40}$/.test(text);

/** `9799725f…`: eight digits, for people. */
export const shortSignature = (signature: string): string => `${signature.slice(0, 8)}…`;

/** True when a full signature or a catalogue prefix and a device's prefix can be the same base model. */
export const carriesSignature = (carried: string, queried: string): boolean =>
  carried.startsWith(queried) || queried.startsWith(carried);

/**
 * Reads a whole signature.
 *
 * @throws ReleaseError `USAGE` when `text` is not 40 lower-case hex digits
 */
export function parseBaseModelSignature(text: string): BaseModelSignature {
  if (isBaseModelSignature(text)) return text;
  throw new ReleaseError(
    'USAGE',
    `"${text}" is not a base model signature: expected 40 lower-case hex digits, found ${text.length} characters.`,
    {
      fix: 'Copy `baseModelSignature` from the metadata.json of the adapter.',
    },
  );
}

/**
 * Reads what a device or a user gives for a signature: 7 to 40 hex digits in either case, or
 * `fmadapter-<name>-<digits>` as `compatibleAdapterIdentifiers(name:)` returns it.
 *
 * @throws ReleaseError `USAGE` for anything else
 */
export function parseSignatureQuery(text: string): SignatureQuery {
  const identifier = IDENTIFIER.exec(text);
  const digits = (identifier?.[2] ?? text).toLowerCase();
  if (!/^[0-9a-f]{7,40}$/.test(digits)) {
    throw new ReleaseError(
      'USAGE',
      `"${text}" is not a signature: expected 7 to 40 hex digits or a whole "fmadapter-<name>-<digits>".`,
      {
        fix: 'Pass what `compatibleAdapterIdentifiers(name:)` printed on the device.',
      },
    );
  }
  return { prefix: digits, adapterName: identifier?.[1] ?? null };
}

const IDENTIFIER = new RegExp(`^fmadapter-(${ADAPTER_NAME.source.slice(1, -1)})-([0-9A-Fa-f]+)$`);

import { ReleaseError } from '../errors.ts';
import type { AdapterMetadata } from '../generated/adapter-metadata.ts';
import { isJsonObject, type JsonObject, readJsonBytes } from '../json/read.ts';
import { explainFaults } from '../json/validate.ts';

/** `metadata.json` as far as it can be trusted: the whole document when it is sound, single fields when not. */
export interface MetadataReading {
  readonly document: JsonObject | null;
  readonly adapterIdentifier: string | null;
  readonly baseModelSignature: string | null;
  readonly loraRank: number | null;
  readonly faults: readonly string[];
}

/** At most this much of `metadata.json` is ever read. */
export const MAX_METADATA_BYTES = 256 * 1024;

/** Reads `metadata.json` (apple-formats §1.2): strict JSON, Apple's keys checked, unknown keys kept. */
export async function readMetadata(bytes: Uint8Array): Promise<MetadataReading> {
  let value: unknown;
  try {
    value = readJsonBytes(bytes, 'metadata.json');
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return { ...NOTHING, faults: [error.message.replace(/^metadata\.json /, '').replace(/\.$/, '')] };
  }
  const { default: validate } = await import('../generated/adapter-metadata.validator.js');
  const faults = validate(value) ? [] : explainFaults(validate.errors ?? [], value);
  if (!isJsonObject(value)) return { ...NOTHING, faults };
  return { document: faults.length === 0 ? value : null, ...trustedFields(value), faults };
}

function trustedFields(
  value: JsonObject,
): Pick<MetadataReading, 'adapterIdentifier' | 'baseModelSignature' | 'loraRank'> {
  const { adapterIdentifier, baseModelSignature, loraRank }: Partial<Record<keyof AdapterMetadata, unknown>> =
    value;
  return {
    adapterIdentifier: typeof adapterIdentifier === 'string' ? adapterIdentifier : null,
    baseModelSignature: typeof baseModelSignature === 'string' ? baseModelSignature : null,
    loraRank: typeof loraRank === 'number' && Number.isInteger(loraRank) ? loraRank : null,
  };
}

const NOTHING: MetadataReading = {
  document: null,
  adapterIdentifier: null,
  baseModelSignature: null,
  loraRank: null,
  faults: [],
};

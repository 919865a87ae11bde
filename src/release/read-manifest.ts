import type { ChannelManifest as ChannelManifestJson } from '../generated/manifest.ts';
import validate from '../generated/manifest.validator.js';
import { type JsonValue, readJson, readJsonBytes } from '../json/read.ts';
import { checkDocument } from '../json/validate.ts';
import type { ChannelManifest } from '../model/release.ts';
import { damagedAs } from './damaged.ts';

/**
 * Reads `manifest.json` strictly: no duplicate key, no byte order mark, every field as its schema says; keys that a
 * later version added are kept.
 *
 * @throws ReleaseError `DOCUMENT_DAMAGED` when it is anything else
 */
export const readManifest = (content: string | Uint8Array, source = 'manifest.json'): ChannelManifest =>
  damagedAs('DOCUMENT_DAMAGED', source, () =>
    fitsManifest(
      typeof content === 'string' ? readJson(content, source) : readJsonBytes(content, source),
      source,
    ),
  );

/** {@link readManifest} of JSON that was read already. */
export const checkManifest = (value: JsonValue, source: string): ChannelManifest =>
  damagedAs('DOCUMENT_DAMAGED', source, () => fitsManifest(value, source));

const fitsManifest = (value: JsonValue, source: string): ChannelManifest =>
  checkDocument<ChannelManifestJson>(value, { validate, source, code: 'DOCUMENT_DAMAGED' });

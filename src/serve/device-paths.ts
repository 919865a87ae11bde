import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReleaseError } from '../errors.ts';
import { type JsonObject, type JsonValue, readJsonBytes } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import { isPlatform } from '../model/platform.ts';

/** What one of the two short addresses stands for: a document made here, or a key of the served folder. */
export type DeviceAnswer =
  | { readonly kind: 'document'; readonly content: string }
  | { readonly kind: 'key'; readonly key: string };

/**
 * Answers the addresses that Apple's own test server has: `/manifest`, where each pack's URL leads back here, and
 * `/assets/<pack id>`. `?platform=iOS` takes that platform's manifest where there is one. Undefined for anything else.
 *
 * @param place - the served folder, the channel, and the origin that the asker reached this server by
 */
export async function answerDevice(
  url: string,
  place: { readonly root: string; readonly channel: string; readonly origin: string },
): Promise<DeviceAnswer | undefined> {
  const asked = /^\/(?:(manifest)|assets\/([A-Za-z0-9_-]{1,128}))\/?(?:\?(.*))?$/.exec(url);
  if (asked === null) return undefined;
  const [, isManifest, packId, query] = asked;
  const manifest = await readChannelManifest(place, new URLSearchParams(query).get('platform') ?? '');
  if (manifest === undefined) return undefined;
  const packs = packsOf(manifest);
  if (isManifest !== undefined)
    return { kind: 'document', content: pointHere(manifest, packs, place.origin) };
  const pack = packs.find(({ id }) => id === packId);
  const key = /v1\/packs\/[0-9a-f]{64}\/[A-Za-z0-9_-]{1,128}$/.exec(textOf(pack?.['url']))?.[0];
  return key === undefined ? undefined : { kind: 'key', key };
}

async function readChannelManifest(
  { root, channel }: { readonly root: string; readonly channel: string },
  platform: string,
): Promise<JsonObject | undefined> {
  const names = [...(isPlatform(platform) ? [`${platform}.json`] : []), 'manifest.json'];
  for (const name of names) {
    const bytes = await readFile(join(root, 'v1', 'channels', channel, name)).catch(() => undefined);
    if (bytes === undefined) continue;
    try {
      const manifest = readJsonBytes(bytes, name);
      return isObject(manifest) ? manifest : undefined;
    } catch (error) {
      if (error instanceof ReleaseError) return undefined; // the file itself is still served as it is
      throw error;
    }
  }
  return undefined;
}

/** The signature of the whole no longer holds once addresses are changed, so it is left out; those of packs do. */
function pointHere(
  { signature: _, ...manifest }: JsonObject,
  packs: readonly JsonObject[],
  origin: string,
): string {
  const assetPacks = packs.map((pack) => ({ ...pack, url: `${origin}/assets/${textOf(pack['id'])}` }));
  return writeJson({ ...manifest, assetPacks });
}

const packsOf = ({ assetPacks }: JsonObject): readonly JsonObject[] =>
  Array.isArray(assetPacks) ? assetPacks.filter(isObject) : [];

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

const isObject = (value: JsonValue): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

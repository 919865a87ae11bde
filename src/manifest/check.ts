import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { isSystemError, ReleaseError } from '../errors.ts';
import { type JsonObject, type JsonValue, readJsonBytes } from '../json/read.ts';
import { writeJson } from '../json/write.ts';
import type { GeneratedManifest } from './generate.ts';

/**
 * Compares a committed manifest with the generated one and names the fields that differ. `createdAt` does not count:
 * generating again at another time is no difference. Of a download manifest that `ba-package` itself wrote, all counts
 * but what it cannot know: the folder in the URLs, and our `userInfo`.
 *
 * @throws ReleaseError `FILE_NOT_FOUND`, `JSON_INVALID`, `USAGE` for a download manifest that no platform's name fits
 */
export async function checkManifestFile(
  path: string,
  files: readonly GeneratedManifest[],
): Promise<readonly string[]> {
  const committed = readJsonBytes(await readCommitted(path), path);
  const named = files.find(({ key }) => basename(key) === basename(path));
  if (!isDownloadManifest(committed)) {
    const expected = (named?.platform === undefined ? named : undefined) ?? files[0];
    return expected === undefined ? [] : differences(committed, toJson(expected), '');
  }
  const platforms = files.filter(({ platform }) => platform !== undefined);
  const expected = named ?? (platforms.length === 1 ? platforms[0] : undefined);
  if (expected === undefined) throw unknownPlatform(path, platforms);
  const isGolden = packsOf(committed).every(({ userInfo }) => userInfo === undefined);
  const compared = (value: JsonValue): JsonValue => byId(value, isGolden);
  return differences(compared(committed), compared(toJson(expected)), '');
}

async function readCommitted(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT', 'ENOTDIR', 'EISDIR')) throw cause;
    throw new ReleaseError('FILE_NOT_FOUND', `There is no manifest file "${path}".`, {
      fix: 'Write it with `fmrelease manifest --out <folder>`.',
      cause,
    });
  }
}

const toJson = ({ content }: GeneratedManifest): JsonValue =>
  readJsonBytes(Buffer.from(writeJson(content)), 'manifest');

const unknownPlatform = (path: string, platforms: readonly GeneratedManifest[]): ReleaseError =>
  new ReleaseError(
    'USAGE',
    platforms.length === 0
      ? `"${path}" is a download manifest, and this target has none: its hosting is unmanaged.`
      : `"${path}" is a download manifest, and its name says of no platform.`,
    {
      fix:
        platforms.length === 0
          ? 'Name a target with managed hosting by --target.'
          : `Name it ${platforms.map(({ key }) => basename(key)).join(' or ')}.`,
    },
  );

/** Apple's form has packs and nothing else that ours has. */
const isDownloadManifest = (value: JsonValue): boolean =>
  isObject(value) &&
  !Array.isArray(value) &&
  value['cells'] === undefined &&
  Array.isArray(value['assetPacks']);

const packsOf = (value: JsonValue): readonly JsonObject[] =>
  isObject(value) && !Array.isArray(value) && Array.isArray(value['assetPacks'])
    ? value['assetPacks'].filter((pack): pack is JsonObject => isObject(pack) && !Array.isArray(pack))
    : [];

/** The packs of a download manifest by id: their order says nothing. */
function byId(value: JsonValue, isGolden: boolean): JsonObject {
  const packs = packsOf(value).map((pack): [string, JsonObject] => {
    const { userInfo: _, url = '', ...rest } = pack;
    const name = typeof url === 'string' ? `…/${url.slice(url.lastIndexOf('/') + 1)}` : url;
    return [typeof pack['id'] === 'string' ? pack['id'] : '', isGolden ? { ...rest, url: name } : pack];
  });
  return { assetPacks: Object.fromEntries(packs) };
}

function differences(
  found: JsonValue | undefined,
  expected: JsonValue | undefined,
  place: string,
): readonly string[] {
  if (place === '.createdAt' || JSON.stringify(found) === JSON.stringify(expected)) return [];
  if (isObject(found) && isObject(expected)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
    return keys.flatMap((key) =>
      differences(
        childOf(found, key),
        childOf(expected, key),
        Array.isArray(expected) ? `${place}[${key}]` : `${place}.${key}`,
      ),
    );
  }
  return [`${place.slice(1) || '(document)'}: expected ${textOf(expected)}, found ${textOf(found)}`];
}

const childOf = (value: JsonValue[] | JsonObject, key: string): JsonValue | undefined =>
  Array.isArray(value) ? value[Number(key)] : value[key];

const textOf = (value: JsonValue | undefined): string =>
  value === undefined ? 'nothing' : JSON.stringify(value);

const isObject = (value: JsonValue | undefined): value is JsonValue[] | JsonObject =>
  value !== null && typeof value === 'object';

import { ReleaseError } from '../../errors.ts';
import { isJsonObject, type JsonValue, readJsonBytes } from '../../json/read.ts';
import type { FileDigest } from '../../model/digest.ts';
import { MANIFEST_PATH } from '../read-archive-file.ts';
import type { AssetPackOrder } from './command.ts';
import type { AssetPackContents } from './read-asset-pack.ts';

/** What went into a pack, and what packed it. */
export interface PackInputs {
  readonly files: readonly FileDigest[];
  readonly label: string;
}

/**
 * Checks what `ba-package` made: it must be an archive that keeps its format, its own manifest must not contradict the
 * order, and every file of the build must be inside, at its path below one folder, with nothing else in that folder. A
 * key that the manifest lacks is not judged: Apple documents neither the manifest nor its keys.
 *
 * @throws ReleaseError `PACK_UNSOUND` with every fault
 */
export function checkAssetPack(
  order: AssetPackOrder,
  contents: Exclude<AssetPackContents, { readonly state: 'unreadable' }>,
  inputs: PackInputs,
): void {
  const faults =
    contents.state === 'unsound'
      ? [contents.why.replace(/\.$/, '')]
      : [
          ...manifestFaults(order, contents.texts.get(MANIFEST_PATH)),
          ...fileFaults(inputs.files, contents.files),
        ];
  if (faults.length === 0) return;
  throw new ReleaseError(
    'PACK_UNSOUND',
    `${inputs.label} made an unsound ${order.id}: ${faults.join('; ')}.`,
    {
      fix: 'Do not publish that archive: set FMRELEASE_BA_PACKAGE to another version of the tool.',
      details: faults,
    },
  );
}

/** Judged in the folder where most is right: which one it is, Apple does not document. */
function fileFaults(wanted: readonly FileDigest[], found: readonly FileDigest[]): readonly string[] {
  const byPath = new Map(found.map((file) => [file.path, file]));
  const roots = new Set(
    wanted
      .slice(0, 1)
      .flatMap(({ path }) =>
        found
          .filter((file) => `/${file.path}`.endsWith(`/${path}`))
          .map((file) => file.path.slice(0, -path.length)),
      ),
  );
  const judged = [...roots, 'Contents/'].map((root) => faultsBelow(root, wanted, byPath));
  return judged.reduce((a, b) => (b.length < a.length ? b : a));
}

function faultsBelow(
  root: string,
  wanted: readonly FileDigest[],
  found: ReadonlyMap<string, FileDigest>,
): readonly string[] {
  const expected = new Set(wanted.map(({ path }) => root + path));
  return [
    ...wanted.flatMap(({ path, sha256, sizeBytes }) => {
      const inside = found.get(root + path);
      if (inside === undefined) return [`"${path}" of the build is not inside`];
      return inside.sha256 === sha256 && inside.sizeBytes === sizeBytes
        ? []
        : [`"${path}" has other bytes than in the build`];
    }),
    ...[...found.keys()]
      .filter((path) => path.startsWith(root) && path !== MANIFEST_PATH && !expected.has(path))
      .map((path) => `"${path}" is no file of the build`),
  ];
}

function manifestFaults(order: AssetPackOrder, bytes: Uint8Array | undefined): readonly string[] {
  if (bytes === undefined) return ['it has no manifest.json'];
  let manifest: JsonValue;
  try {
    manifest = readJsonBytes(bytes, 'manifest.json');
  } catch (error) {
    if (error instanceof ReleaseError) return [error.message.replace(/\.$/, '')];
    throw error;
  }
  if (!isJsonObject(manifest)) return ['its manifest.json is no object'];
  const { assetPackID: id, platforms, downloadPolicy: policy } = manifest;
  return [
    ...(id === undefined || id === order.id
      ? []
      : [`its assetPackID is ${JSON.stringify(id)}, expected "${order.id}"`]),
    ...platformFaults(order, platforms),
    ...policyFaults(order, policy),
  ];
}

/** An empty list stands for all platforms, which is not what was ordered. */
function platformFaults({ recipe }: AssetPackOrder, found: JsonValue | undefined): readonly string[] {
  if (found === undefined) return [];
  const expected = [...recipe.platforms].sort();
  const same = Array.isArray(found) && JSON.stringify([...found].sort()) === JSON.stringify(expected);
  return same ? [] : [`its platforms are ${JSON.stringify(found)}, expected ${expected.join(', ')}`];
}

function policyFaults({ recipe }: AssetPackOrder, found: JsonValue | undefined): readonly string[] {
  if (found === undefined) return [];
  if (!isJsonObject(found)) return [`its downloadPolicy is ${JSON.stringify(found)}`];
  const empty = Object.keys(found).filter((name) => !isJsonObject(found[name]));
  if (empty.length > 0)
    return empty.map(
      (name) =>
        `its downloadPolicy has "${name}": ${JSON.stringify(found[name])}, which Apple refuses (ITMS-91140)`,
    );
  return JSON.stringify(found) === JSON.stringify(recipe.downloadPolicy)
    ? []
    : [`its downloadPolicy is ${JSON.stringify(found)}, expected ${JSON.stringify(recipe.downloadPolicy)}`];
}

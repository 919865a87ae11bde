import { ReleaseError } from '../../errors.ts';
import { type JsonObject, type JsonValue, readJsonBytes } from '../../json/read.ts';
import type { FileDigest } from '../../model/digest.ts';
import type { AssetPackOrder } from './command.ts';
import type { AssetPackContents } from './read-asset-pack.ts';

/** What went into a pack, and what packed it. */
export interface PackInputs {
  readonly files: readonly FileDigest[];
  readonly label: string;
}

/**
 * Checks what `ba-package` made: its own manifest must not contradict the order, and every file of the build must be
 * inside. A key that the manifest lacks is not judged: Apple documents neither the manifest nor its keys.
 *
 * @throws ReleaseError `PACK_UNSOUND` with every fault
 */
export function checkAssetPack(
  order: AssetPackOrder,
  { files, texts }: AssetPackContents & { readonly state: 'read' },
  inputs: PackInputs,
): void {
  const inside = new Set(files.map(({ sha256, sizeBytes }) => `${sha256} ${sizeBytes}`));
  const faults = [
    ...manifestFaults(order, texts.get('manifest.json')),
    ...inputs.files
      .filter(({ sha256, sizeBytes }) => !inside.has(`${sha256} ${sizeBytes}`))
      .map(({ path }) => `"${path}" of the build is not inside`),
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

function manifestFaults(order: AssetPackOrder, bytes: Uint8Array | undefined): readonly string[] {
  if (bytes === undefined) return ['it has no manifest.json'];
  let manifest: JsonValue;
  try {
    manifest = readJsonBytes(bytes, 'manifest.json');
  } catch (error) {
    if (error instanceof ReleaseError) return [error.message.replace(/\.$/, '')];
    throw error;
  }
  if (!isObject(manifest)) return ['its manifest.json is no object'];
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
  if (!isObject(found)) return [`its downloadPolicy is ${JSON.stringify(found)}`];
  const empty = Object.keys(found).filter((name) => !isObject(found[name]));
  if (empty.length > 0)
    return empty.map(
      (name) =>
        `its downloadPolicy has "${name}": ${JSON.stringify(found[name])}, which Apple refuses (ITMS-91140)`,
    );
  return JSON.stringify(found) === JSON.stringify(recipe.downloadPolicy)
    ? []
    : [`its downloadPolicy is ${JSON.stringify(found)}, expected ${JSON.stringify(recipe.downloadPolicy)}`];
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

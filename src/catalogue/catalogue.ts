import type { SystemModelDocument } from '../generated/matrix.ts';
import { parseOsRange } from '../model/parse-os-range.ts';
import { isPlatform } from '../model/platform.ts';
import type { Catalogue, SystemModel } from '../model/system-model.ts';
import { OS_RELEASES, TOOLKITS } from './os-releases.ts';
import { SYSTEM_MODELS } from './system-models.ts';

/** The catalogue that ships with this version of fmrelease, rows in OS order. */
export const shippedCatalogue = (): Catalogue => ({
  systemModels: SYSTEM_MODELS.map(toSystemModel),
  osReleases: OS_RELEASES,
  toolkits: TOOLKITS,
});

/**
 * Turns a checked row into a system model. A platform that is none is left out: `parseMatrix` names it.
 *
 * @throws ReleaseError `CONFIG_INVALID` when an OS range is malformed
 */
export function toSystemModel(row: SystemModelDocument): SystemModel {
  const ranges = Object.entries(row.os).flatMap(([platform, range]) =>
    isPlatform(platform) ? [[platform, parseOsRange(range, `${row.id}.os.${platform}`)] as const] : [],
  );
  return {
    id: row.id,
    os: Object.fromEntries(ranges),
    variant: row.variant ?? null,
    signature: toSignature(row.baseModelSignature),
    adapterSupport: row.adapterSupport,
    toolkit: row.toolkit ?? null,
    certainty: row.certainty,
    evidence: row.evidence ?? [],
  };
}

/** The rows of `base` with those of `own` put in by `id`: replaced where known, added at the end where new. */
export function extendSystemModels(
  base: readonly SystemModel[],
  own: readonly SystemModel[],
): readonly SystemModel[] {
  const byId = new Map(own.map((row) => [row.id, row]));
  const known = new Set(base.map(({ id }) => id));
  return [...base.map((row) => byId.get(row.id) ?? row), ...own.filter(({ id }) => !known.has(id))];
}

function toSignature(signature: SystemModelDocument['baseModelSignature']): SystemModel['signature'] {
  if (signature === null) return null;
  return typeof signature === 'string'
    ? { digits: signature, complete: true }
    : { digits: signature.prefix, complete: false };
}

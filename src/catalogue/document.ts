import { type OsRangeText, toOsRangeText } from '../model/os-range.ts';
import { formatOsVersion } from '../model/os-version.ts';
import { PLATFORMS } from '../model/platform.ts';
import type { Catalogue, SystemModel } from '../model/system-model.ts';
import { systemModelsOf } from './catalogue.ts';

/** The catalogue as `systems --json` prints it: versions as text, signatures as a matrix writes them. */
export const toCatalogueDocument = ({
  systemModels,
  osReleases,
  toolkits,
}: Catalogue): CatalogueDocument => ({
  systemModels: systemModels.map(toRowDocument),
  osReleases: osReleases.map((release) => ({
    ...release,
    version: formatOsVersion(release.version),
    systemModels: systemModelsOf(release, systemModels).map(({ id }) => id),
  })),
  toolkits,
});

/** What {@link toCatalogueDocument} returns. */
export interface CatalogueDocument {
  readonly systemModels: readonly Record<string, unknown>[];
  readonly osReleases: readonly Record<string, unknown>[];
  readonly toolkits: Catalogue['toolkits'];
}

function toRowDocument({ id, os, variant, signature, ...row }: SystemModel): Record<string, unknown> {
  const ranges = PLATFORMS.flatMap((platform): readonly (readonly [string, OsRangeText])[] => {
    const range = os[platform];
    return range === undefined ? [] : [[platform, toOsRangeText(range)]];
  });
  return {
    id,
    os: Object.fromEntries(ranges),
    variant,
    baseModelSignature:
      signature === null || signature.complete ? (signature?.digits ?? null) : { prefix: signature.digits },
    ...row,
  };
}

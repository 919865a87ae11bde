import type { OsReleaseDocument, SystemModelDocument } from '../generated/matrix.ts';
import { compareBuildVersions } from '../model/build-version.ts';
import { type OsRange, rangeContains } from '../model/os-range.ts';
import { compareOsVersions, formatOsVersion, parseOsVersion } from '../model/os-version.ts';
import { parseOsRange } from '../model/parse-os-range.ts';
import { isPlatform, PLATFORMS } from '../model/platform.ts';
import type { Catalogue, OsRelease, SystemModel, Toolkit } from '../model/system-model.ts';
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

/** A system model as a matrix writes it. */
export const toSystemModelDocument = (row: SystemModel): SystemModelDocument => ({
  id: row.id,
  os: Object.fromEntries(
    PLATFORMS.flatMap((platform) => {
      const range = row.os[platform];
      return range === undefined ? [] : [[platform, toRangeSyntax(range)] as const];
    }),
  ),
  ...(row.variant === null ? {} : { variant: row.variant }),
  baseModelSignature:
    row.signature === null || row.signature.complete
      ? (row.signature?.digits ?? null)
      : { prefix: row.signature.digits },
  adapterSupport: row.adapterSupport,
  ...(row.toolkit === null ? {} : { toolkit: row.toolkit }),
  certainty: row.certainty,
  evidence: [...row.evidence],
});

const toRangeSyntax = ({ from, below }: OsRange): string =>
  `>=${formatOsVersion(from)}${below === null ? '' : ` <${formatOsVersion(below)}`}`;

/** The rows of `base` with those of `own` put in by `id`: replaced where known, added at the end where new. */
export function extendSystemModels(
  base: readonly SystemModel[],
  own: readonly SystemModel[],
): readonly SystemModel[] {
  const byId = new Map(own.map((row) => [row.id, row]));
  const known = new Set(base.map(({ id }) => id));
  return [...base.map((row) => byId.get(row.id) ?? row), ...own.filter(({ id }) => !known.has(id))];
}

/** Turns a checked OS release into one. A platform that is none is left out: `parseMatrix` names it. */
export const toOsRelease = ({ version, platforms, ...release }: OsReleaseDocument): OsRelease => ({
  ...release,
  version: parseOsVersion(version),
  platforms: platforms.filter(isPlatform),
});

/** The releases of `base` with those of `own` put in by version and platform, in the order of their versions. */
export function extendOsReleases(
  base: readonly OsRelease[],
  own: readonly OsRelease[],
): readonly OsRelease[] {
  const left = base.flatMap((release) => {
    const replaced = own
      .filter(({ version }) => compareOsVersions(version, release.version) === 0)
      .flatMap(({ platforms }) => platforms);
    const platforms = release.platforms.filter((platform) => !replaced.includes(platform));
    return platforms.length === 0 ? [] : [{ ...release, platforms }];
  });
  return [...left, ...own].sort((a, b) => compareOsVersions(a.version, b.version));
}

/** The toolkits of `base` with those of `own` put in by version, oldest version first. */
export const extendToolkits = (base: readonly Toolkit[], own: readonly Toolkit[]): readonly Toolkit[] =>
  [...new Map([...base, ...own].map((toolkit) => [toolkit.version, toolkit])).values()].sort((a, b) =>
    compareBuildVersions(a.version, b.version),
  );

/** The rows that an OS release carries, on any of its platforms. */
export const systemModelsOf = (
  { version, platforms }: Pick<OsRelease, 'version' | 'platforms'>,
  rows: readonly SystemModel[],
): readonly SystemModel[] =>
  rows.filter(({ os }) =>
    platforms.some((platform) => {
      const range = os[platform];
      return range !== undefined && rangeContains(range, version);
    }),
  );

function toSignature(signature: SystemModelDocument['baseModelSignature']): SystemModel['signature'] {
  if (signature === null) return null;
  return typeof signature === 'string'
    ? { digits: signature, complete: true }
    : { digits: signature.prefix, complete: false };
}

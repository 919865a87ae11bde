import type {
  MatrixDocument,
  OsReleaseDocument,
  SystemModelDocument,
  ToolkitDocument,
} from '../generated/matrix.ts';
import { compareBuildVersions } from '../model/build-version.ts';
import { compareOsVersions, parseOsVersion } from '../model/os-version.ts';
import type { CatalogueChange, MatrixPlace } from './change-files.ts';
import { EMPTY_MATRIX } from './change-files.ts';
import { type MatrixFile, pathForAdapter } from './files.ts';

/** Returns the files with these rows, releases and toolkits in them. Pure. */
export function putCatalogue(
  files: readonly MatrixFile[],
  { matrix }: Pick<MatrixPlace, 'matrix'>,
  { systemModels, osReleases, toolkits }: CatalogueChange,
): readonly MatrixFile[] {
  const home = homeOf(files, matrix);
  const fresh = systemModels.filter(
    ({ id }) => !files.some(({ document }) => rowsOf(document).some((row) => row.id === id)),
  );
  const isNeeded = fresh.length > 0 || osReleases.length > 0 || toolkits.length > 0;
  const all =
    files.some(({ path }) => path === home) || !isNeeded
      ? files
      : [...files, { path: home, document: EMPTY_MATRIX }];
  return all.map(({ path, document }) => ({
    path,
    document: withToolkits(
      withReleases(
        {
          ...document,
          systemModels: [
            ...rowsOf(document).map((row) => systemModels.find(({ id }) => id === row.id) ?? row),
            ...(path === home ? fresh : []),
          ],
        },
        osReleases,
        path === home,
      ),
      toolkits,
      path === home,
    ),
  }));
}

const rowsOf = ({ systemModels = [] }: MatrixDocument): readonly SystemModelDocument[] => systemModels;

/** Where rows go that no file has yet. */
const homeOf = (files: readonly MatrixFile[], matrix: string): string =>
  files.find(({ document }) => rowsOf(document).length > 0 || (document.osReleases ?? []).length > 0)?.path ??
  files.find(({ document }) => (document.toolkits ?? []).length > 0)?.path ??
  pathForAdapter(matrix, 'system-models') ??
  files[0]?.path ??
  matrix;

/** A release takes the place of what is known of its version on its platforms, wherever that stands. */
function withReleases(
  document: MatrixDocument,
  osReleases: readonly OsReleaseDocument[],
  isHome: boolean,
): MatrixDocument {
  const { osReleases: known, ...rest } = document;
  const left = (known ?? []).flatMap((release) => {
    const replaced = osReleases.filter((own) => isSameVersion(own, release));
    const platforms = release.platforms.filter(
      (platform) => !replaced.some((own) => own.platforms.includes(platform)),
    );
    return platforms.length === 0 ? [] : [{ ...release, platforms }];
  });
  const releases = [...left, ...(isHome ? osReleases : [])].sort((a, b) =>
    compareOsVersions(parseOsVersion(a.version), parseOsVersion(b.version)),
  );
  return releases.length === 0 ? rest : { ...rest, osReleases: releases };
}

/** A toolkit takes the place of what is known of its version, wherever that stands. */
function withToolkits(
  document: MatrixDocument,
  toolkits: readonly ToolkitDocument[],
  isHome: boolean,
): MatrixDocument {
  const { toolkits: known, ...rest } = document;
  const left = (known ?? []).filter(({ version }) => !toolkits.some((own) => own.version === version));
  const all = [...left, ...(isHome ? toolkits : [])].sort((a, b) =>
    compareBuildVersions(a.version, b.version),
  );
  return all.length === 0 ? rest : { ...rest, toolkits: all };
}

const isSameVersion = (a: OsReleaseDocument, b: OsReleaseDocument): boolean =>
  compareOsVersions(parseOsVersion(a.version), parseOsVersion(b.version)) === 0;

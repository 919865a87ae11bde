import { servedBuilds } from '../../matrix/decide.ts';
import { compareBuildVersions } from '../../model/build-version.ts';
import type { Adapter, Build } from '../../model/matrix.ts';
import { rangeContains } from '../../model/os-range.ts';
import { compareOsVersions, formatOsVersion, parseOsVersion } from '../../model/os-version.ts';
import { shortSignature } from '../../model/signature.ts';
import type { OsRelease } from '../../model/system-model.ts';
import { type AuditState, finding, type Rule } from '../state.ts';

/** `stale-signature`: a served build whose signature no supported OS carries. */
export const staleSignatureRule: Rule = (state) =>
  served(state).flatMap(({ adapter, build }) => {
    const reached = state.cells.some((cell) => cell.adapter === adapter.name && cell.build === build);
    if (reached || build.baseModelSignature === null) return [];
    return [
      finding('stale-signature', 'warning', {
        subject: `${adapter.name} ${build.version}`,
        message: `Build ${build.version} of "${adapter.name}" is served for ${shortSignature(build.baseModelSignature)}, which no supported OS version carries.`,
        fix: 'Remove its serve entry, or add the system model that carries it.',
      }),
    ];
  });

/** `not-newest`: a newer build is registered for that signature. */
export const notNewestRule: Rule = (state) =>
  served(state).flatMap(({ adapter, build }) => {
    const newest = adapter.builds
      .filter(({ baseModelSignature }) => baseModelSignature === build.baseModelSignature)
      .sort((a, b) => compareBuildVersions(a.version, b.version))
      .at(-1);
    if (newest === undefined || compareBuildVersions(newest.version, build.version) <= 0) return [];
    return [
      finding('not-newest', 'warning', {
        subject: `${adapter.name} ${build.version}`,
        message: `"${adapter.name}" serves build ${build.version}, though ${newest.version} is registered for the same signature.`,
        fix: `Serve it with \`fmrelease adapter serve ${adapter.name} ${newest.version}${build.baseModelSignature === null ? '' : ` --signature ${build.baseModelSignature}`}\`.`,
      }),
    ];
  });

/** `untested-os`: an OS release inside the build's range is newer than the build and than its last evaluation there. */
export const untestedOsRule: Rule = (state) =>
  served(state).flatMap(({ adapter, build }) => {
    const untested = state.intent.catalogue.osReleases.filter(
      (release) => isInside(state, adapter, build, release) && isUntested(state, build, release),
    );
    const newest = untested.at(-1);
    if (newest === undefined) return [];
    const names = untested.map(({ version }) => formatOsVersion(version)).join(', ');
    return [
      finding('untested-os', 'warning', {
        subject: `${adapter.name} ${build.version}`,
        message: `Build ${build.version} of "${adapter.name}" is older than OS ${names} and was not evaluated there: the prompted model can change without its signature.`,
        fix: `Evaluate it on OS ${formatOsVersion(newest.version)} and record that in \`evals\` of the build.`,
      }),
    ];
  });

/** `toolkit-removed`: the toolkit that exported the build was withdrawn. */
export const toolkitRule: Rule = (state) =>
  served(state).flatMap(({ adapter, build }) => {
    const version =
      build.toolkit ??
      state.intent.catalogue.systemModels.find(
        ({ signature }) => signature !== null && signature.digits === build.baseModelSignature,
      )?.toolkit;
    const toolkit = state.intent.catalogue.toolkits.find((other) => other.version === version);
    if (toolkit?.withdrawn !== true) return [];
    return [
      finding('toolkit-removed', 'warning', {
        subject: `${adapter.name} ${build.version}`,
        message: `Build ${build.version} of "${adapter.name}" comes from toolkit ${toolkit.version}, which Apple withdrew.`,
        fix: 'Train and export it again with toolkit 26.0.0.',
      }),
    ];
  });

/** `evidence-stale`: a row in use was not confirmed since the last OS release in its range. */
export const evidenceRule: Rule = (state) => {
  const used = new Set(state.cells.map(({ systemModel }) => systemModel).filter((row) => row !== null));
  return [...used].flatMap((row) => {
    const confirmed =
      row.evidence
        .map(({ date }) => date)
        .sort()
        .at(-1) ?? '0000-00-00';
    const newer = releasesAsOf(state).filter(
      ({ version, date, platforms }) =>
        date > confirmed &&
        platforms.some((platform) => {
          const range = row.os[platform];
          return range !== undefined && rangeContains(range, version);
        }),
    );
    const last = newer.at(-1);
    if (last === undefined) return [];
    return [
      finding('evidence-stale', 'warning', {
        subject: row.id,
        message: `"${row.id}" was last confirmed on ${confirmed === '0000-00-00' ? 'no day' : confirmed}, before OS ${formatOsVersion(last.version)} (${last.date}).`,
        fix: 'Confirm its signature on that OS and add the evidence to `systemModels`.',
      }),
    ];
  });
};

function isInside({ cells }: AuditState, adapter: Adapter, build: Build, release: OsRelease): boolean {
  return cells.some(
    (cell) =>
      cell.adapter === adapter.name &&
      cell.build === build &&
      release.platforms.includes(cell.platform) &&
      rangeContains(cell.range, release.version),
  );
}

/** Older than the release, and never evaluated on that OS version or a later one. */
function isUntested({ asOf }: AuditState, build: Build, { version, date }: OsRelease): boolean {
  if (date > asOf.toISOString().slice(0, 10) || date <= build.addedAt.slice(0, 10)) return false;
  return !build.evals.some(({ os }) => isVersion(os) && compareOsVersions(parseOsVersion(os), version) >= 0);
}

const isVersion = (text: string): boolean => /^\d{1,4}(\.\d{1,4}){0,2}$/.test(text);

const releasesAsOf = ({ intent, asOf }: AuditState): readonly OsRelease[] =>
  intent.catalogue.osReleases.filter(({ date }) => date <= asOf.toISOString().slice(0, 10));

const served = ({
  adapters,
  intent,
}: AuditState): readonly { readonly adapter: Adapter; readonly build: Build }[] =>
  adapters.flatMap((adapter) =>
    servedBuilds(adapter, intent.catalogue.systemModels).map((build) => ({ adapter, build })),
  );

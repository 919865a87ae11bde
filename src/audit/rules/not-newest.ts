import { compareBuildVersions, isBuildVersion } from '../../model/build-version.ts';
import type { Build } from '../../model/matrix.ts';
import { type AuditState, type BuildState, buildSubject, finding, type Rule } from '../state.ts';

/** `not-newest`: a build is served though a higher version for its signature is at hand. One that a rollback holds is no better choice. */
export const notNewestRule: Rule = (state) =>
  state.builds.flatMap((served) => {
    const { adapter, build } = served;
    const newest = newestRival(served, state);
    if (newest === undefined) return [];
    const signature = build.baseModelSignature;
    return [
      finding('not-newest', {
        subject: buildSubject(served),
        message: `"${adapter.name}" serves build ${build.version}, though ${newest.version} is registered for the same ${signature === null ? 'files' : 'signature'}.`,
        fix: `Serve it with \`fmrelease adapter serve ${adapter.name} ${newest.version} ${signature === null ? '--system-model <id>' : `--signature ${signature}`}\`.`,
      }),
    ];
  });

function newestRival({ adapter, build }: BuildState, { channel }: AuditState): Build | undefined {
  if (!isBuildVersion(build.version)) return undefined;
  const held = new Set(
    (channel.head?.entry.holds ?? [])
      .filter((hold) => hold.adapter === adapter.name)
      .map(({ buildDigest }) => buildDigest),
  );
  return adapter.builds
    .filter(
      (other) =>
        other.baseModelSignature === build.baseModelSignature &&
        isBuildVersion(other.version) &&
        compareBuildVersions(other.version, build.version) > 0 &&
        !held.has(other.digest),
    )
    .sort((a, b) => compareBuildVersions(a.version, b.version))
    .at(-1);
}

import { ReleaseError } from '../errors.ts';
import type { AdapterDocument, BuildDocument, ServeEntryDocument } from '../generated/matrix.ts';
import { compareBuildVersions, isBuildVersion } from '../model/build-version.ts';
import type { Fallback } from '../model/cell.ts';
import { shortDigest } from '../model/digest.ts';
import { shortSignature } from '../model/signature.ts';

/** What a serve entry is about, as documents name it. */
export type SubjectDocument = { readonly baseModelSignature: string } | { readonly systemModel: string };

/** The outcome of registering a build: the new document, and whether anything changed. */
export interface Registration {
  readonly adapter: AdapterDocument;
  readonly registered: boolean;
  readonly served: boolean;
}

/**
 * Registers a build and serves it to `subjects`. The same build again changes nothing, and leaves later decisions
 * alone. Pure.
 *
 * @throws ReleaseError `BUILD_EXISTS` when the version, or one of equal precedence, is another build
 */
export function registerBuild(
  adapter: AdapterDocument,
  build: BuildDocument,
  subjects: readonly SubjectDocument[],
): Registration {
  refuseOtherKind(adapter, build);
  const rivals = adapter.builds.filter(
    (other) =>
      other.baseModelSignature === build.baseModelSignature && isSamePrecedence(other.version, build.version),
  );
  const [rival] = rivals;
  if (rival !== undefined && (rival.version !== build.version || rival.digest !== build.digest))
    throw buildExists(build, rival);
  if (rival !== undefined) {
    const undecided = subjects.filter((subject) => !adapter.serve.some((entry) => isAbout(entry, subject)));
    const serve = undecided.reduce(
      (entries, subject) => decide(entries, { ...subject, version: build.version }),
      adapter.serve,
    );
    return { adapter: { ...adapter, serve }, registered: false, served: undecided.length > 0 };
  }
  const serve = subjects.reduce(
    (entries, subject) => decide(entries, { ...subject, version: build.version }),
    adapter.serve,
  );
  return {
    adapter: { ...adapter, builds: [...adapter.builds, build], serve },
    registered: true,
    served: subjects.length > 0,
  };
}

/**
 * Serves a registered build to one subject. Pure.
 *
 * @throws ReleaseError `BUILD_UNKNOWN` when no such build is registered
 */
export function serveBuild(
  name: string,
  adapter: AdapterDocument,
  { version, subject, signature }: ServeWish,
): AdapterDocument {
  const known = adapter.builds.some(
    (build) =>
      build.version === version &&
      (signature === null || build.baseModelSignature?.startsWith(signature) === true),
  );
  if (!known) {
    const versions = adapter.builds.map((build) => build.version).join(', ') || 'none';
    throw new ReleaseError(
      'BUILD_UNKNOWN',
      `"${name}" has no build ${version}${signature === null ? '' : ` for signature ${shortSignature(signature)}`}: registered are ${versions}.`,
      {
        fix: 'Register it with `fmrelease adapter add <path> --build <version>`.',
      },
    );
  }
  return { ...adapter, serve: decide(adapter.serve, { ...subject, version }) };
}

/** A build and who shall get it; `signature` is what the build must carry, null for `files`. */
export interface ServeWish {
  readonly version: string;
  readonly subject: SubjectDocument;
  readonly signature: string | null;
}

/** Declines one subject on purpose. Pure. */
export const declineSubject = (
  adapter: AdapterDocument,
  subject: SubjectDocument,
  decline: DeclineWish,
): AdapterDocument => ({
  ...adapter,
  serve: decide(adapter.serve, {
    ...subject,
    none: decline.fallback === 'base-model' ? 'base-model' : { adapter: decline.fallback.adapter },
    ...(decline.reason === null ? {} : { reason: decline.reason }),
    ...(decline.until === null ? {} : { until: decline.until }),
  }),
});

/** Why there is none, what devices use instead, and until which day. */
export interface DeclineWish {
  readonly fallback: Fallback;
  readonly reason: string | null;
  readonly until: string | null;
}

function refuseOtherKind(
  { kind = 'fmadapter' }: AdapterDocument,
  { baseModelSignature }: BuildDocument,
): void {
  const own = baseModelSignature === undefined ? 'files' : 'fmadapter';
  if (own === kind) return;
  throw new ReleaseError(
    'BUILD_EXISTS',
    `The matrix has this name as an adapter of kind "${kind}", and this build is "${own}".`,
    {
      fix: 'Give the build another --name.',
    },
  );
}

/** Puts an entry in the place of the one about the same subject, or at the end. */
function decide(entries: readonly ServeEntryDocument[], entry: ServeEntryDocument): ServeEntryDocument[] {
  const index = entries.findIndex((other) => isAbout(other, entry));
  return index === -1 ? [...entries, entry] : entries.map((other, at) => (at === index ? entry : other));
}

const isAbout = (
  entry: ServeEntryDocument,
  subject: Partial<Record<'baseModelSignature' | 'systemModel', string>>,
): boolean =>
  entry.baseModelSignature === subject.baseModelSignature && entry.systemModel === subject.systemModel;

const isSamePrecedence = (a: string, b: string): boolean =>
  a === b || (isBuildVersion(a) && isBuildVersion(b) && compareBuildVersions(a, b) === 0);

function buildExists(build: BuildDocument, rival: BuildDocument): ReleaseError {
  const why =
    rival.version === build.version
      ? `with digest ${shortDigest(rival.digest)}, expected ${shortDigest(build.digest)}: a build never changes`
      : `as ${rival.version}, which has equal precedence: what follows "+" does not count`;
  return new ReleaseError('BUILD_EXISTS', `Build ${build.version} is registered already ${why}.`, {
    fix: 'Register the export under a higher version with --build.',
  });
}

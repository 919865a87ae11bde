import type { Config } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import type { AdapterDocument, BuildDocument } from '../generated/matrix.ts';
import { formatOsVersion, parseOsVersion } from '../model/os-version.ts';
import { parseSignatureQuery } from '../model/signature.ts';
import { parseInstant } from '../model/timestamp.ts';
import { changeAdapters } from './change-files.ts';
import { unknownAdapters } from './load.ts';

/** An evaluation to record. */
export interface EvaluationRequest {
  readonly name: string;
  readonly version: string;
  readonly os: string;
  /** Where to read it: a URL, or any text that a colleague can follow. */
  readonly reference: string;
  /** The day of it. */
  readonly date: string;
  /** Of which signature, where several builds have this version. */
  readonly signature: string | undefined;
}

/** What was recorded, and whether it is new. */
export interface EvaluationResult {
  readonly adapter: string;
  readonly build: string;
  readonly os: string;
  readonly date: string;
  readonly reference: string;
  readonly recorded: boolean;
  readonly files: readonly string[];
}

/**
 * Records in the matrix that a build was evaluated on an OS version. The same evaluation again changes nothing.
 *
 * @throws ReleaseError `ADAPTER_UNKNOWN`, `BUILD_UNKNOWN` or `USAGE`; then nothing is written
 */
export async function recordEvaluation(
  config: Config,
  request: EvaluationRequest,
): Promise<EvaluationResult> {
  const { name, version, reference } = request;
  const os = formatOsVersion(parseOsVersion(request.os));
  const date = parseInstant(request.date).toISOString().slice(0, 10);
  if (reference.trim() === '')
    throw new ReleaseError('USAGE', 'The evaluation has no reference.', {
      fix: 'Pass --reference with where to read it, such as the URL of the run.',
    });
  const evaluation = { os, date, reference };
  const files = await changeAdapters(config, [name], (document) => {
    if (document === undefined) throw unknownAdapters([name], []);
    const chosen = pickBuild(name, document, request);
    const builds = document.builds.map((build) =>
      build === chosen ? withEvaluation(build, evaluation) : build,
    );
    return { ...document, builds };
  });
  return { adapter: name, build: version, ...evaluation, recorded: files.length > 0, files };
}

function withEvaluation(
  build: BuildDocument,
  evaluation: NonNullable<BuildDocument['evals']>[number],
): BuildDocument {
  const evals = build.evals ?? [];
  const known = evals.some(
    ({ os, date, reference }) =>
      os === evaluation.os && date === evaluation.date && reference === evaluation.reference,
  );
  return known ? build : { ...build, evals: [...evals, evaluation] };
}

function pickBuild(
  name: string,
  { builds }: AdapterDocument,
  { version, signature }: EvaluationRequest,
): BuildDocument {
  const prefix = signature === undefined ? '' : parseSignatureQuery(signature).prefix;
  const found = builds.filter(
    (build) => build.version === version && (build.baseModelSignature ?? '').startsWith(prefix),
  );
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  if (only === undefined)
    throw new ReleaseError(
      'BUILD_UNKNOWN',
      `"${name}" has no build ${version}${signature === undefined ? '' : ` for signature ${prefix}`}: registered are ${builds.map((build) => build.version).join(', ') || 'none'}.`,
      { fix: 'Register it with `fmrelease adapter add <path> --build <version>`.' },
    );
  throw new ReleaseError(
    'USAGE',
    `"${name}" has several builds ${version}: ${found.map((build) => build.baseModelSignature ?? 'without a signature').join(', ')}.`,
    { fix: 'Pass --signature with one of these.' },
  );
}

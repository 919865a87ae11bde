import type { Config } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import type { Fallback } from '../model/cell.ts';
import type { Adapter } from '../model/matrix.ts';
import { parseSignatureQuery, shortSignature } from '../model/signature.ts';
import { parseInstant } from '../model/timestamp.ts';
import { changeAdapters } from './change-files.ts';
import { declineSubject, type SubjectDocument, serveBuild } from './edit.ts';
import { type Intent, loadIntent, selectAdapters, unknownAdapters } from './load.ts';

/** Who a decision is about, as it is typed: one of the two. */
export interface SubjectRequest {
  readonly signature: string | undefined;
  /** One system model or several: a pack of `files` has one build, so all of its devices move at once. */
  readonly systemModel: string | readonly string[] | undefined;
}

/** A build to serve. */
export interface ServeRequest extends SubjectRequest {
  readonly name: string;
  readonly version: string;
}

/** What was decided, for whom, and the files that changed. */
export interface DecisionResult {
  readonly adapters: readonly string[];
  readonly subject: string;
  readonly files: readonly string[];
}

/**
 * Serves a registered build to one signature, or to system models.
 *
 * @throws ReleaseError `ADAPTER_UNKNOWN`, `BUILD_UNKNOWN`, `SYSTEM_MODEL_UNKNOWN` or `USAGE`; then nothing is written
 */
export async function serveRegistered(
  config: Config,
  { name, version, ...request }: ServeRequest,
): Promise<DecisionResult & { readonly build: string }> {
  const intent = await loadIntent(config);
  const [adapter] = selectAdapters(intent, [name]);
  if (adapter === undefined) throw unknownAdapters([name], []);
  requireBuild(adapter, version);
  const subjects = readSubjects(intent, request, { adapter, version });
  const files = await changeAdapters(config, [name], (document) => {
    if (document === undefined) throw unknownAdapters([name], []);
    return subjects.reduce(
      (served, { subject, signature }) =>
        serveBuild(name, served, {
          version,
          subject,
          signature: adapter.kind === 'files' ? null : signature,
        }),
      document,
    );
  });
  return { adapters: [name], build: version, subject: labelOf(subjects), files };
}

function requireBuild({ name, builds }: Adapter, version: string): void {
  if (builds.some((build) => build.version === version)) return;
  throw new ReleaseError(
    'BUILD_UNKNOWN',
    `"${name}" has no build ${version}: registered are ${builds.map((build) => build.version).join(', ') || 'none'}.`,
    { fix: 'Register it with `fmrelease adapter add <path> --build <version>`.' },
  );
}

/** Adapters to decline, all of them or those named. */
export interface DeclineRequest extends SubjectRequest {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly reason: string | null;
  readonly until: string | null;
  readonly fallback: Fallback;
}

/**
 * Declines a signature or system model for several adapters at once.
 *
 * @throws ReleaseError as {@link serveRegistered} does; then nothing is written
 */
export async function declineAdapters(
  config: Config,
  { names, all, reason, until, fallback, ...request }: DeclineRequest,
): Promise<DecisionResult> {
  if (all === names.length > 0) {
    throw new ReleaseError('USAGE', all ? 'Adapters are named beside --all.' : 'No adapter is named.', {
      fix: 'Name adapters, or pass --all.',
    });
  }
  const day = until === null ? null : parseInstant(until).toISOString().slice(0, 10);
  const intent = await loadIntent(config);
  const takesFiles = request.systemModel !== undefined; // files carry no signature that could be declined
  const adapters = all
    ? intent.adapters.filter(({ kind }) => takesFiles || kind === 'fmadapter').map(({ name }) => name)
    : names;
  if (fallback !== 'base-model' && !intent.adapters.some(({ name }) => name === fallback.adapter))
    throw unknownAdapters(
      [fallback.adapter],
      intent.adapters.map(({ name }) => name),
    );
  selectAdapters(intent, adapters);
  const subjects = readSubjects(intent, request, null);
  const files = await changeAdapters(config, adapters, (document, name) => {
    if (document === undefined) throw unknownAdapters([name], adapters);
    return subjects.reduce(
      (declined, { subject }) => declineSubject(declined, subject, { fallback, reason, until: day }),
      document,
    );
  });
  return { adapters, subject: labelOf(subjects), files };
}

interface ReadSubject {
  readonly subject: SubjectDocument;
  /** What a build for this subject must carry; null when the subject has no signature. */
  readonly signature: string | null;
  readonly label: string;
}

const labelOf = (subjects: readonly ReadSubject[]): string => subjects.map(({ label }) => label).join(', ');

/** Turns what was typed into subjects. Without either flag, a build of one signature speaks for itself. */
function readSubjects(
  intent: Intent,
  { signature, systemModel = [] }: SubjectRequest,
  build: { readonly adapter: Adapter; readonly version: string } | null,
): readonly ReadSubject[] {
  const models = [...new Set([systemModel].flat())].map((id) => readSystemModel(intent, id));
  if (models.length > 0) return models;
  const known = knownSignatures(intent);
  const wanted = signature === undefined ? implied(build) : completeSignature(signature, known);
  return [
    {
      subject: { baseModelSignature: wanted },
      signature: wanted,
      label: `signature ${shortSignature(wanted)}`,
    },
  ];
}

function readSystemModel(intent: Intent, systemModel: string): ReadSubject {
  const row = intent.catalogue.systemModels.find(({ id }) => id === systemModel);
  if (row === undefined) {
    throw new ReleaseError('SYSTEM_MODEL_UNKNOWN', `The catalogue has no system model "${systemModel}".`, {
      fix: `Name one of ${intent.catalogue.systemModels.map(({ id }) => id).join(', ')}.`,
    });
  }
  return { subject: { systemModel }, signature: row.signature?.digits ?? null, label: systemModel };
}

function implied(build: { readonly adapter: Adapter; readonly version: string } | null): string {
  const signatures = [
    ...new Set(
      (build?.adapter.builds ?? [])
        .filter(({ version }) => version === build?.version)
        .flatMap(({ baseModelSignature }) => baseModelSignature ?? []),
    ),
  ];
  const [only, second] = signatures;
  if (only !== undefined && second === undefined) return only;
  throw new ReleaseError('USAGE', 'It does not say who the decision is about.', {
    fix: 'Pass --signature or --system-model.',
  });
}

function completeSignature(text: string, known: readonly string[]): string {
  const { prefix } = parseSignatureQuery(text);
  const matches = known.filter((digits) => digits.startsWith(prefix));
  const [only, second] = matches;
  if (prefix.length === 40) return prefix;
  if (only !== undefined && second === undefined) return only;
  throw new ReleaseError(
    'USAGE',
    only === undefined
      ? `No registered build or system model carries a signature that starts with "${prefix}".`
      : `Several signatures start with "${prefix}": ${matches.join(', ')}.`,
    { fix: 'Pass all 40 digits.' },
  );
}

const knownSignatures = ({ adapters, catalogue }: Intent): readonly string[] => [
  ...new Set([
    ...adapters.flatMap(({ builds }) => builds.flatMap(({ baseModelSignature }) => baseModelSignature ?? [])),
    ...catalogue.systemModels.flatMap(({ signature }) =>
      signature?.complete === true ? [signature.digits] : [],
    ),
  ]),
];

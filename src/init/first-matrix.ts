import { ReleaseError } from '../errors.ts';
import type { AdapterDocument, MatrixDocument } from '../generated/matrix.ts';
import { type Addition, newAdapter, type ReadingIo, readAddition } from '../matrix/add-adapter.ts';
import { EMPTY_MATRIX, refuseNewFaults } from '../matrix/change-files.ts';
import type { Support } from '../matrix/coverage.ts';
import { registerBuild } from '../matrix/edit.ts';
import { canonical } from '../matrix/files.ts';
import { intentOf } from '../matrix/intent.ts';
import { parseBuildVersion } from '../model/build-version.ts';
import { ADAPTER_NAME } from '../model/names.ts';
import { parseOsRange } from '../model/parse-os-range.ts';
import type { Platform } from '../model/platform.ts';

/** An adapter that `init` was told of: an export on this disk, or the name of one that is still to come. */
export type AdapterAnswer =
  | { readonly kind: 'exported'; readonly path: string; readonly version: string }
  | { readonly kind: 'named'; readonly name: string };

/** What the new matrix says of an adapter. */
export interface FirstAdapter {
  readonly name: string;
  /** Null for one that has no build yet. */
  readonly build: string | null;
  readonly path: string | null;
  readonly sizeBytes: number | null;
}

/** The matrix to begin with. */
export interface FirstMatrix {
  readonly document: MatrixDocument;
  readonly adapters: readonly FirstAdapter[];
}

/** The OS versions that a new config supports. */
export const FIRST_SUPPORT = '>=26.0';

/** The version of a build when none is told. */
const FIRST_VERSION = '1.0.0';

/**
 * Tells names from paths: an adapter's name has no dot and no slash, and the folder of an export ends in `.fmadapter`.
 *
 * @throws ReleaseError `USAGE` for an empty answer, or a version that is none
 */
export function parseAdapterAnswers(
  answers: readonly string[],
  build: string | undefined,
): readonly AdapterAnswer[] {
  const version = parseBuildVersion(build ?? FIRST_VERSION);
  const adapters = answers.map((answer): AdapterAnswer => {
    if (answer.trim() === '')
      throw new ReleaseError('USAGE', '--adapter is empty: expected the path of an export, or a name.', {
        fix: 'Pass --adapter adapters/summarizer.fmadapter, or leave it out.',
      });
    return ADAPTER_NAME.test(answer)
      ? { kind: 'named', name: answer }
      : { kind: 'exported', path: answer, version };
  });
  if (build !== undefined && !adapters.some(({ kind }) => kind === 'exported'))
    throw new ReleaseError('USAGE', '--build is the version of an export, and no --adapter names one.', {
      fix: 'Pass --adapter with the path of an export, or leave --build out.',
    });
  return adapters;
}

/**
 * Reads the exports and registers them in an empty matrix, exactly as `adapter add` does one by one. Writes nothing.
 *
 * @throws ReleaseError as `adapter add` does, with what is wrong with each
 */
export async function composeMatrix(
  root: string,
  answers: readonly AdapterAnswer[],
  { platforms, io }: { readonly platforms: readonly Platform[]; readonly io: ReadingIo },
): Promise<FirstMatrix> {
  const support: Support = Object.fromEntries(
    platforms.map((platform) => [platform, parseOsRange(FIRST_SUPPORT, `support.${platform}`)]),
  );
  const readings = await readAll(root, answers, io);
  const blank = newAdapter(support, { kind: 'fmadapter', platforms: [] });
  const adapters = new Map<string, AdapterDocument>();
  for (const { name, addition } of readings)
    adapters.set(name, register(adapters.get(name) ?? blank, addition));
  const document = canonical({ ...EMPTY_MATRIX, adapters: Object.fromEntries(adapters) });
  refuseNewFaults(intentOf([], support), intentOf([{ path: MATRIX_FILE, document }], support));
  return { document, adapters: readings.filter(isTheLastOfItsName).map(toFirstAdapter) };
}

/** An answer with what was read for it: nothing for a name alone. */
interface Reading {
  readonly name: string;
  readonly path: string | null;
  readonly addition: Addition | null;
}

async function readAll(
  root: string,
  answers: readonly AdapterAnswer[],
  io: ReadingIo,
): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  const refusals: ReleaseError[] = [];
  for (const answer of answers) {
    try {
      readings.push(await readAnswer(root, answer, io));
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      refusals.push(error);
    }
  }
  const [first, second] = refusals;
  if (first === undefined) return readings;
  if (second === undefined) throw first;
  throw new ReleaseError(first.code, refusals.map(({ message }) => message).join(' '), {
    fix: 'Correct each --adapter; nothing was written.',
    details: refusals.map(({ message, fix }) => `${message} ${fix ?? ''}`.trim()),
    cause: first,
  });
}

async function readAnswer(root: string, answer: AdapterAnswer, io: ReadingIo): Promise<Reading> {
  if (answer.kind === 'named') return { name: answer.name, path: null, addition: null };
  const { path, version } = answer;
  const request = { path, version, kind: 'fmadapter', name: null, platforms: [], systemModels: [] } as const;
  const addition = await readAddition(root, request, io);
  return { name: addition.name, path, addition };
}

const register = (adapter: AdapterDocument, addition: Addition | null): AdapterDocument =>
  addition === null ? adapter : registerBuild(adapter, addition.build, addition.subjects).adapter;

const isTheLastOfItsName = ({ name }: Reading, index: number, all: readonly Reading[]): boolean =>
  !all.slice(index + 1).some((other) => other.name === name);

const toFirstAdapter = ({ name, path, addition }: Reading): FirstAdapter => ({
  name,
  path,
  build: addition?.build.version ?? null,
  sizeBytes: addition?.build.sizeBytes ?? null,
});

/** Where a new matrix is. */
export const MATRIX_FILE = 'fmrelease.matrix.json';

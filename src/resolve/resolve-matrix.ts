import type { MatrixDocument } from '../generated/matrix.ts';
import validate from '../generated/matrix.validator.js';
import { readJson } from '../json/read.ts';
import { checkDocument } from '../json/validate.ts';
import { intentOf } from '../matrix/intent.ts';
import { parseOsRange } from '../model/parse-os-range.ts';
import { parsePlatform } from '../model/platform.ts';
import { answerFromMatrix } from './answer-matrix.ts';
import { type DeviceQuery, toDevice } from './device-query.ts';
import type { ResolveResult } from './result.ts';

/** Checks that are made over the OS versions that an app supports, such as `{ iOS: '>=26.0' }`. */
export interface MatrixOptions {
  /** `support` of the config. Without it, only fallbacks that are broken somewhere in it go unnoticed. */
  readonly support?: Readonly<Record<string, string>>;
}

/**
 * What one device gets from a matrix and the catalogue that ships with this version, before anything is published:
 * the answer of `fmrelease resolve`. The pack has its id; version, URL and digest are null.
 *
 * @param matrix - as {@link readMatrix} returns it
 * @throws ReleaseError `MATRIX_UNSOUND`, `CONFIG_INVALID`, and what {@link resolve} throws
 */
export function resolveMatrix(
  matrix: MatrixDocument,
  query: DeviceQuery,
  { support = {} }: MatrixOptions = {},
): ResolveResult {
  const file = { path: 'The matrix', document: matrix };
  const ranges = Object.entries(support).map(
    ([platform, range]) => [parsePlatform(platform), parseOsRange(range, `support.${platform}`)] as const,
  );
  return answerFromMatrix(intentOf([file], Object.fromEntries(ranges)), toDevice(query)).result;
}

/**
 * Reads one matrix file strictly.
 *
 * @throws ReleaseError `JSON_INVALID` or `MATRIX_INVALID` with every fault
 */
export const readMatrix = (text: string, source = 'fmrelease.matrix.json'): MatrixDocument =>
  checkDocument<MatrixDocument>(readJson(text, source), {
    validate,
    source,
    code: 'MATRIX_INVALID',
  });

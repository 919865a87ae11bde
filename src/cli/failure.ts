import { sep } from 'node:path';
import { ReleaseError } from '../errors.ts';
import { visible } from '../model/hidden-characters.ts';
import { writeJsonDocument, writeStderr } from './output.ts';
import { describeShellError } from './shell-errors.ts';

/** How to report: the command's name, the form, and whether causes are shown with their stack. */
export interface FailureContext {
  readonly command: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Reports an error on stderr, or as the one JSON document on stdout, and sets the exit code. Never throws. */
export function reportFailure(error: unknown, context: FailureContext): void {
  if (isHelpExit(error)) {
    process.exitCode = error.oclif.exit ?? 0;
    return;
  }
  const failure = toFailure(error, context.command);
  process.exitCode = failure.exitCode;
  if (context.json) {
    const { code, message, hint, retryable, details } = failure;
    const committed = code === 'COMMIT_UNKNOWN' ? { committed: null } : {};
    writeJsonDocument(context.command, {
      error: { code, message, hint, retryable, ...(details.length > 0 ? { details } : {}), ...committed },
    });
  } else {
    writeStderr(`${failureLines(failure, error, context).join('\n')}\n`);
  }
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly retryable: boolean;
  readonly details: readonly string[];
  readonly exitCode: number;
}

function toFailure(error: unknown, command: string): Failure {
  if (error instanceof ReleaseError) {
    return {
      code: error.code,
      message: endSentence(error.message),
      hint: error.fix ?? null,
      retryable: error.retryable,
      details: error.details,
      exitCode: error.exitCode,
    };
  }
  if (isShellError(error)) {
    return {
      code: 'USAGE',
      message: describeShellError(error.message),
      hint: `Run \`${['fmrelease', command, '--help'].filter((word) => word !== '').join(' ')}\` to see what it takes.`,
      retryable: false,
      details: [],
      exitCode: 2,
    };
  }
  const message = withoutUrlSecrets(error instanceof Error ? error.message : String(error));
  return {
    code: 'INTERNAL',
    message: endSentence(`fmrelease met a case it does not handle: ${message}`),
    hint: 'This is a bug. Report it with the output of the same command and --verbose.',
    retryable: false,
    details: [],
    exitCode: 1,
  };
}

function failureLines(
  { message, code, hint, details }: Failure,
  error: unknown,
  { verbose }: FailureContext,
): readonly string[] {
  const cause = error instanceof Error ? error.cause : undefined;
  const lines = [
    `Error: ${message}`,
    ...(details.length > 1 ? details.map((detail) => `  - ${detail}`) : []),
    `Code: ${code}`,
    ...(hint === null ? [] : [`Try this: ${hint}`]),
    ...(cause instanceof Error && !(cause instanceof ReleaseError)
      ? [`Caused by: ${firstLine(cause.message)}`]
      : []),
    ...(verbose && error instanceof Error && error.stack !== undefined
      ? ['', withoutUrlSecrets(error.stack)]
      : []),
  ];
  return lines.flatMap((line) => line.split('\n')).map(visible); // what is quoted comes from anywhere
}

/** The first line, with paths as they are seen from here. */
const firstLine = (text: string): string =>
  withoutUrlSecrets(text.split('\n')[0] ?? '').replaceAll(`${process.cwd()}${sep}`, '');

/** URLs in the words of others without name, password and query, as our own messages show them. */
export const withoutUrlSecrets = (text: string): string =>
  text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/?#]*@)?([^\s?#]*)(?:[?#][^\s]*)?/gi, '$1$2');

const endSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

interface ShellError extends Error {
  readonly oclif: { readonly exit?: number };
}

/** Errors of the command shell carry an `oclif` field; all of them are about the command line. */
const isShellError = (error: unknown): error is ShellError =>
  error instanceof Error && 'oclif' in error && typeof error.oclif === 'object';

const isHelpExit = (error: unknown): error is ShellError =>
  isShellError(error) && 'code' in error && error.code === 'EEXIT';

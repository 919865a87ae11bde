/** What went wrong with the user's input or the world, by stable code. The number is the exit code. */
export const EXIT_CODE_OF = {
  USAGE: 2,
  UNKNOWN_COMMAND: 2,
  CONFIRMATION_REQUIRED: 2,
  TARGET_REQUIRED: 2,
  TARGET_NOT_SUPPORTED: 2,
  CHANNEL_UNDECLARED: 2,
  RESOLUTION_AMBIGUOUS: 2,
  ABORTED_BY_USER: 2,
  FILE_UNWRITABLE: 2,
  STORE_PERMISSION: 3,
  CREDENTIALS_MISSING: 3,
  SIGNING_KEY_MISSING: 3,
  SIGNING_FAILED: 3,
  CONFIG_NOT_FOUND: 4,
  FILE_NOT_FOUND: 4,
  ADAPTER_NOT_FOUND: 4,
  ADAPTER_UNKNOWN: 4,
  BUILD_UNKNOWN: 4,
  TARGET_UNKNOWN: 4,
  SYSTEM_MODEL_UNKNOWN: 4,
  MATRIX_NOT_FOUND: 4,
  RELEASE_NOT_FOUND: 4,
  BUCKET_NOT_FOUND: 4,
  PACK_TOOL_MISSING: 4,
  PACK_TOOL_UNSUPPORTED: 4,
  PACK_TOOL_SANDBOXED: 3,
  PLAN_STALE: 5,
  CHANNEL_MOVED: 5,
  CHANNEL_BUSY: 5,
  PACK_BEING_PRUNED: 5,
  CONFIG_INVALID: 6,
  MATRIX_INVALID: 6,
  MATRIX_UNSOUND: 6,
  COVERAGE_GAP: 6,
  ADAPTER_UNSOUND: 6,
  ARCHIVE_UNSOUND: 6,
  ARCHIVE_UNREADABLE: 6,
  ARCHIVE_ENCRYPTED: 6,
  ARCHIVE_UNKNOWN: 6,
  BUILD_EXISTS: 6,
  BUILD_MISSING: 6,
  BUILD_CHANGED: 6,
  BUILD_HELD: 6,
  PLAN_INVALID: 6,
  REMOVAL_NOT_ALLOWED: 6,
  CHANNEL_NOT_ADOPTED: 6,
  PROJECTION_FOREIGN: 6,
  PACK_ID_TAKEN: 6,
  PACK_TOOL_FAILED: 6,
  PACK_UNSOUND: 7,
  HOSTING_CHANGED: 6,
  CHANNEL_EXISTS: 6,
  ADOPTION_CONFLICT: 6,
  MANIFEST_INVALID: 6,
  STORE_NOT_CONDITIONAL: 6,
  FILE_EXISTS: 6,
  SIGNING_KEY_INVALID: 6,
  SIGNING_KEY_NOT_ACCEPTED: 6,
  PROBE_INVALID: 6,
  SYSTEMS_INVALID: 6,
  FLEET_INVALID: 6,
  JSON_INVALID: 6,
  LOG_BROKEN: 7,
  DOCUMENT_DAMAGED: 7,
  DIGEST_MISMATCH: 7,
  SIZE_MISMATCH: 7,
  PACK_MISSING: 7,
  SIGNATURE_INVALID: 7,
  PUBLISH_INCOMPLETE: 8,
  STORE_UNAVAILABLE: 69,
  COMMIT_UNKNOWN: 69,
  INTERRUPTED: 130,
} as const;

/** Every stable error code, upper snake case, subject first. */
export type ReleaseErrorCode = keyof typeof EXIT_CODE_OF;

/** What a caller may add to an error: the next step, the cause, and one detail per fault. */
export interface ReleaseErrorOptions {
  readonly fix?: string | undefined;
  readonly cause?: unknown;
  readonly details?: readonly string[] | undefined;
}

/**
 * The one error class: `message` says what and why, `fix` is one imperative sentence, `details` lists the
 * single faults when several were found together. Anything else that is thrown is a bug in fmrelease.
 */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly code: ReleaseErrorCode;
  readonly fix: string | undefined;
  readonly details: readonly string[];

  constructor(
    code: ReleaseErrorCode,
    message: string,
    { fix, cause, details = [] }: ReleaseErrorOptions = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.fix = fix;
    this.details = details;
  }

  /** The process exit code that stands for this error (design: exit codes). */
  get exitCode(): number {
    return EXIT_CODE_OF[this.code];
  }

  /** True when the same command may succeed later without any change by the user. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}

/** An error of the operating system, as Node.js throws it. Named here so that our types need none of Node's. */
export interface SystemError extends Error {
  readonly code: string;
  /** What it is about, where the system tells. */
  readonly path?: string;
}

/** True when `error` is a Node.js system error with one of these codes (`ENOENT`, `EEXIST`, …). */
export const isSystemError = (error: unknown, ...codes: readonly string[]): error is SystemError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);

const RETRYABLE: ReadonlySet<ReleaseErrorCode> = new Set<ReleaseErrorCode>([
  'CHANNEL_MOVED',
  'CHANNEL_BUSY',
  'PACK_BEING_PRUNED',
  'PUBLISH_INCOMPLETE',
  'STORE_UNAVAILABLE',
  'COMMIT_UNKNOWN',
  'INTERRUPTED',
]);

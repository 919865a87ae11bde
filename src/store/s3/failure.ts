/**
 * What an S3 store's refusal means to a writer. Sources: AWS's page on error responses and on conditional writes; the
 * differences between stores are those of docs/stores.md.
 *
 * - `absent`: there is no such object, or no such upload
 * - `precondition`: a condition of the write did not hold; decided, nothing was written
 * - `conflict`: another write was under way (409); nothing was written, and nothing is decided
 * - `throttled`: not applied, come back later
 * - `unclear`: no answer, a torn one, or a server's fault: the request may have been applied
 * - `corrupt`: the bytes that arrived are not those that were signed
 * - `unsupported`: the store does not know the request or one of its headers
 * - `denied`, `credentials`, `expired`, `clock`, `bucket`, `region`, `full`, `refused`: retrying the same is pointless
 */
export type FailureKind =
  | 'absent'
  | 'precondition'
  | 'conflict'
  | 'throttled'
  | 'unclear'
  | 'corrupt'
  | 'unsupported'
  | 'denied'
  | 'credentials'
  | 'expired'
  | 'clock'
  | 'bucket'
  | 'region'
  | 'full'
  | 'refused';

/** A failed request. `code` is the store's own word for it, or the network's; it carries no secret. */
export interface Failure {
  readonly kind: FailureKind;
  readonly status: number | null;
  readonly code: string;
  readonly retryAfterMs: number | null;
  /** The region that a redirect names. */
  readonly region: string | null;
}

/** Reads what went wrong out of whatever the SDK threw. Pure. */
export function readFailure(error: unknown): Failure {
  const facts = isRecord(error) ? error : {};
  const metadata = isRecord(facts['$metadata']) ? facts['$metadata'] : {};
  const response = isRecord(facts['$response']) ? facts['$response'] : {};
  const headers = isRecord(response['headers']) ? response['headers'] : {};
  const status = numberOf(metadata['httpStatusCode']) ?? numberOf(response['statusCode']);
  const code = codeOf(facts);
  return {
    kind: kindOf(code, status),
    status,
    code,
    retryAfterMs: retryAfter(headers['retry-after']),
    region: typeof headers['x-amz-bucket-region'] === 'string' ? headers['x-amz-bucket-region'] : null,
  };
}

function kindOf(code: string, status: number | null): FailureKind {
  const known = KIND_OF_CODE.get(code);
  if (known !== undefined) return known;
  // A 200 that is a failure all the same carries an error in its body, or a body that broke off.
  if (status === null || status < 300 || status >= 500)
    return status === 501
      ? 'unsupported'
      : status === 503
        ? 'throttled'
        : status === 507
          ? 'full'
          : 'unclear';
  return KIND_OF_STATUS.get(status) ?? 'refused';
}

const KIND_OF_CODE: ReadonlyMap<string, FailureKind> = new Map<string, FailureKind>([
  ['NoSuchKey', 'absent'],
  ['NotFound', 'absent'],
  ['NoSuchUpload', 'absent'],
  ['NoSuchBucket', 'bucket'],
  ['PreconditionFailed', 'precondition'],
  ['ConditionalRequestConflict', 'conflict'],
  ['OperationAborted', 'conflict'],
  ['SlowDown', 'throttled'],
  ['ServiceUnavailable', 'throttled'],
  ['TooManyRequests', 'throttled'],
  ['RequestTimeout', 'throttled'],
  ['ECONNREFUSED', 'throttled'],
  ['BadDigest', 'corrupt'],
  ['InvalidDigest', 'corrupt'],
  ['XAmzContentSHA256Mismatch', 'corrupt'],
  ['XAmzContentChecksumMismatch', 'corrupt'],
  ['NotImplemented', 'unsupported'],
  ['InvalidRequest', 'unsupported'],
  ['MethodNotAllowed', 'unsupported'],
  ['CredentialsProviderError', 'credentials'],
  ['InvalidAccessKeyId', 'credentials'],
  ['SignatureDoesNotMatch', 'credentials'],
  ['ExpiredToken', 'expired'],
  ['ExpiredTokenException', 'expired'],
  ['TokenRefreshRequired', 'expired'],
  ['InvalidToken', 'expired'],
  ['RequestTimeTooSkewed', 'clock'],
  ['PermanentRedirect', 'region'],
  ['AuthorizationHeaderMalformed', 'region'],
  ['IllegalLocationConstraintException', 'region'],
  ['QuotaExceeded', 'full'],
  ['XMinioStorageFull', 'full'],
  ['InternalError', 'unclear'],
]);

const KIND_OF_STATUS: ReadonlyMap<number, FailureKind> = new Map<number, FailureKind>([
  [301, 'region'],
  [307, 'region'],
  [401, 'denied'],
  [403, 'denied'],
  [404, 'absent'],
  [405, 'unsupported'],
  [408, 'throttled'],
  [409, 'conflict'],
  [412, 'precondition'],
  [429, 'throttled'],
]);

/** The store's own code, or the network's (`ECONNRESET`); a name of the SDK's where there is neither. */
function codeOf(facts: Readonly<Record<string, unknown>>): string {
  const cause = isRecord(facts['cause']) ? facts['cause'] : {};
  for (const text of [facts['Code'], facts['code'], cause['code'], facts['name']])
    if (typeof text === 'string' && /^[A-Za-z0-9_.]{1,80}$/.test(text)) return text;
  return 'Unknown';
}

/** Seconds or a date, as HTTP has it; at most what anybody would wait. */
function retryAfter(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : null;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object';

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

const MAX_RETRY_AFTER_MS = 60_000;

import { describe, expect, test } from 'vitest';
import { explainFailure } from '../../../src/store/s3/explain.ts';
import { type FailureKind, readFailure } from '../../../src/store/s3/failure.ts';

/** An error as the SDK throws it. */
const thrown = (status: number | null, code: string, headers: Readonly<Record<string, string>> = {}): Error =>
  Object.assign(new Error('the store said no'), {
    name: code,
    ...(status === null ? {} : { $metadata: { httpStatusCode: status }, $response: { headers } }),
  });

describe('what a refusal means', () => {
  test.each<[number | null, string, FailureKind]>([
    [404, 'NoSuchKey', 'absent'],
    [404, 'NotFound', 'absent'],
    [404, 'NoSuchUpload', 'absent'],
    [404, 'NoSuchBucket', 'bucket'],
    [412, 'PreconditionFailed', 'precondition'],
    [409, 'ConditionalRequestConflict', 'conflict'],
    [409, 'OperationAborted', 'conflict'],
    [503, 'SlowDown', 'throttled'],
    [503, 'Unknown', 'throttled'],
    [429, 'Unknown', 'throttled'],
    [400, 'RequestTimeout', 'throttled'],
    [500, 'InternalError', 'unclear'],
    [502, 'Unknown', 'unclear'],
    [504, 'Unknown', 'unclear'],
    [200, 'InternalError', 'unclear'],
    [200, 'Unknown', 'unclear'],
    [200, 'SlowDown', 'throttled'],
    [null, 'ECONNRESET', 'unclear'],
    [null, 'TimeoutError', 'unclear'],
    [null, 'ECONNREFUSED', 'throttled'],
    [400, 'BadDigest', 'corrupt'],
    [400, 'XAmzContentSHA256Mismatch', 'corrupt'],
    [501, 'NotImplemented', 'unsupported'],
    [501, 'Unknown', 'unsupported'],
    [405, 'MethodNotAllowed', 'unsupported'],
    [403, 'AccessDenied', 'denied'],
    [403, 'Unknown', 'denied'],
    [403, 'InvalidAccessKeyId', 'credentials'],
    [403, 'SignatureDoesNotMatch', 'credentials'],
    [null, 'CredentialsProviderError', 'credentials'],
    [400, 'ExpiredToken', 'expired'],
    [403, 'RequestTimeTooSkewed', 'clock'],
    [301, 'PermanentRedirect', 'region'],
    [507, 'Unknown', 'full'],
    [400, 'InvalidPart', 'refused'],
    [400, 'EntityTooSmall', 'refused'],
  ])('%s %s: %s', (status, code, kind) => {
    expect(readFailure(thrown(status, code)).kind).toBe(kind);
  });

  test('409 and 412 are never the same', () => {
    expect(readFailure(thrown(409, 'Unknown')).kind).not.toBe(readFailure(thrown(412, 'Unknown')).kind);
  });

  test.each([undefined, null, 'text', 7, {}, new Error('plain')])(
    '%s is unclear, and nothing breaks',
    (error) => {
      expect(readFailure(error)).toMatchObject({ kind: 'unclear', status: null });
    },
  );

  test.each([
    { header: '2', ms: 2_000 },
    { header: '100000', ms: 60_000 },
    { header: 'soon', ms: null },
    { header: 'Thu, 01 Jan 1970 00:00:00 GMT', ms: 0 },
  ])('Retry-After: $header', ({ header, ms }) => {
    expect(readFailure(thrown(503, 'SlowDown', { 'retry-after': header })).retryAfterMs).toBe(ms);
  });

  test('a code that is no plain word is not quoted', () => {
    expect(readFailure(thrown(400, 'AKIA secret <b>')).code).toBe('Unknown');
  });
});

describe('what the user is told', () => {
  const asked = { place: 's3://models/app/', operation: 'PutObject', key: 'v1/cells/a.json' };

  test.each<[number | null, string, string, number]>([
    [403, 'AccessDenied', 'STORE_PERMISSION', 3],
    [null, 'CredentialsProviderError', 'CREDENTIALS_MISSING', 3],
    [403, 'SignatureDoesNotMatch', 'STORE_PERMISSION', 3],
    [400, 'ExpiredToken', 'STORE_PERMISSION', 3],
    [403, 'RequestTimeTooSkewed', 'STORE_PERMISSION', 3],
    [404, 'NoSuchBucket', 'BUCKET_NOT_FOUND', 4],
    [301, 'PermanentRedirect', 'CONFIG_INVALID', 6],
    [501, 'NotImplemented', 'STORE_NOT_CONDITIONAL', 6],
    [400, 'BadDigest', 'DIGEST_MISMATCH', 7],
    [507, 'Unknown', 'PUBLISH_INCOMPLETE', 8],
    [500, 'InternalError', 'STORE_UNAVAILABLE', 69],
    [503, 'SlowDown', 'STORE_UNAVAILABLE', 69],
    [null, 'ECONNRESET', 'STORE_UNAVAILABLE', 69],
  ])('%s %s: %s, exit %i', (...row) => {
    const [status, code, errorCode, exitCode] = row;
    const cause = thrown(status, code);
    const error = explainFailure(readFailure(cause), asked, cause);
    expect(error).toMatchObject({ code: errorCode, exitCode, cause });
    expect(error.message).toContain('s3://models/app/');
    expect(error.fix).toMatch(/\.$/);
  });

  test('a redirect names the region to set', () => {
    const cause = thrown(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-central-1' });
    expect(explainFailure(readFailure(cause), asked, cause).fix).toContain("region: 'eu-central-1'");
  });
});

import { ReleaseError, type ReleaseErrorCode } from '../../errors.ts';
import type { Failure, FailureKind } from './failure.ts';

/** What was asked of the store when it failed: `PutObject v1/cells/….json`. */
export interface Asked {
  readonly place: string;
  readonly operation: string;
  readonly key: string;
}

/** Says what a store's refusal means to the user. Neither headers nor bodies are quoted: they may carry secrets. */
export function explainFailure(failure: Failure, asked: Asked, cause: unknown): ReleaseError {
  const { kind, status, code } = failure;
  const facts: Facts = {
    ...asked,
    failure,
    answer: status === null ? code : `${status} ${code}`,
    subject: asked.key === '' ? asked.place : `${asked.key} in ${asked.place}`,
  };
  const { code: errorCode, message, fix } = WORDS[kind](facts);
  return new ReleaseError(errorCode, message, { fix, cause });
}

interface Facts extends Asked {
  readonly failure: Failure;
  /** What the store said: `403 AccessDenied`. */
  readonly answer: string;
  readonly subject: string;
}

interface Words {
  readonly code: ReleaseErrorCode;
  readonly message: string;
  readonly fix: string;
}

const unavailable = ({ place, operation, subject, answer }: Facts): Words => ({
  code: 'STORE_UNAVAILABLE',
  message: `${place} did not do ${operation} of ${subject} (${answer}).`,
  fix: 'Check the endpoint and the network, then run the same command again: what is uploaded stays.',
});

const WORDS: Readonly<Record<FailureKind, (facts: Facts) => Words>> = {
  denied: ({ place, operation, subject, answer }) => ({
    code: 'STORE_PERMISSION',
    message: `${place} refused ${operation} of ${subject} (${answer}).`,
    fix: 'Grant what `fmrelease policy` prints; without s3:ListBucket a missing object looks forbidden.',
  }),
  credentials: ({ place, answer, failure }) =>
    failure.code === 'CredentialsProviderError'
      ? {
          code: 'CREDENTIALS_MISSING',
          message: `No AWS credentials were found for ${place}.`,
          fix: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or let CI assume a role.',
        }
      : {
          code: 'STORE_PERMISSION',
          message: `${place} does not accept these credentials (${answer}).`,
          fix: 'Check whose they are: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
        },
  expired: ({ place, answer }) => ({
    code: 'STORE_PERMISSION',
    message: `The credentials for ${place} have expired (${answer}).`,
    fix: 'Renew them and run the same command again: what is uploaded stays.',
  }),
  clock: ({ place, answer }) => ({
    code: 'STORE_PERMISSION',
    message: `The clock of this machine and that of ${place} differ too much (${answer}).`,
    fix: 'Set the clock, then run the same command again.',
  }),
  bucket: ({ place, answer }) => ({
    code: 'BUCKET_NOT_FOUND',
    message: `There is no bucket at ${place} (${answer}).`,
    fix: 'Create it, or correct `bucket` and `endpoint` of the target.',
  }),
  region: ({ place, answer, failure: { region } }) => ({
    code: 'CONFIG_INVALID',
    message: `${place} is in another region (${answer}).`,
    fix: region === null ? 'Correct `region` of the target.' : `Set \`region: '${region}'\` in the target.`,
  }),
  full: ({ place, answer }) => ({
    code: 'PUBLISH_INCOMPLETE',
    message: `${place} is full (${answer}).`,
    fix: 'Make room, then run the same command again: what is uploaded stays.',
  }),
  corrupt: ({ subject, answer }) => ({
    code: 'DIGEST_MISMATCH',
    message: `${subject} arrived with other bytes than were sent (${answer}).`,
    fix: 'Check memory, disk and any proxy in between, then run the same command again.',
  }),
  unsupported: ({ place, operation, answer }) => ({
    code: 'STORE_NOT_CONDITIONAL',
    message: `${place} does not do ${operation} as publishing needs it (${answer}).`,
    fix: 'Run `fmrelease doctor --probe` to see what this store honours.',
  }),
  absent: ({ subject, answer }) => ({
    code: 'FILE_NOT_FOUND',
    message: `There is no ${subject} (${answer}).`,
    fix: 'Run `fmrelease verify` to see what is missing.',
  }),
  precondition: unavailable,
  conflict: unavailable,
  throttled: unavailable,
  unclear: unavailable,
  refused: unavailable,
};

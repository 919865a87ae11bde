import { isSystemError, ReleaseError } from '../errors.ts';

/** Returns what a file system's refusal means to the user; anything that is no such refusal comes back as it is. */
export function explainDiskError(error: unknown, place: string): unknown {
  if (isSystemError(error, 'EACCES', 'EPERM', 'EROFS')) {
    return new ReleaseError('STORE_PERMISSION', `${place} does not let this user do that (${error.code}).`, {
      fix: `Give this user write access to ${place}.`,
      cause: error,
    });
  }
  if (isSystemError(error, 'ENOSPC', 'EDQUOT', 'EFBIG')) {
    return new ReleaseError('PUBLISH_INCOMPLETE', `${place} is full (${error.code}).`, {
      fix: 'Free some space, then run the same command again: what is uploaded stays.',
      cause: error,
    });
  }
  if (isSystemError(error, 'ENOENT')) {
    return new ReleaseError('FILE_NOT_FOUND', `${place} lost an object while it was read (ENOENT).`, {
      fix: 'Run `fmrelease verify` to see what is missing.',
      cause: error,
    });
  }
  if (
    isSystemError(
      error,
      'EIO',
      'EMFILE',
      'ENFILE',
      'EBUSY',
      'ESTALE',
      'ETIMEDOUT',
      'ENOTDIR',
      'EISDIR',
      'EEXIST',
      'ELOOP',
      'ENXIO',
      'EXDEV',
      'EMLINK',
      'ENAMETOOLONG',
    )
  ) {
    return new ReleaseError('STORE_UNAVAILABLE', `${place} failed (${error.code}).`, {
      fix: `Check ${place}, then run the same command again.`,
      cause: error,
    });
  }
  return error;
}

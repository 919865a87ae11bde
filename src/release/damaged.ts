import { ReleaseError } from '../errors.ts';

/** A published document that cannot be read is damaged, whatever the reader calls it. */
export function damagedAs<T>(code: 'LOG_BROKEN' | 'DOCUMENT_DAMAGED', source: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ReleaseError)) throw cause;
    throw new ReleaseError(code, `${source} is not what fmrelease wrote: ${cause.message}`, {
      fix: `Restore ${source} from a backup, or publish to a new channel.`,
      cause,
    });
  }
}

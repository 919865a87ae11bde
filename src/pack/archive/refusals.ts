import { ReleaseError } from '../../errors.ts';
import { visible } from '../../model/hidden-characters.ts';

/** An archive that breaks its format or a limit; `why` follows "The archive ". Code `ARCHIVE_UNSOUND`. */
export const unsound = (why: string, cause?: unknown): ReleaseError =>
  new ReleaseError('ARCHIVE_UNSOUND', `The archive ${visible(why)}.`, {
    fix: 'Build the pack again, and compare sizes and digests after copying it.',
    cause,
  });

/** A codec that is known and not decoded here. Code `ARCHIVE_UNREADABLE`. */
export const unreadable = (codec: string, magic: string): ReleaseError =>
  new ReleaseError(
    'ARCHIVE_UNREADABLE',
    `The archive is compressed with ${codec} (${magic}), which fmrelease does not decode.`,
    { fix: 'On a Mac, unpack it with `aa extract`, and pack it again with `aa archive -a lzfse`.' },
  );

/** Apple Encrypted Archive. Code `ARCHIVE_ENCRYPTED`. */
export const encrypted = (): ReleaseError =>
  new ReleaseError(
    'ARCHIVE_ENCRYPTED',
    'The archive is encrypted (AEA1, Apple Encrypted Archive), so nothing in it can be told.',
    { fix: 'Decrypt it on a Mac with `aea decrypt`, or inspect the archive that it was made from.' },
  );

/** Bytes that begin like no archive. Code `ARCHIVE_UNKNOWN`. */
export const unknownFormat = (what: string): ReleaseError =>
  new ReleaseError(
    'ARCHIVE_UNKNOWN',
    `The file is no archive that fmrelease knows: it begins with ${what}, expected AA01, a pbz block stream or a zip.`,
    { fix: 'Name an .aar or a .zip file.' },
  );

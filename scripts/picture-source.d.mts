/** How `fmrelease report` is to be run for the picture. */
export interface PictureRun {
  readonly file: string;
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Builds the example in a folder and returns how `fmrelease report` is to be run there. */
export function preparePicture(folder: string): PictureRun;

/** The SHA-256 of what can be seen of a page. */
export function digestOfPage(html: string): string;

/** A PNG with the digest of its page in a text chunk. */
export function signPicture(png: Buffer, digest: string): Buffer;

/** The digest that {@link signPicture} put into a PNG; null without one. */
export function digestInPicture(file: string): string | null;

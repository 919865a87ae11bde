import type { PublicKey } from './keys.ts';

/** The variable that a private key may be in, as CI has its secrets. */
export const KEY_VARIABLE = 'FMRELEASE_SIGNING_KEY';

/** How the releases of a target are signed, and whose signatures count. The private key is never part of it. */
export interface Signing {
  /** The app that statements are for; null leaves it open. */
  readonly app: string | null;
  /** Accepted keys: the one that signs, and those that signed or will sign while apps still know them. */
  readonly keys: readonly PublicKey[];
  /** A private key file, absolute; null when there is none. */
  readonly keyFile: string | null;
  /** A command that signs what it gets on stdin; null when there is none. */
  readonly command: readonly string[] | null;
  readonly timeoutMs: number;
  /** The first signed revision of a channel, by its name. Of a channel that is not named, the log alone tells. */
  readonly since: ReadonlyMap<string, number>;
}

import { ReleaseError } from '../errors.ts';
import { type PublicKey, parsePrivateKey } from '../trust/keys.ts';
import { openSigner, readKeyFile } from '../trust/signer.ts';
import type { Signing } from '../trust/signing.ts';

/** The public half of a key, and whether the config accepts it; null where there is no config to ask. */
export interface ShownKey {
  readonly key: PublicKey;
  readonly accepted: boolean | null;
}

/** The public half of the key in a file. */
export async function showKeyFile(path: string, signing: Signing | null): Promise<ShownKey> {
  const name = `"${path}"`;
  const fix = 'Name the file that `fmrelease key generate` wrote.';
  const { publicKey } = parsePrivateKey(await readKeyFile(path, { name, fix }), name);
  return {
    key: publicKey,
    accepted: signing === null ? null : signing.keys.some(({ id }) => id === publicKey.id),
  };
}

/**
 * The public half of the key that would sign a release now.
 *
 * @throws ReleaseError `SIGNING_KEY_MISSING`, and what opening the signer throws
 */
export async function showSigningKey(
  signing: Signing | null,
  environmentKey: string | undefined,
): Promise<ShownKey> {
  if (signing === null)
    throw new ReleaseError(
      'SIGNING_KEY_MISSING',
      'The config has no `signing`, so no key signs its releases.',
      {
        fix: 'Name a key file: `fmrelease key show <file>`; or make one with `fmrelease key generate`.',
      },
    );
  const { keyId } = await openSigner(signing, environmentKey);
  const key = signing.keys.find(({ id }) => id === keyId);
  if (key === undefined) throw new Error('a signer has an accepted key');
  return { key, accepted: true };
}

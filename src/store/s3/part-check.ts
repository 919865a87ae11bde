import type { FileUpload } from '../store.ts';
import { type BodyDigest, digestOf, knownDigest } from './digest-header.ts';
import { openOrderedHash } from './ordered-hash.ts';
import type { Part, PartPlan } from './parts.ts';

/** Tells of every part what it is signed for, and in the end whether all of them are the file that was announced. */
export interface PartCheck {
  /** Resolves to the digest that the part must have; until then its bytes must stay. */
  take(part: Part, body: Uint8Array): Promise<BodyDigest>;
  /** Lets go of everybody who waits for a part that will not come. */
  giveUp(): void;
  isSound(): boolean;
}

/**
 * Opens the check of a file. Where its builder took the digests of these very parts, and the store proves what it takes,
 * they are what is signed: the store itself refuses a part that has changed since, and nothing is hashed here. Else
 * every part is hashed, and the whole.
 */
export async function checkParts(
  upload: FileUpload,
  plan: PartPlan,
  proves: () => Promise<boolean>,
): Promise<PartCheck> {
  const { parts } = upload;
  const areThese = parts?.partBytes === plan.partBytes && parts.sha256.length === plan.parts.length;
  return areThese && (await proves()) ? trustBuilder(parts.sha256) : hashParts(upload);
}

const trustBuilder = (digests: readonly string[]): PartCheck => ({
  take: ({ number }) => Promise.resolve(knownDigest(digests[number - 1] ?? '')),
  giveUp: () => undefined,
  isSound: () => true,
});

function hashParts({ sha256 }: Pick<FileUpload, 'sha256'>): PartCheck {
  const whole = openOrderedHash();
  return {
    take: async ({ number }, body) => {
      const digest = digestOf(body);
      await whole.add(number, body);
      return digest;
    },
    giveUp: () => whole.giveUp(),
    isSound: () => whole.digest() === sha256,
  };
}

import { signingOf } from '../config/config.ts';
import { ReleaseError } from '../errors.ts';
import type { DueSignature } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { ComposedRevision } from '../release/compose.ts';
import type { Slot } from '../release/read-channel.ts';
import type { Session } from '../session.ts';
import type { Signing } from '../trust/signing.ts';
import type { Accepted } from '../trust/verify.ts';

/** What signs a revision right before it is committed, or leaves it unsigned. */
export interface Seal {
  /** The id of the key that signs; null for an unsigned channel. */
  readonly keyId: string | null;
  /** True when a head is not signed by that key, for that app: a new revision is due even if nothing else changes. */
  readonly isDueOn: (head: Release | null) => Promise<boolean>;
  /**
   * Signs a revision that follows `head`, once that head is trusted: another publisher may have come in between, and
   * what was said of the head that the seal was opened on holds for no other.
   *
   * @throws ReleaseError `SIGNATURE_INVALID`, `SIGNING_KEY_MISSING` for a head that became signed, or as signing does
   */
  apply(draft: ComposedRevision, head: Release | null): Promise<ComposedRevision>;
}

/** How a seal is opened. `replacesHead`: nothing of the head goes into the next revision, so nobody need trust it. */
export interface SealWishes {
  readonly head: Release | null;
  readonly replacesHead?: boolean;
}

/**
 * Opens what signs the next revision, before anything is uploaded: the key is there, it is accepted, and the head may
 * be built on.
 *
 * @throws ReleaseError `SIGNING_KEY_MISSING` (also for a signed channel without `signing` in the config),
 *   `SIGNATURE_INVALID`, or as opening the signer does
 */
export async function openSeal(
  { channel: { store, name, target }, io }: Session,
  { head, replacesHead = false }: SealWishes,
): Promise<Seal> {
  const signing = signingOf(target);
  if (signing === null) {
    const refuseSigned = (at: Release | null): void => {
      if (at?.entry.signature !== undefined && target.signing !== 'off') throw wouldUnsign(name, at);
    };
    refuseSigned(head);
    return {
      keyId: null,
      isDueOn: () => Promise.resolve(false),
      apply: (draft, next) => {
        refuseSigned(next);
        return Promise.resolve(draft);
      },
    };
  }
  const [{ openSigner }, { requireTrusted, verifyEntry }, { sealRevision }] = await Promise.all([
    import('../trust/signer.ts'),
    import('../trust/trusted-head.ts'),
    import('../trust/seal-revision.ts'),
  ]);
  const look = async (at: Release | null, judge: typeof requireTrusted | typeof verifyEntry) =>
    at === null ? null : judge(store, at, signing);
  const opening = await look(head, replacesHead ? verifyEntry : requireTrusted);
  const signer = await openSigner(signing, io.signingKey);
  const isOpening = (at: Release | null): boolean => at?.entrySha256 === head?.entrySha256;
  return {
    keyId: signer.keyId,
    isDueOn: async (at) => {
      const verdict = isOpening(at) ? opening : await look(at, verifyEntry);
      if (verdict === null) return false;
      return (
        typeof verdict === 'string' || dueAfter(verdict, { app: signing.app, keyId: signer.keyId }) !== null
      );
    },
    apply: async (draft, next) => {
      if (!isOpening(next)) await look(next, requireTrusted);
      return sealRevision(draft, { signing, signer, target });
    },
  };
}

/**
 * Why publishing would sign the head's content anew though nothing else changes; null when it would not. Needs no key and
 * asks no command: without a key at hand, whichever accepted key signed the head counts as the one that signs. A head
 * that nothing may be built on is none of this: publishing refuses it.
 */
export async function dueSignature(
  { channel: { store, target }, io }: Pick<Session, 'channel' | 'io'>,
  head: Release | null,
): Promise<DueSignature> {
  const signing = signingOf(target);
  if (signing === null || head === null) return null;
  const { requireTrusted } = await import('../trust/trusted-head.ts');
  try {
    const verdict = await requireTrusted(store, head, signing);
    if (verdict === 'unsigned') return 'unsigned';
    return dueAfter(verdict, { app: signing.app, keyId: await keyAtHand(signing, io.signingKey) });
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'SIGNATURE_INVALID') return null;
    throw error;
  }
}

/** What a signature that holds lacks beside the one that would be made now; a `keyId` that nobody knows lacks nothing. */
function dueAfter(
  { statement, keyIds }: Accepted,
  { app, keyId }: { readonly app: string | null; readonly keyId: string | null },
): DueSignature {
  if (statement.app !== app) return 'other-app';
  return keyId === null || keyIds.includes(keyId) ? null : 'other-key';
}

/** The id of the key in the environment or in the key file; null where there is none that would sign. */
async function keyAtHand(signing: Signing, environmentKey: string | undefined): Promise<string | null> {
  const { openSigner } = await import('../trust/signer.ts');
  if (signing.command !== null && !environmentKey) return null;
  try {
    return (await openSigner(signing, environmentKey)).keyId;
  } catch (error) {
    if (error instanceof ReleaseError) return null;
    throw error;
  }
}

/**
 * Refuses to take a revision over, or to project it, unless what was read of it can be trusted; a target that is not
 * signed takes any.
 *
 * @param head - the newest revision of its channel, which vouches for one that is older than signing; by default itself
 * @throws ReleaseError `SIGNATURE_INVALID`
 */
export async function requireTrustedSource(
  { channel: { store, target } }: Pick<Session, 'channel'>,
  source: Slot,
  head: Slot = source,
): Promise<void> {
  const signing = signingOf(target);
  if (signing === null) return;
  const { requireTrustedPast } = await import('../trust/trusted-head.ts');
  await requireTrustedPast(store, source, { head, signing });
}

const wouldUnsign = (channel: string, { entry }: Release): ReleaseError =>
  new ReleaseError(
    'SIGNING_KEY_MISSING',
    `Revision ${entry.revision} of "${channel}" is signed, and this config does not say how: apps would refuse an unsigned one.`,
    {
      fix: 'Add `signing` to the config; or `signing: false` to the target, when it shall not be signed any more.',
    },
  );

import { ReleaseError } from '../errors.ts';
import { sha256Of } from '../model/digest.ts';
import { logKey } from '../release/layout.ts';
import { readBefore, type Slot } from '../release/read-channel.ts';
import type { ReleaseStore } from '../store/store.ts';
import { splitSigned } from './signed-document.ts';
import type { Signing } from './signing.ts';
import { whyNoBeginning } from './since.ts';
import { type Accepted, type Refusal, verifyDocument } from './verify.ts';

/**
 * What the signature of a log entry is worth. The bytes are read again, and count only if they are those that `slot`
 * was read from: anything else is a `content-mismatch`. The app does not count here: one log may have served another
 * before.
 */
export async function verifyEntry(
  store: ReleaseStore,
  { entry: { channel, revision }, entrySha256 }: Slot,
  { keys }: Pick<Signing, 'keys'>,
): Promise<Accepted | Refusal> {
  const object = await store.read(logKey(channel, revision));
  if (object === undefined || sha256Of(object.bytes) !== entrySha256) return 'content-mismatch';
  return verifyDocument(object.bytes, 'log-entry', { policy: { keys, app: null, channel } });
}

/**
 * Refuses to build on a head that whoever wrote it did not sign: signing what follows would vouch for it. A channel that
 * was never signed may begin at any time, or where `since` says so.
 *
 * @throws ReleaseError `SIGNATURE_INVALID`
 */
export async function requireTrusted(
  store: ReleaseStore,
  head: Slot,
  signing: Pick<Signing, 'keys' | 'since'>,
): Promise<Accepted | 'unsigned'> {
  const verdict = await requireSoundOrOlder(store, head, signing);
  if (verdict === 'unsigned') refuseNoBeginning(head, signing);
  return verdict;
}

/** Refuses a signature that does not hold, and an unsigned revision above a signed one. */
async function requireSoundOrOlder(
  store: ReleaseStore,
  slot: Slot,
  signing: Pick<Signing, 'keys'>,
): Promise<Accepted | 'unsigned'> {
  const verdict = await verifyEntry(store, slot, signing);
  if (typeof verdict !== 'string') return verdict;
  if (verdict !== 'unsigned') throw untrusted(slot, `its signature does not hold (${verdict})`);
  const { channel, revision } = slot.entry;
  for (let earlier = revision - 1; earlier >= 1; earlier--) {
    if (await isSigned(store, channel, earlier))
      throw untrusted(slot, `it is not signed, and revision ${earlier} before it is`);
  }
  return 'unsigned';
}

/**
 * Refuses to serve an older revision again unless its bytes are vouched for: by its own signature, or, where it is older
 * than signing, by the newest entry that an accepted key signed, from which each entry names the bytes of the one before.
 * A channel that carries no signature at all has the log alone to go by, where `since` does not know better.
 *
 * @param head - the newest revision of the same channel
 * @throws ReleaseError `SIGNATURE_INVALID`
 */
export async function requireTrustedPast(
  store: ReleaseStore,
  source: Slot,
  { head, signing }: { readonly head: Slot; readonly signing: Pick<Signing, 'keys' | 'since'> },
): Promise<void> {
  if ((await requireSoundOrOlder(store, source, signing)) !== 'unsigned') return;
  const { revision } = source.entry;
  let vouching: 'nobody' | 'a signature that is not accepted' | Slot = 'nobody';
  let at = head;
  const before = readBefore(store, head);
  while (at.entry.revision > revision) {
    if (typeof vouching === 'string') {
      const verdict = await verifyEntry(store, at, signing);
      if (typeof verdict !== 'string') vouching = at;
      else if (verdict !== 'unsigned') vouching = 'a signature that is not accepted';
    }
    at = await stepDown(before, source);
  }
  if (at.entrySha256 !== source.entrySha256)
    throw untrusted(source, `revision ${revision + 1} names other bytes of it`);
  if (vouching === 'nobody') refuseNoBeginning(head, signing);
  if (vouching === 'a signature that is not accepted')
    throw untrusted(source, 'it is not signed, and no accepted key signed a revision after it');
}

function refuseNoBeginning(head: Slot, signing: Pick<Signing, 'since'>): void {
  const why = whyNoBeginning(head.entry, signing);
  if (why === null) return;
  const { channel, revision } = head.entry;
  throw new ReleaseError(
    'SIGNATURE_INVALID',
    `Revision ${revision} of "${channel}" cannot be built on: it is not signed, and ${why}.`,
    {
      fix: 'Find out who rewrote the log and put back what you published; or correct `signing.since` in the config.',
    },
  );
}

/** The next older entry, as the one above names it. */
async function stepDown(before: AsyncGenerator<Slot>, source: Slot): Promise<Slot> {
  try {
    const step = await before.next();
    if (step.done !== true) return step.value;
  } catch (cause) {
    if (!(cause instanceof ReleaseError) || cause.code !== 'LOG_BROKEN') throw cause;
    throw untrusted(source, 'the chain from the newest revision down to it does not hold', cause);
  }
  throw untrusted(source, 'the log ends before it');
}

/** True when an entry carries a signature, whatever that is worth. */
async function isSigned(store: ReleaseStore, channel: string, revision: number): Promise<boolean> {
  const object = await store.read(logKey(channel, revision));
  return object !== undefined && splitSigned(object.bytes).envelope !== null;
}

const untrusted = ({ entry: { channel, revision } }: Slot, why: string, cause?: ReleaseError): ReleaseError =>
  new ReleaseError('SIGNATURE_INVALID', `Revision ${revision} of "${channel}" cannot be built on: ${why}.`, {
    fix: 'Find out who wrote it; then `fmrelease rollback --to <revision>` to one that is signed, or put the key that signed it into `signing.keys`.',
    cause,
  });

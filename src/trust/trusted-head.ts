import { ReleaseError } from '../errors.ts';
import { logKey } from '../release/layout.ts';
import type { ReleaseStore } from '../store/store.ts';
import { splitSigned } from './signed-document.ts';
import type { Signing } from './signing.ts';
import { type Accepted, type Refusal, verifyDocument } from './verify.ts';

/** A revision of a channel. */
export interface RevisionPlace {
  readonly channel: string;
  readonly revision: number;
}

/** What the signature of a log entry is worth. The app does not count here: one log may have served another before. */
export async function verifyEntry(
  store: ReleaseStore,
  { channel, revision }: RevisionPlace,
  { keys }: Pick<Signing, 'keys'>,
): Promise<Accepted | Refusal> {
  const object = await store.read(logKey(channel, revision));
  return object === undefined
    ? 'unsigned'
    : verifyDocument(object.bytes, 'log-entry', { policy: { keys, app: null, channel } });
}

/**
 * Refuses to build on a revision that whoever wrote it did not sign: signing what follows would vouch for it. A channel
 * that was never signed may begin at any time.
 *
 * @throws ReleaseError `SIGNATURE_INVALID`
 */
export async function requireTrusted(
  store: ReleaseStore,
  place: RevisionPlace,
  signing: Pick<Signing, 'keys'>,
): Promise<Accepted | 'unsigned'> {
  const verdict = await verifyEntry(store, place, signing);
  if (typeof verdict !== 'string') return verdict;
  const { channel, revision } = place;
  if (verdict !== 'unsigned') throw untrusted(place, `its signature does not hold (${verdict})`);
  for (let earlier = revision - 1; earlier >= 1; earlier--) {
    if (await isSigned(store, { channel, revision: earlier }))
      throw untrusted(place, `it is not signed, and revision ${earlier} before it is`);
  }
  return 'unsigned';
}

/** True when an entry carries a signature, whatever that is worth. */
export async function isSigned(store: ReleaseStore, { channel, revision }: RevisionPlace): Promise<boolean> {
  const object = await store.read(logKey(channel, revision));
  return object !== undefined && splitSigned(object.bytes).envelope !== null;
}

const untrusted = ({ channel, revision }: RevisionPlace, why: string): ReleaseError =>
  new ReleaseError('SIGNATURE_INVALID', `Revision ${revision} of "${channel}" cannot be built on: ${why}.`, {
    fix: 'Find out who wrote it; then `fmrelease rollback --to <revision>` to one that is signed, or put the key that signed it into `signing.keys`.',
  });

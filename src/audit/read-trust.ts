import pLimit from 'p-limit';
import { signingOf } from '../config/config.ts';
import type { Slot } from '../release/read-channel.ts';
import type { OpenChannel } from '../session.ts';
import type { Signing } from '../trust/signing.ts';
import { mustBeSigned, whyNoBeginning } from '../trust/since.ts';
import { verifyEntry } from '../trust/trusted-head.ts';
import { type Refusal, verifyDocument } from '../trust/verify.ts';
import type { AuditedLog } from './read-log.ts';

/** What the signatures of a channel are worth, where the config names keys. */
export interface ChannelTrust {
  /** True when the newest entry carries no signature, and signing may begin on it. */
  readonly isDue: boolean;
  /** Entries whose signature is refused or lacking, oldest first, then the manifest. */
  readonly refused: readonly { readonly what: string; readonly refusal: Refusal }[];
}

/**
 * Checks every signature of the log, and that of the manifest. Null where the config names no key.
 */
export async function readTrust(
  { store, name, target }: OpenChannel,
  { slots, head: { projection } }: AuditedLog,
): Promise<ChannelTrust | null> {
  const signing = signingOf(target);
  if (signing === null) return null;
  const limit = pLimit(PARALLEL_READS);
  const verdicts = await Promise.all(slots.map((slot) => limit(() => verifyEntry(store, slot, signing))));
  const newest = slots.at(-1);
  const refused = slots.flatMap((slot, index) => {
    const refusal = verdicts[index];
    if (typeof refusal !== 'string' || isExcused(slot, refusal, { signing, isNewest: slot === newest }))
      return [];
    return [{ what: `Revision ${slot.entry.revision}`, refusal }];
  });
  if (verdicts.at(-1) === 'unsigned')
    return { isDue: newest !== undefined && whyNoBeginning(newest.entry, signing) === null, refused };
  const policy = { keys: signing.keys, app: signing.app, channel: name };
  const manifest =
    projection.object === null ? null : verifyDocument(projection.object.bytes, 'manifest', { policy });
  const ofManifest = typeof manifest === 'string' ? [{ what: 'The manifest', refusal: manifest }] : [];
  return { isDue: false, refused: [...refused, ...ofManifest] };
}

/** An entry that is older than signing, or by a key that was replaced, is as it should be. */
function isExcused(
  { entry }: Slot,
  refusal: Refusal,
  { signing, isNewest }: { readonly signing: Signing; readonly isNewest: boolean },
): boolean {
  if (refusal === 'unknown-key') return !isNewest;
  if (refusal !== 'unsigned') return false;
  return isNewest ? whyNoBeginning(entry, signing) === null : !mustBeSigned(entry, signing);
}

const PARALLEL_READS = 16;

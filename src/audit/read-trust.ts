import pLimit from 'p-limit';
import { signingOf } from '../config/config.ts';
import type { OpenChannel } from '../session.ts';
import { verifyEntry } from '../trust/trusted-head.ts';
import { type Refusal, verifyDocument } from '../trust/verify.ts';
import type { AuditedLog } from './read-log.ts';

/** What the signatures of a channel are worth, where the config names keys. */
export interface ChannelTrust {
  /** False when the newest entry carries no signature at all. */
  readonly headSigned: boolean;
  /** Entries and projections whose signature is refused, oldest first. */
  readonly refused: readonly { readonly what: string; readonly refusal: Refusal }[];
}

/**
 * Checks every signature of the log, and that of the manifest. An older entry by a key that is no longer accepted is
 * all right: keys are replaced. Null where the config names no key.
 */
export async function readTrust(
  { store, name, target }: OpenChannel,
  { slots, head: { projection } }: AuditedLog,
): Promise<ChannelTrust | null> {
  const signing = signingOf(target);
  if (signing === null) return null;
  const limit = pLimit(PARALLEL_READS);
  const newest = slots.at(-1)?.entry.revision;
  const entries = await Promise.all(
    slots.map((slot) =>
      limit(async () => {
        const { revision } = slot.entry;
        const verdict = await verifyEntry(store, slot, signing);
        const isTold = typeof verdict === 'string' && (verdict !== 'unknown-key' || revision === newest);
        return isTold ? [{ what: `Revision ${revision}`, refusal: verdict }] : [];
      }),
    ),
  );
  const refused = entries.flat();
  const headSigned = !refused.some(
    ({ what, refusal }) => what === `Revision ${newest}` && refusal === 'unsigned',
  );
  const policy = { keys: signing.keys, app: signing.app, channel: name };
  const manifest =
    headSigned && projection.object !== null
      ? verifyDocument(projection.object.bytes, 'manifest', { policy })
      : 'unsigned';
  return {
    headSigned,
    refused: [
      ...refused.filter(({ refusal }) => refusal !== 'unsigned'),
      ...(headSigned && projection.object !== null && typeof manifest === 'string'
        ? [{ what: 'The manifest', refusal: manifest }]
        : []),
    ],
  };
}

const PARALLEL_READS = 16;

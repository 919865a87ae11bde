import { signingOf } from '../config/config.ts';
import type { Vouches } from '../release/published-packs.ts';
import type { OpenChannel } from '../session.ts';

/**
 * Which older revisions of a channel may be the source of a pack. Where releases are signed: those that an accepted key
 * signed. The chain alone says too little there, since a rollback also follows on what somebody forged.
 */
export function vouchesIn({ store, target }: Pick<OpenChannel, 'store' | 'target'>): Vouches {
  const signing = signingOf(target);
  if (signing === null) return () => Promise.resolve(true);
  return async (slot) => {
    const { verifyEntry } = await import('./trusted-head.ts');
    return typeof (await verifyEntry(store, slot, signing)) !== 'string';
  };
}

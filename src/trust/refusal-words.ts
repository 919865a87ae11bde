import type { Refusal } from './verify.ts';

/** What a refusal means, as the end of a sentence about the thing that is refused. */
export const REFUSAL_WORDS: Readonly<Record<Refusal, string>> = {
  unsigned: 'is not signed',
  oversize: 'is bigger than anything that is signed',
  malformed: 'carries a signature that cannot be read',
  'wrong-payload-type': 'carries a signature for another kind of thing',
  'duplicate-key': 'is signed twice by one key',
  'unknown-key': 'is signed by none of `signing.keys`',
  'bad-signature': 'carries a signature that does not hold',
  'bad-statement': 'carries a signed text that is no statement',
  'wrong-app': 'is signed for another app',
  'wrong-channel': 'is signed for another channel',
  'content-mismatch': 'has other bytes than were signed',
  rollback: 'is older than the floor',
  equivocation: 'differs from what the same revision said before',
  stale: 'was signed too long ago',
};

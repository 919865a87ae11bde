import { sha256Of } from '../../src/model/digest.ts';
import { parsePublicKey } from '../../src/trust/keys.ts';
import type { Seen } from '../../src/trust/seen.ts';
import {
  type Accepted,
  isSignedPack,
  type Refusal,
  type TrustPolicy,
  verifyDocument,
  verifyEnvelope,
} from '../../src/trust/verify.ts';
import type { Shown, VectorPolicy } from './case.ts';

/** A verdict, and what to remember of it. */
export interface Verdict {
  readonly verdict: 'accepted' | Refusal;
  readonly seen: Seen | null;
}

/** Shows one thing to the product's verifier. */
export function look(shown: Shown, policy: VectorPolicy, seen: Seen | null = null): Verdict {
  const context = { policy: toPolicy(policy), seen };
  const outcome: Accepted | Refusal =
    'manifest' in shown
      ? verifyDocument(Buffer.from(shown.manifest.text), 'manifest', context)
      : verifyEnvelope(shown.pack.envelope, 'pack', context);
  if (typeof outcome === 'string') return { verdict: outcome, seen };
  const { statement } = outcome;
  const bytes =
    'pack' in shown && shown.pack.base64 !== undefined ? Buffer.from(shown.pack.base64, 'base64') : null;
  if (
    bytes !== null &&
    statement.kind === 'pack' &&
    !isSignedPack(statement, { sha256: sha256Of(bytes), sizeBytes: bytes.length })
  )
    return { verdict: 'content-mismatch', seen };
  return { verdict: 'accepted', seen: outcome.seen };
}

const toPolicy = ({ keys, maxAge, ...policy }: VectorPolicy): TrustPolicy => ({
  ...policy,
  keys: keys.map(parsePublicKey),
  ...(maxAge === undefined ? {} : { maxAge: { seconds: maxAge.seconds, now: new Date(maxAge.now) } }),
});

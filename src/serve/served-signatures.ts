import { signingOf } from '../config/config.ts';
import { manifestKey } from '../release/layout.ts';
import { listChannels } from '../release/read-channel.ts';
import { openStore, type StoreTarget } from '../store/open.ts';
import { splitSigned } from '../trust/signed-document.ts';
import { type Refusal, verifyDocument } from '../trust/verify.ts';

/** A channel that is served, and what its signature is worth to an app with the configured keys. */
export interface ServedSignature {
  readonly channel: string;
  /** `signed`: it holds. `unchecked`: there is one, and the config names no key. Else why an app would refuse it. */
  readonly signature: 'signed' | 'unchecked' | Refusal;
}

/** Looks at the manifest of each channel of a target. What does not hold is served all the same: apps are tried with it. */
export async function lookAtSignatures(target: StoreTarget): Promise<readonly ServedSignature[]> {
  const { store } = await openStore(target, target.name);
  const signing = signingOf(target);
  const looked = await Promise.all(
    (await listChannels(store)).map(async (channel): Promise<readonly ServedSignature[]> => {
      const manifest = await store.read(manifestKey(channel));
      if (manifest === undefined) return [];
      if (signing === null) {
        const isSigned = splitSigned(manifest.bytes).envelope !== null;
        return [{ channel, signature: isSigned ? 'unchecked' : 'unsigned' }];
      }
      const policy = { keys: signing.keys, app: signing.app, channel };
      const verdict = verifyDocument(manifest.bytes, 'manifest', { policy });
      return [{ channel, signature: typeof verdict === 'string' ? verdict : 'signed' }];
    }),
  );
  return looked.flat();
}
